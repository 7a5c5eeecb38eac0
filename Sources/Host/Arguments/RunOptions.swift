/// The values of the host's flags for one run.
struct RunOptions: Equatable {
  /// Which workspace, when the command line says so.
  var workspace: WorkspaceFlag?
  /// The most credits the run may spend.
  var budget: Double?
  /// The file that emitted rows go to.
  var out: String?
  /// The output's columns, in order.
  var columns: [String]?
  /// Seconds of Lua between two waits.
  var timeLimit: Double?
  /// Seconds of wall time for the whole run.
  var deadline: Double?
  /// MiB of memory for Lua and what it holds.
  var memoryLimit: Int?
  /// VM instructions in all.
  var instructionLimit: Int?
  /// Calls in flight at once.
  var concurrency = 64
  /// What the demo providers are like, `latency_ms=0,error_rate=0.1`, as the local workspace reads it.
  var demo: String?
  /// Patterns of writing operations that the run may use.
  var allowedOperations: [String] = []
  /// Patterns of actions that the run may use.
  var allowedActions: [String] = []
  /// Folders that may be read.
  var allowedReads: [String] = []
  /// Folders that may be written.
  var allowedWrites: [String] = []
  /// Hosts that may be reached.
  var allowedHosts: [String] = []
  /// Environment variables that may be read.
  var allowedVariables: [String] = []
  /// Whether `python` nodes of local graphs may run.
  var allowsCode = false
  /// Whether a machine-readable summary ends standard error.
  var wantsJSONSummary = false
  /// How log lines are written.
  var logFormat = LogFormat.text
  /// Whether notes and progress are left out.
  var isQuiet = false
  /// Whether colours are off whatever the terminal says.
  var refusesColor = false
}

/// The value of `--workspace`.
enum WorkspaceFlag: Equatable {
  /// The embedded one, in the folder's own file or the one named.
  case local(path: String?)
  /// The platform's.
  case live

  /// Reads `local`, `local:PATH` or `live`.
  init?(_ text: String) {
    switch text {
    case "live": self = .live
    case "local": self = .local(path: nil)
    default:
      guard text.hasPrefix("local:"), text.utf8.count > "local:".utf8.count else { return nil }
      self = .local(path: String(text.dropFirst("local:".count)))
    }
  }
}

/// How log lines are written.
enum LogFormat: String, CaseIterable {
  case text, json
}
