import CargoClient

/// Takes one action on one record to its end: rate limit, tries, waits between them.
///
/// Bound to the loop's thread.
final class ActionCall: RunWork {
  enum Outcome {
    case success(output: [UInt8], microcredits: Int64)
    case error(String)
    case cancelled
  }

  private enum State {
    case idle
    case queued(ticket: Int)
    case asking
    case pausing(EventLoop.TimerID)
    case ended
  }

  private let target: ActionTarget
  private let input: [UInt8]
  private let retry: RetryPolicy
  private let loop: EventLoop
  private let completion: (Outcome, Int64?) -> Void
  private var attempt = 0
  private var state = State.idle
  /// When the connector was first asked; nil before.
  private var startedAt: Int64?
  private var isGivenUp = false

  init(
    target: ActionTarget, input: [UInt8], retry: RetryPolicy, loop: EventLoop,
    completion: @escaping (Outcome, _ startedAt: Int64?) -> Void
  ) {
    self.target = target
    self.input = input
    self.retry = retry
    self.loop = loop
    self.completion = completion
  }

  /// Starts; the completion is called later, never from within.
  func start() {
    if let problem = target.problem(with: input) {
      startedAt = Timestamp.now()
      loop.schedule(after: 0) { self.end(.error(self.prefixed(problem))) }
    } else {
      enter()
    }
  }

  /// Ends the call unless the connector is being asked: then its answer counts, since it may be paid,
  /// and only further tries are given up. Returns whether nothing was paid and nothing will be.
  @discardableResult
  func cancel() -> Bool {
    switch state {
    case .queued(let ticket):
      guard target.limiter?.giveUp(ticket) ?? true else { return false }
    case .pausing(let timer): loop.cancel(timer)
    case .idle: break
    case .asking:
      isGivenUp = true
      return false
    case .ended: return false
    }
    state = .ended
    loop.schedule(after: 0) { self.completion(.cancelled, self.startedAt) }
    return true
  }

  private func enter() {
    guard let limiter = target.limiter else { return ask() }
    state = .queued(ticket: limiter.acquire { self.ask() })
  }

  private func ask() {
    attempt += 1
    state = .asking
    if startedAt == nil { startedAt = Timestamp.now() }
    let call = ConnectorCall(
      action: target.action.slug, data: input, config: target.connector.config, attempt: attempt)
    target.implementation.execute(call) { self.receive($0) }
  }

  private func receive(_ result: Result<ConnectorAnswer, ConnectorFailure>) {
    switch result {
    case .success(let answer):
      end(.success(output: answer.output, microcredits: target.charge(answer)))
    case .failure(let failure):
      if isGivenUp { return end(.cancelled) }
      guard failure.isRetryable, let delay = retry.delay(after: attempt) else {
        return end(.error(prefixed(failure.message)))
      }
      let seconds = max(delay, min(failure.retryAfter ?? 0, 300))
      state = .pausing(loop.schedule(after: seconds) { self.enter() })
    }
  }

  private func prefixed(_ message: String) -> String {
    "\(target.integration.slug).\(target.action.slug): \(message)"
  }

  private func end(_ outcome: Outcome) {
    if case .ended = state { return }
    state = .ended
    completion(outcome, startedAt)
  }
}
