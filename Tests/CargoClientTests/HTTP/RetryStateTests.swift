import Testing

@testable import CargoClient

@Suite struct RetryStateTests {
  struct Case: CustomTestStringConvertible {
    let outcome: RetryState.Outcome
    let read: RetryState.Decision
    let paying: RetryState.Decision
    var testDescription: String { "\(outcome)" }

    init(
      _ outcome: RetryState.Outcome, read: RetryState.Decision, paying: RetryState.Decision
    ) {
      self.outcome = outcome
      self.read = read
      self.paying = paying
    }
  }

  /// With `random` 0.5 the first retry comes after half of the first second.
  static let cases: [Case] = [
    Case(.answered(status: 200, retryAfter: nil), read: .accept, paying: .accept),
    Case(.answered(status: 302, retryAfter: nil), read: .accept, paying: .accept),
    Case(.answered(status: 400, retryAfter: nil), read: .accept, paying: .accept),
    Case(.answered(status: 404, retryAfter: nil), read: .accept, paying: .accept),
    Case(.answered(status: 408, retryAfter: nil), read: .accept, paying: .unknown),
    Case(
      .answered(status: 429, retryAfter: nil), read: .retry(after: 0.5), paying: .retry(after: 0.5)),
    Case(
      .answered(status: 429, retryAfter: 7), read: .retry(after: 7.5), paying: .retry(after: 7.5)),
    Case(
      .answered(status: 429, retryAfter: 300), read: .retry(after: 300.5),
      paying: .retry(after: 300.5)),
    Case(
      .answered(status: 429, retryAfter: 301), read: .retryTooLate(after: 301),
      paying: .retryTooLate(after: 301)),
    Case(.answered(status: 500, retryAfter: nil), read: .accept, paying: .accept),
    Case(.answered(status: 500, retryAfter: 1), read: .accept, paying: .accept),
    Case(.answered(status: 502, retryAfter: nil), read: .retry(after: 0.5), paying: .unknown),
    Case(
      .answered(status: 503, retryAfter: nil), read: .retry(after: 0.5), paying: .retry(after: 0.5)),
    Case(.answered(status: 504, retryAfter: 3), read: .retry(after: 3.5), paying: .unknown),
    Case(.answered(status: 524, retryAfter: nil), read: .accept, paying: .unknown),
    Case(
      .failed(.unreachable, mayHaveBeenSent: false), read: .retry(after: 0.5),
      paying: .retry(after: 0.5)),
    Case(
      .failed(.unresolved, mayHaveBeenSent: false), read: .retry(after: 0.5),
      paying: .retry(after: 0.5)),
    Case(.failed(.broken, mayHaveBeenSent: true), read: .retry(after: 0.5), paying: .unknown),
    Case(.failed(.timedOut, mayHaveBeenSent: true), read: .retry(after: 0.5), paying: .unknown),
    Case(.failed(.tooLarge, mayHaveBeenSent: true), read: .accept, paying: .unknown),
    Case(.failed(.insecure, mayHaveBeenSent: false), read: .accept, paying: .accept),
    Case(.failed(.library, mayHaveBeenSent: false), read: .accept, paying: .accept),
    Case(.failed(.refusedPeer, mayHaveBeenSent: false), read: .accept, paying: .accept),
  ]

  @Test(arguments: cases) func firstTry(_ example: Case) {
    var read = RetryState(policy: RetryPolicy(), isRead: true)
    #expect(read.decide(example.outcome, elapsed: 0, random: 0.5) == example.read)
    var paying = RetryState(policy: RetryPolicy(), isRead: false)
    #expect(paying.decide(example.outcome, elapsed: 0, random: 0.5) == example.paying)
  }

  @Test func delaysDoubleUpToTheCapAndStopAfterFiveTries() {
    var policy = RetryPolicy()
    policy.longestDelay = 5
    var state = RetryState(policy: policy, isRead: true)
    let outcome = RetryState.Outcome.answered(status: 503, retryAfter: nil)
    var clock = 0.0
    var delays: [Double] = []
    while case .retry(let delay) = state.decide(outcome, elapsed: clock, random: 1) {
      delays.append(delay)
      clock += delay
    }
    #expect(delays == [1, 2, 4, 5])
  }

  @Test func anUnreachableServerIsToldSoon() {
    var state = RetryState(policy: RetryPolicy(), isRead: true)
    let outcome = RetryState.Outcome.failed(.unreachable, mayHaveBeenSent: false)
    #expect(
      state.decide(outcome, elapsed: 0, random: 0.5, hasContact: false) == .retry(after: 0.5))
    #expect(state.decide(outcome, elapsed: 1, random: 0.5, hasContact: false) == .accept)
  }

  @Test func noRetryStartsAfterTheTotalTime() {
    var policy = RetryPolicy()
    policy.totalTime = 60
    var state = RetryState(policy: policy, isRead: true)
    let outcome = RetryState.Outcome.answered(status: 429, retryAfter: 40)
    #expect(state.decide(outcome, elapsed: 0, random: 0) == .retry(after: 40))
    #expect(state.decide(outcome, elapsed: 40, random: 0) == .accept)
  }
}
