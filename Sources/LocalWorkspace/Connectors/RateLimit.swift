import CargoClient
import SQLite

/// How often a connector may be called (`connector.rateLimit`, `cargo-platform.md` §2.3).
public struct RateLimit: Sendable, Equatable {
  /// The span over which calls are counted.
  public enum Unit: String, Sendable, CaseIterable {
    case minute, hour, day

    /// Its length in milliseconds.
    var milliseconds: Int64 {
      switch self {
      case .minute: 60_000
      case .hour: 3_600_000
      case .day: 86_400_000
      }
    }
  }

  /// The span.
  public let unit: Unit
  /// The most calls within any such span.
  public let max: Int

  /// Makes a limit.
  public init(unit: Unit, max: Int) {
    self.unit = unit
    self.max = max
  }
}

/// The bucket of a connector in the workspace file, for all tasks of all processes.
///
/// A token that is taken comes back one unit later, so that no span of that length sees more than
/// `max` calls: a bucket that refills evenly would let through nearly twice as many after a rest.
/// Uses are kept by 128ths of the unit, rounded up, so a connector never has more than 129 rows.
enum RateBucket {
  /// What was got: how many calls may leave now, and in how many milliseconds to ask again.
  struct Grant: Sendable, Equatable {
    let count: Int
    let retryAfter: Int64
  }

  /// Takes up to `wanted` tokens. Call inside a writing transaction.
  static func take(
    _ wanted: Int, limit: RateLimit, connector: String, now: Int64, in connection: Connection
  ) throws -> Grant {
    try connection.run(
      "DELETE FROM cargo_rate_uses WHERE connector_uuid = ? AND free_at <= ?",
      [.text(connector), .integer(now)])
    let (used, earliest) =
      try connection.first(
        "SELECT coalesce(sum(uses), 0), min(free_at) FROM cargo_rate_uses WHERE connector_uuid = ?",
        [.text(connector)]
      ) { (Int($0.int64(0)), $0.isNull(1) ? now : $0.int64(1)) } ?? (0, now)
    let count = max(0, min(wanted, limit.max - used))
    if count > 0 {
      let step = max(limit.unit.milliseconds / 128, 1)
      let freeAt = ((now + limit.unit.milliseconds + step - 1) / step) * step
      try connection.run(
        """
        INSERT INTO cargo_rate_uses (connector_uuid, free_at, uses) VALUES (?, ?, ?)
        ON CONFLICT DO UPDATE SET uses = uses + excluded.uses
        """, [.text(connector), .integer(freeAt), .integer(Int64(count))])
    }
    return Grant(count: count, retryAfter: count < wanted ? max(earliest - now, 1) : 0)
  }
}

/// Lets calls of one connector leave in the order they came, as fast as its bucket allows.
///
/// Bound to the loop's thread. Asks the bucket for exactly as many tokens as there are calls waiting,
/// so that none is lost when the process ends.
final class RateLimiter {
  /// Takes tokens in a transaction of the writer and calls back on the loop.
  typealias Source = (_ wanted: Int, _ done: @escaping (RateBucket.Grant?) -> Void) -> Void

  private let loop: EventLoop
  private let source: Source
  private var waiting: [Int: () -> Void] = [:]
  private var order: [Int] = []
  private var head = 0
  private var nextTicket = 0
  private var isAsking = false

  init(loop: EventLoop, source: @escaping Source) {
    self.loop = loop
    self.source = source
  }

  /// Calls `body` when the call may leave. Returns a ticket for `giveUp`.
  func acquire(_ body: @escaping () -> Void) -> Int {
    let ticket = nextTicket
    nextTicket += 1
    waiting[ticket] = body
    order.append(ticket)
    ask()
    return ticket
  }

  /// Forgets a call that waits. False when it has left.
  func giveUp(_ ticket: Int) -> Bool { waiting.removeValue(forKey: ticket) != nil }

  private func ask() {
    guard !isAsking, !waiting.isEmpty else { return }
    isAsking = true
    source(waiting.count) { [self] grant in
      isAsking = false
      // The file cannot be written: the calls fail by themselves when they record their results.
      guard let grant else { return release(waiting.count) }
      release(grant.count)
      guard !waiting.isEmpty else { return }
      if grant.retryAfter > 0 {
        isAsking = true
        loop.schedule(after: Double(grant.retryAfter) / 1_000) { [self] in
          isAsking = false
          ask()
        }
      } else {
        ask()
      }
    }
  }

  private func release(_ count: Int) {
    var left = count
    while left > 0, head < order.count {
      let ticket = order[head]
      head += 1
      guard let body = waiting.removeValue(forKey: ticket) else { continue }
      left -= 1
      body()
    }
    if head > 1_024 && head * 2 > order.count {
      order.removeFirst(head)
      head = 0
    }
  }
}
