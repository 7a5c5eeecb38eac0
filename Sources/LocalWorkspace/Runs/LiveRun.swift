import CargoClient

/// A run under way that was answered as pending: who wants to know its end.
///
/// Bound to the loop's thread.
final class LiveRun {
  var record: RunRecord
  /// Whether its end is on its way to the disk.
  var hasEnded = false
  var work: (any RunWork)?
  private var watchers: [Request] = []

  init(_ record: RunRecord) { self.record = record }

  /// Completes `request` with the finished run.
  func watch(_ request: Request) {
    watchers.append(request)
    request.onGiveUp = { [weak self, unowned request] in
      self?.watchers.removeAll { $0 === request }
      return true
    }
  }

  func complete(_ result: Result<[UInt8], CargoError>) {
    let waiting = watchers
    watchers = []
    for request in waiting { request.complete(result) }
  }
}

extension OpenWorkspace {
  /// Runs an action whose end the request waits for: one transaction, one answer.
  func runToEnd(
    _ record: RunRecord, on target: ActionTarget, retry: RetryPolicy, for request: Request
  ) {
    let call = ActionCall(target: target, input: record.input, retry: retry, loop: loop) {
      [self] outcome, startedAt in
      if case .cancelled = outcome {
        return request.fail(CargoError(.cancelled, "action.execute was cancelled"))
      }
      var record = record
      record.end(outcome, startedAt: startedAt)
      let finished = record
      store.write({ try finished.insert(into: $0) }) { [store] result in
        request.complete(result.map { _ in RunBody.full(finished, store.settings) })
      }
    }
    request.onGiveUp = {
      call.cancel()
      return false
    }
    call.start()
  }

  /// Stores a run as pending, answers (a request that waits: with its end), and starts it.
  func startRun(_ record: RunRecord, _ program: RunProgram, for request: Request) {
    var record = record
    record.owner = store.owner.owner
    request.onGiveUp = { false }
    let pending = record
    store.write({ try pending.insert(into: $0) }) { [self] result in
      switch result {
      case .failure(let error): request.fail(error)
      case .success(let id):
        let run = LiveRun(pending)
        run.record.id = id
        runs[pending.uuid] = run
        let work = program.work(on: run.record, in: self) { [self] record in
          run.record = record
          finish(run)
        }
        run.work = work
        work.start()
        guard request.waits else { return request.succeed(RunBody.pending(pending)) }
        run.watch(request)
        // Whoever waited from the start is told what became of the run, also when they give up.
        request.onGiveUp = {
          work.cancel()
          return false
        }
      }
    }
  }

  private func finish(_ run: LiveRun) {
    run.hasEnded = true
    run.work = nil
    let record = run.record
    store.write({ try record.finish(in: $0) }) { [self] result in
      runs[record.uuid] = nil
      run.complete(result.map { RunBody.full(record, store.settings) })
    }
  }
}

extension RunRecord {
  /// Notes how the action ended.
  mutating func end(_ outcome: ActionCall.Outcome, startedAt started: Int64?) {
    finishedAt = Timestamp.now()
    startedAt = started
    switch outcome {
    case .success(let output, let charge):
      status = .success
      self.output = output
      microcredits = charge
    case .error(let message):
      status = .error
      error = message
    case .cancelled: status = .cancelled
    }
  }
}
