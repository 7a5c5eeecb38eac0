import CargoClient

/// How often and after what time a failed call is tried again (`cargo-platform.md` §4.5).
public struct RetryPolicy: Sendable, Equatable {
  /// How many tries there are, the first one counted.
  public var maximumAttempts: Int
  /// Milliseconds before the second try.
  public var initialInterval: Double
  /// By how much each wait is longer than the one before.
  public var backoffCoefficient: Double

  /// Makes a policy.
  public init(
    maximumAttempts: Int = 3, initialInterval: Double = 1_000, backoffCoefficient: Double = 2
  ) {
    self.maximumAttempts = maximumAttempts
    self.initialInterval = initialInterval
    self.backoffCoefficient = backoffCoefficient
  }

  /// Seconds before try `attempt + 1`, counted from 1; nil when `attempt` was the last.
  func delay(after attempt: Int) -> Double? {
    guard attempt < maximumAttempts else { return nil }
    var milliseconds = initialInterval
    for _ in 1..<max(attempt, 1) { milliseconds *= backoffCoefficient }
    // A wait beyond a day is a mistake in the configuration, not a wish.
    return min(milliseconds, 86_400_000) / 1_000
  }

  /// The policy with the fields that `json` has (an action's `retry`); what is absent stays.
  func overridden(by json: JSONView?) -> RetryPolicy {
    guard let json, json.object != nil else { return self }
    var policy = self
    if let number = json["maximumAttempts"]?.double, number >= 1 {
      policy.maximumAttempts = Int(min(number, 1_000))
    }
    if let number = json["initialInterval"]?.double, number >= 0 { policy.initialInterval = number }
    if let number = json["backoffCoefficient"]?.double, number >= 1 {
      policy.backoffCoefficient = number
    }
    return policy
  }
}
