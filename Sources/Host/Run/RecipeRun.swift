import Bindings
import CargoClient
import Runtime

/// One run of one recipe: everything it uses, and its end.
final class RecipeRun {
  private let prepared: PreparedRecipe
  private let options: RunOptions
  private let loop: EventLoop
  private let terminal: Terminal
  private let rows: RowSink
  private let workspace: RunWorkspace
  private let session: RecipeSession
  private let start = EventLoop.now()
  /// Why the host itself ended the run.
  private var cut: Cut?

  private enum Cut {
    case closed
    case failed(CargoError)
  }

  init(
    _ prepared: PreparedRecipe, options: RunOptions, workspace choice: WorkspaceChoice
  ) throws(UsageError) {
    self.prepared = prepared
    self.options = options
    let loop = EventLoop()
    let terminal = Terminal(options: options, loop: loop)
    self.loop = loop
    self.terminal = terminal
    do {
      let rows = try RowSink(
        path: options.out ?? prepared.manifest?.output,
        columns: options.columns ?? prepared.manifest?.outputs,
        terminal: terminal, loop: loop)
      let workspace = try RunWorkspace(
        choice, recipe: prepared, options: options, loop: loop, terminal: terminal)
      self.rows = rows
      self.workspace = workspace
      session = try RecipeSession(
        limits: LuaLimits(options), loop: loop,
        services: RecipeServices(
          calls: workspace,
          print: { terminal.print($0) },
          emit: { rows.emit($0) },
          log: { level, message in
            terminal.log(Terminal.Level(rawValue: level) ?? .info, message)
          },
          progress: ProgressReporter(terminal.progress),
          price: { workspace.price(of: $0, completion: $1) },
          creditsPerRow: prepared.manifest?.creditsPerRow, rows: workspace.rows,
          permissions: workspace.permissions, redactor: workspace.redactor))
    } catch {
      throw UsageError(error.message, hint: error.hint)
    }
    watchOutput()
  }

  /// Runs the recipe to its end, shows what there is to show, and answers with the exit code.
  func run() -> ExitCode {
    if let reach = RecipeHelp.reachLine(prepared.manifest) { terminal.note(reach) }
    let end = session.run(prepared.recipe, interruptible: true)
    terminal.progress.finishAll()
    workspace.settle()
    var ending = RunEnding(end, source: SourceLines(prepared.recipe))
    switch cut {
    case .closed: ending = .outputClosed
    case .failed(let error): ending = .outputFailed(error.message)
    case nil: break
    }
    let output = finishRows(&ending)
    do throws(CargoError) {
      try workspace.finish(ending)
    } catch {
      // What was paid and could not be written down matters more than how the recipe ended.
      ending = .failed(Diagnostic(message: error.message, hint: error.hint), .journal)
    }
    let conclusion = RunConclusion(
      ending: ending, options: options, workspace: workspace.summary, output: output,
      seconds: Double(EventLoop.now() - start) / 1e9, peakMemory: session.peakMemory)
    conclusion.show(on: terminal)
    terminal.finish()
    return ending.exitCode
  }

  /// A reader that goes away, or a disk that is full, ends the run as Ctrl-C does: at the next
  /// instruction or wait, with nothing that has been paid lost.
  private func watchOutput() {
    let stop = { [weak self] (cut: Cut) in
      guard let self, self.cut == nil else { return }
      self.cut = cut
      session.stop()
    }
    terminal.output.onFailure = { failure in
      switch failure {
      case .closed: stop(.closed)
      case .system(let number):
        stop(.failed(CargoError(.file, OutputStream.message(number))))
      }
    }
    rows.onEnd = { error in stop(error.map { .failed($0) } ?? .closed) }
  }

  private func finishRows(_ ending: inout RunEnding) -> RowOutput.Summary? {
    do {
      return try rows.finish(early: ending != .finished)
    } catch {
      if ending == .finished { ending = .outputFailed(error.message) }
      return nil
    }
  }
}

extension LuaLimits {
  /// The limits that the command line gives.
  init(_ options: RunOptions) {
    self.init()
    if let seconds = options.timeLimit { time = seconds }
    deadline = options.deadline
    if let mebibytes = options.memoryLimit { memory = mebibytes << 20 }
    instructions = options.instructionLimit.map { UInt64($0) }
  }
}

extension RunEnding {
  /// The end that the Lua side reports.
  init(_ end: RecipeEnd, source: SourceLines) {
    switch end {
    case .finished: self = .finished
    case .notCompiled(let failure): self = .notCompiled(Diagnostic(failure, source: source))
    case .failed(let failure):
      self = .failed(
        Diagnostic(failure, source: source), failure.kind.flatMap(CargoError.Kind.init))
    case .killed(let reason, let failure):
      self = .killed(Kill(reason), failure.map { Diagnostic($0, source: source) })
    }
  }
}

extension RunEnding.Kill {
  init(_ reason: KillReason) {
    switch reason {
    case .timeLimit: self = .time
    case .deadline: self = .deadline
    case .memoryLimit: self = .memory
    case .instructionLimit: self = .instructions
    case .interrupted: self = .interrupt
    }
  }
}
