import CargoClient

/// Work that takes one run to its end: one action, or a graph.
///
/// Bound to the loop's thread.
protocol RunWork: AnyObject {
  /// Starts; the end is told later, never from within.
  func start()
  /// Ends the work, but not what may be paid already: that comes to its own end and is told. Returns
  /// whether nothing was paid and nothing will be.
  @discardableResult
  func cancel() -> Bool
}

/// What runs execute, known before the first one starts.
enum RunProgram {
  case action(ActionTarget, RetryPolicy)
  /// A graph; inside a group, what the nodes around it gave.
  case graph(Graph, parentNodes: [UInt8]?, ceiling: CreditCeiling?)

  /// The work of one run. `completion` gets the run with its end written in.
  func work(
    on run: RunRecord, in workspace: OpenWorkspace, completion: @escaping (RunRecord) -> Void
  ) -> any RunWork {
    switch self {
    case .action(let target, let retry):
      ActionCall(target: target, input: run.input, retry: retry, loop: workspace.loop) {
        outcome, startedAt in
        var run = run
        run.end(outcome, startedAt: startedAt)
        completion(run)
      }
    case .graph(let graph, let parentNodes, let ceiling):
      GraphRun(graph, run: run, parentNodes: parentNodes, ceiling: ceiling, workspace: workspace) {
        completion($0)
      }
    }
  }
}

extension RunRecord {
  /// Notes what the run executes, as far as its row tells.
  mutating func describe(_ program: RunProgram) {
    if case .action(let target, _) = program { describe(target) }
  }
}
