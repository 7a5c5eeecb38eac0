import CargoClient

/// How a run ended.
enum RunEnding: Equatable {
  /// The recipe came to its end.
  case finished
  /// The reader of standard output has gone, and with it the reason to go on.
  case outputClosed
  /// The recipe does not compile.
  case notCompiled(Diagnostic)
  /// An error that nobody caught; the kind is nil for one that is not the host's.
  case failed(Diagnostic, CargoError.Kind?)
  /// A limit, or Ctrl-C.
  case killed(Kill, Diagnostic?)
  /// Standard output or the output file could not be written.
  case outputFailed(String)

  /// Why a run is ended from outside the recipe.
  enum Kill: String {
    case time, deadline, memory, instructions, interrupt
  }

  /// The exit code.
  var exitCode: ExitCode {
    switch self {
    case .finished, .outputClosed: .done
    case .notCompiled: .compile
    case .failed(_, let kind): kind.map { ExitCode($0) } ?? .recipe
    case .killed(let kill, _):
      switch kill {
      case .time, .deadline, .instructions: .timeLimit
      case .memory: .memoryLimit
      case .interrupt: .interrupted
      }
    case .outputFailed: .recipe
    }
  }

  /// The ending in one word, for the summary.
  var name: String {
    switch self {
    case .finished: "finished"
    case .outputClosed: "outputClosed"
    case .notCompiled: "notCompiled"
    case .failed: "failed"
    case .killed(let kill, _): kill == .interrupt ? "interrupted" : "\(kill.rawValue)Limit"
    case .outputFailed: "outputFailed"
    }
  }

  /// What is shown of it; nil when there is nothing to say.
  func diagnostic(limits: RunOptions) -> Diagnostic? {
    switch self {
    case .finished, .outputClosed: return nil
    case .notCompiled(let diagnostic), .failed(let diagnostic, _): return diagnostic
    case .outputFailed(let message): return Diagnostic(message: message)
    case .killed(let kill, let at):
      var diagnostic = at ?? Diagnostic(message: "")
      (diagnostic.message, diagnostic.hint) = RunEnding.explain(kill, limits)
      return diagnostic
    }
  }

  private static func explain(_ kill: Kill, _ options: RunOptions) -> (String, String?) {
    switch kill {
    case .time:
      let limit = Quantity.decimal(options.timeLimit ?? 30, places: 3)
      return (
        "the recipe ran for \(limit) seconds without a wait, the time limit",
        "--time-limit SECONDS raises it"
      )
    case .deadline:
      let limit = Quantity.decimal(options.deadline ?? 0, places: 3)
      return ("the deadline of \(limit) seconds has passed", "--deadline SECONDS moves it")
    case .memory:
      return (
        "the recipe needed more than \(options.memoryLimit ?? 512) MiB, the memory limit",
        "--memory-limit MIB raises it; segment.fetch takes fetching_limit and fetching_offset"
      )
    case .instructions:
      return (
        "the recipe used its \(options.instructionLimit ?? 0) instructions",
        "--instruction-limit N raises it"
      )
    case .interrupt: return ("interrupted", nil)
    }
  }
}
