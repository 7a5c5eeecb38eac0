public import CargoClient

/// How the demo integrations behave beyond their answers: how slow they are, how often they fail.
///
/// What they do depends on the seed, the action, the input and how often the same question has failed
/// in this run, so that a run of a recipe can be repeated exactly.
public struct DemoBehaviour: Sendable, Equatable {
  /// Milliseconds that a call takes, give or take a third.
  public var latencyMilliseconds: Double
  /// Share of attempts that fail with an error worth a retry.
  public var errorRate: Double
  /// Share of attempts that are answered with 429.
  public var throttleRate: Double
  /// Makes other calls slow and fail; answers stay the same.
  public var seed: UInt64

  /// The demo as it is shown: 40 ms, two failures in a thousand, no 429.
  public init(
    latencyMilliseconds: Double = 40, errorRate: Double = 0.002, throttleRate: Double = 0,
    seed: UInt64 = 1
  ) {
    self.latencyMilliseconds = latencyMilliseconds
    self.errorRate = errorRate
    self.throttleRate = throttleRate
    self.seed = seed
  }

  /// Answers at once and never fails.
  public static let immediate = DemoBehaviour(latencyMilliseconds: 0, errorRate: 0)

  /// Reads `latency_ms=0,error_rate=0.05,throttle_rate=0.02,seed=7`; what is not named stays.
  /// - Throws: an `argument` error that names the key or value that is wrong.
  public init(parsing text: String, over base: DemoBehaviour = DemoBehaviour()) throws(CargoError) {
    self = base
    for part in text.split(separator: ",") {
      let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
      guard pair.count == 2 else { throw DemoBehaviour.malformed(String(part)) }
      try set(pair[0], pair[1])
    }
  }

  private mutating func set(_ key: String, _ value: String) throws(CargoError) {
    guard let number = Double(value), number >= 0, number.isFinite else {
      throw CargoError(.argument, "The demo setting \(key) is a number from 0, not \"\(value)\".")
    }
    if key.hasSuffix("_rate") && number > 1 {
      throw CargoError(.argument, "The demo setting \(key) is a share from 0 to 1, not \(value).")
    }
    switch key {
    case "latency_ms": latencyMilliseconds = number
    case "error_rate": errorRate = number
    case "throttle_rate": throttleRate = number
    case "seed": seed = UInt64(min(number, 9e15))
    default: throw DemoBehaviour.malformed(key)
    }
  }

  private static func malformed(_ part: String) -> CargoError {
    CargoError(
      .argument, "There is no demo setting \"\(part)\".",
      hint: "use latency_ms=40,error_rate=0.002,throttle_rate=0,seed=1")
  }
}
