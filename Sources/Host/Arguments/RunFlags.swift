import ArgumentParser

/// The host's flags as the argument parser reads them.
struct RunFlags: ParsableArguments {
  @Option(
    name: .host(.workspace),
    help: .init(
      "local[:FILE] for the embedded workspace, live for the platform. Without it: live when "
        + "CARGO_API_TOKEN is set, else local.", valueName: "local|live"))
  var workspace: WorkspaceFlag?

  @Option(
    name: .host(.budget),
    help: .init("The most credits the run may spend.", valueName: "credits"))
  var budget: Double?

  @Option(
    name: .host(.out),
    help: .init("Write the emitted rows to FILE.csv, .json or .jsonl.", valueName: "file"))
  var out: String?

  @Option(
    name: .host(.columns), help: .init("The output's columns, in order.", valueName: "a,b"))
  var columns: CommaList?

  @Option(
    name: .host(.timeLimit),
    help: .init(
      "Seconds of Lua between two waits before the run is ended (default: 30).",
      valueName: "seconds"))
  var timeLimit: Double?

  @Option(
    name: .host(.deadline),
    help: .init("Seconds until the whole run is stopped (default: none).", valueName: "seconds"))
  var deadline: Double?

  @Option(
    name: .host(.memoryLimit),
    help: .init("The most memory a recipe may hold (default: 512).", valueName: "mib"))
  var memoryLimit: Int?

  @Option(
    name: .host(.instructionLimit),
    help: .init("The most VM instructions a recipe may use (default: none).", valueName: "n"))
  var instructionLimit: Int?

  @Option(
    name: .host(.concurrency, .limitInFlight),
    help: .init("Calls in flight at once (default: 64).", valueName: "n"))
  var concurrency: Int?

  @Option(
    name: .host(.demo),
    help: .init(
      "How the demo providers behave, such as latency_ms=200,error_rate=0.1.",
      valueName: "key=value,…"))
  var demo: String?

  @Option(
    name: .host(.allowOperations),
    help: .init("Let the recipe use writing operations, such as segment.*.", valueName: "pattern"))
  var allowOperations: [CommaList] = []

  @Option(
    name: .host(.allowActions),
    help: .init("Let the recipe use actions, such as prospeo.*.", valueName: "pattern"))
  var allowActions: [CommaList] = []

  @Option(
    name: .host(.allowRead),
    help: .init("Let the recipe read below a folder.", valueName: "folder"))
  var allowRead: [CommaList] = []

  @Option(
    name: .host(.allowWrite),
    help: .init("Let the recipe write below a folder.", valueName: "folder"))
  var allowWrite: [CommaList] = []

  @Option(
    name: .host(.allowNet),
    help: .init("Let the recipe reach a host over HTTP.", valueName: "host"))
  var allowNet: [CommaList] = []

  @Option(
    name: .host(.allowEnv),
    help: .init("Let the recipe read an environment variable.", valueName: "name"))
  var allowEnv: [CommaList] = []

  @Flag(name: .host(.allowCode), help: "Let python nodes of local graphs run.")
  var allowCode = false

  @Flag(name: .host(.json), help: "End standard error with a summary in JSON.")
  var json = false

  @Option(
    name: .host(.log), help: .init("How log lines are written.", valueName: "text|json"))
  var log: LogFormat?

  @Flag(name: .host(.quiet), help: "Leave out notes and progress; errors still show.")
  var quiet = false

  @Flag(name: .host(.noColor), help: "No colours; the variable NO_COLOR says the same.")
  var noColor = false
}

extension NameSpecification {
  /// The names of flags from the one list of them.
  static func host(_ flags: HostFlag...) -> NameSpecification {
    NameSpecification(flags.map { .customLong($0.name) })
  }
}

/// Texts between commas.
struct CommaList: ExpressibleByArgument, Equatable {
  let items: [String]

  init?(argument: String) {
    items = argument.split(separator: ",", omittingEmptySubsequences: false).map { item in
      String(item.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
    if items.isEmpty || items.contains("") { return nil }
  }
}

extension WorkspaceFlag: ExpressibleByArgument {
  init?(argument: String) { self.init(argument) }
}

extension LogFormat: ExpressibleByArgument {}

extension RunOptions {
  /// Reads the host's arguments.
  init(_ arguments: [String]) throws(UsageError) {
    guard !arguments.isEmpty else {
      self.init()
      return
    }
    let flags: RunFlags
    do {
      flags = try RunFlags.parse(arguments)
    } catch {
      throw UsageError(RunFlags.sentence(for: error), hint: "cargo-script --help lists the options")
    }
    try self.init(flags)
  }

  private init(_ flags: RunFlags) throws(UsageError) {
    self.init()
    workspace = flags.workspace
    budget = try RunOptions.check(flags.budget, .budget, "from 0 to 9e12 credits") {
      $0 >= 0 && $0 <= 9e12
    }
    out = flags.out
    columns = flags.columns?.items
    timeLimit = try RunOptions.check(
      flags.timeLimit, .timeLimit, "more than 0 seconds, at most 1e9"
    ) {
      $0 > 0 && $0 <= 1e9
    }
    deadline = try RunOptions.check(flags.deadline, .deadline, "more than 0 seconds, at most 1e9") {
      $0 > 0 && $0 <= 1e9
    }
    memoryLimit = try RunOptions.check(flags.memoryLimit, .memoryLimit, "at least 1 MiB") {
      $0 >= 1 && $0 <= Int.max >> 20
    }
    instructionLimit = try RunOptions.check(
      flags.instructionLimit, .instructionLimit, "at least 1"
    ) { $0 >= 1 }
    concurrency =
      try RunOptions.check(flags.concurrency, .concurrency, "from 1 to 1024") {
        (1...1024).contains($0)
      } ?? concurrency
    demo = flags.demo
    allowedOperations = flags.allowOperations.flatMap(\.items)
    allowedActions = flags.allowActions.flatMap(\.items)
    allowedReads = flags.allowRead.flatMap(\.items)
    allowedWrites = flags.allowWrite.flatMap(\.items)
    allowedHosts = flags.allowNet.flatMap(\.items)
    allowedVariables = flags.allowEnv.flatMap(\.items)
    allowsCode = flags.allowCode
    wantsJSONSummary = flags.json
    logFormat = flags.log ?? .text
    isQuiet = flags.quiet
    refusesColor = flags.noColor
  }

  private static func check<Value>(
    _ value: Value?, _ flag: HostFlag, _ expected: String, _ isFit: (Value) -> Bool
  ) throws(UsageError) -> Value? {
    guard let value else { return nil }
    guard isFit(value) else {
      throw UsageError("--\(flag.name) must be \(expected), not \(value)")
    }
    return value
  }
}

extension ParsableArguments {
  /// The parser's one sentence about an error, without its "Error:" and usage lines.
  static func sentence(for error: any Error) -> String {
    var text = message(for: error)
    if let end = text.firstIndex(of: "\n") { text = String(text[..<end]) }
    if text.hasPrefix("Error: ") { text = String(text.dropFirst("Error: ".count)) }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }
}
