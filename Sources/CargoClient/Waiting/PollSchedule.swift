/// When remote work is looked at next: `cargo-platform.md` §4.2. Pure: time comes in.
///
/// The first look is at once; the next ones follow after 50, 100, 200, … ms, so that short work is not
/// waited for longer than it takes, up to the interval of its kind.
public struct PollSchedule: Sendable {
  private let kind: Operation.Awaited
  private let interval: Double?
  private var next = 0.0

  /// Seconds that are kept between two looks, also when the caller asks for none.
  private static let shortest = 0.01

  /// Starts; `interval` in seconds replaces the interval of the kind.
  public init(_ kind: Operation.Awaited, interval: Double? = nil) {
    self.kind = kind
    self.interval = interval.map { max($0, PollSchedule.shortest) }
  }

  /// Seconds until the next look. `elapsed` is the seconds since the wait began, `runsCount` the size
  /// of a batch as far as it is known.
  public mutating func nextDelay(elapsed: Double, runsCount: Int64 = 0) -> Double {
    let ceiling = interval ?? defaultInterval(elapsed: elapsed, runsCount: runsCount)
    let delay = min(next, ceiling)
    next = next == 0 ? 0.05 : min(next * 2, 3600)
    return delay
  }

  private func defaultInterval(elapsed: Double, runsCount: Int64) -> Double {
    switch kind {
    case .run, .message: 2
    case .batch where runsCount < 1000 || elapsed < 60: 5
    case .batch: elapsed < 300 ? 10 : 15
    }
  }
}
