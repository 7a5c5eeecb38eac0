import CargoClient

/// The exit codes of `design.md` §7, and what leads to each.
enum ExitCode: Int32 {
  /// Done; also a closed pipe.
  case done = 0
  /// The recipe raised an error.
  case recipe = 1
  /// Bad usage, bad inputs, live without a token.
  case usage = 2
  /// The recipe does not compile.
  case compile = 3
  /// Not permitted.
  case permission = 4
  /// The budget is reached.
  case budget = 5
  /// The platform refused or cannot be reached.
  case platform = 6
  /// A limit of time or instructions.
  case timeLimit = 7
  /// The memory limit.
  case memoryLimit = 8
  /// A journal or workspace that cannot be used, or a payment with an unknown outcome.
  case journal = 9
  /// Ctrl-C.
  case interrupted = 130

  /// The code of an error that nobody caught.
  init(_ kind: CargoError.Kind) {
    switch kind {
    case .run, .timeout, .argument, .cancelled, .file: self = .recipe
    case .cargo, .http: self = .platform
    case .permission: self = .permission
    case .budget: self = .budget
    case .unknown, .journal: self = .journal
    }
  }
}
