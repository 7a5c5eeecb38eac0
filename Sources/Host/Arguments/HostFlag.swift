/// The long flags of the command: the one list of them.
///
/// The argument parser's declarations take their names from it, the splitter learns from it which
/// flags are the host's and which of them take a value, and a recipe's manifest may not declare an
/// input of such a name (`design.md` §4.6).
enum HostFlag: String, CaseIterable, Sendable {
  case workspace
  case budget
  case out
  case columns
  case timeLimit = "time-limit"
  case deadline
  case memoryLimit = "memory-limit"
  case instructionLimit = "instruction-limit"
  case concurrency
  case limitInFlight = "limit-in-flight"
  case demo
  case allowOperations = "allow-operations"
  case allowActions = "allow-actions"
  case allowRead = "allow-read"
  case allowWrite = "allow-write"
  case allowNet = "allow-net"
  case allowEnv = "allow-env"
  case allowCode = "allow-code"
  case json
  case log
  case quiet
  case noColor = "no-color"
  case eval
  case help
  case version

  /// The flag without its dashes.
  var name: String { rawValue }

  /// Whether a value follows it.
  var takesValue: Bool {
    switch self {
    case .allowCode, .json, .quiet, .noColor, .help, .version: false
    default: true
    }
  }

  /// Whether it may stand beside `call`, where every other flag is a parameter of the operation.
  var isForCalls: Bool {
    switch self {
    case .workspace, .budget, .deadline, .demo, .quiet, .noColor, .help: true
    default: false
    }
  }

  /// Every name that a manifest's inputs may not take.
  static let reservedNames: [String] = allCases.map(\.name)
}
