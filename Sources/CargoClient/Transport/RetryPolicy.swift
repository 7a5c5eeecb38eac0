import Glibc

/// When a request is sent again, and how long after: `cargo-platform.md` §2.3, `design.md` §5.
public struct RetryPolicy: Sendable, Equatable {
  /// How often a request is tried at most, the first time included.
  public var maximumTries = 5
  /// The same while nothing has been heard from the server at all: a wrong address should be told
  /// soon.
  public var maximumTriesBeforeContact = 2
  /// Seconds before the first retry at most; which of them, chance decides ("full jitter").
  public var initialDelay = 1.0
  /// By how much that grows from retry to retry.
  public var factor = 2.0
  /// Seconds that it grows to.
  public var longestDelay = 30.0
  /// Seconds of `Retry-After` up to which it is waited; more becomes an error that tells the time.
  public var longestRetryAfter = 300.0
  /// Seconds after the first try in which retries may start.
  public var totalTime = 900.0

  /// The rules of the contract.
  public init() {}
}

/// The retries of one request, as a pure state machine: it is told what came of each try and says what
/// to do. It knows no clock and draws no lots; both come in.
public struct RetryState {
  /// What came of a try.
  public enum Outcome: Equatable, Sendable {
    /// An answer with this status came.
    case answered(status: Int, retryAfter: Double?)
    /// No usable answer came.
    case failed(HTTPFailure.Reason, mayHaveBeenSent: Bool)
  }

  /// What to do.
  public enum Decision: Equatable, Sendable {
    /// Take the outcome as it is.
    case accept
    /// Try again after so many seconds.
    case retry(after: Double)
    /// An error: the server asks for a longer pause than is waited for.
    case retryTooLate(after: Double)
    /// An error: the request may have had its effect, and nobody can tell.
    case unknown
  }

  private let policy: RetryPolicy
  private let isRead: Bool
  private var tries = 0

  /// Starts with a request that only looks (`isRead`) or that writes or pays.
  public init(policy: RetryPolicy, isRead: Bool) {
    self.policy = policy
    self.isRead = isRead
  }

  /// Takes in what came of a try. `elapsed` is the seconds since the first try began, `random` lies in
  /// 0..<1 and is drawn only for a retry (it is a system call), `hasContact` says whether the server
  /// has ever answered.
  public mutating func decide(
    _ outcome: Outcome, elapsed: Double,
    random: @autoclosure () -> Double, hasContact: Bool = true
  ) -> Decision {
    tries += 1
    switch outcome {
    case .answered(let status, let retryAfter):
      guard RetryState.isWorthRepeating(status) else {
        return !isRead && RetryState.leavesOpen(status) ? .unknown : .accept
      }
      if !isRead && status != 429 && status != 503 { return .unknown }
      return retry(
        retryAfter, elapsed: elapsed, random: random(), maximum: policy.maximumTries)
    case .failed(let reason, let mayHaveBeenSent):
      if !isRead && mayHaveBeenSent { return .unknown }
      guard RetryState.isTransient(reason) else { return .accept }
      return retry(
        nil, elapsed: elapsed, random: random(),
        maximum: hasContact ? policy.maximumTries : policy.maximumTriesBeforeContact)
    }
  }

  private func retry(
    _ retryAfter: Double?, elapsed: Double, random: Double, maximum: Int
  ) -> Decision {
    if let retryAfter, retryAfter > policy.longestRetryAfter {
      return .retryTooLate(after: retryAfter)
    }
    let ceiling = min(
      policy.longestDelay, policy.initialDelay * pow(policy.factor, Double(tries - 1)))
    // What the server asks for is kept; the jitter on top keeps many callers from coming back at once.
    let delay = retryAfter.map { $0 + random * policy.initialDelay } ?? random * ceiling
    if tries >= maximum || elapsed + delay > policy.totalTime { return .accept }
    return .retry(after: delay)
  }

  /// Statuses that say "not now" instead of "no".
  private static func isWorthRepeating(_ status: Int) -> Bool {
    status == 429 || status == 502 || status == 503 || status == 504
  }

  /// Statuses by which something between here and the platform says that it got no answer: 408, and
  /// the 52x of Cloudflare.
  private static func leavesOpen(_ status: Int) -> Bool {
    status == 408 || (520...527).contains(status)
  }

  /// Failures that may be gone a moment later.
  private static func isTransient(_ reason: HTTPFailure.Reason) -> Bool {
    switch reason {
    case .unresolved, .unreachable, .timedOut, .broken: true
    case .library, .invalidRequest, .insecure, .refusedPeer, .tooLarge, .tooManyRedirects,
      .cancelled:
      false
    }
  }
}
