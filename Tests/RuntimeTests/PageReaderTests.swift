import Testing

@testable import Runtime

/// A server whose rows change between pages.
@Suite struct PageReaderTests {
  private struct Random {
    var state: UInt64
    mutating func below(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(count))
    }
  }

  private struct Outcome {
    var given: [Int] = []
    var requests = 0
    var isLost = false
  }

  /// Reads to the end; `change` alters the rows before each page.
  private func read(
    _ rows: [Int], cap: Int, maximum: Int64? = nil, tellsApart: Bool = true,
    change: (inout [Int], Int) -> Void = { _, _ in }
  ) -> Outcome {
    var reader = PageReader(maximum: maximum, tellsApart: tellsApart)
    var outcome = Outcome()
    var rows = rows
    var step = reader.step
    while case .ask(let offset, let limit) = step {
      outcome.requests += 1
      guard outcome.requests < 10_000 else { break }
      change(&rows, outcome.requests)
      let page = Array(rows.dropFirst(Int(offset)).prefix(min(Int(limit), cap)))
      let (new, next) = reader.take(page)
      outcome.given += new.map { page[$0] }
      step = next
    }
    outcome.isLost = step == .lost
    return outcome
  }

  @Test(arguments: [1, 2, 3, 100, 999, 1_000, 1_001, 5_000], [0, 1, 2, 999, 1_000, 1_001, 2_500])
  func givesEveryRowWhateverTheCap(cap: Int, count: Int) {
    let rows = Array(0..<count)
    for tellsApart in [true, false] {
      let isWhole = read(rows, cap: cap, tellsApart: tellsApart).given == rows
      #expect(isWhole)
      let limited = read(rows, cap: cap, maximum: 700, tellsApart: tellsApart).given
      let isLimited = limited == Array(rows.prefix(700))
      #expect(isLimited)
    }
  }

  @Test func asksNoMoreThanItMust() {
    #expect(read(Array(0..<10), cap: 10_000).requests == 2)
    #expect(read(Array(0..<5_000), cap: 10_000).requests == 6)
    #expect(read(Array(0..<5_000), cap: 10_000, maximum: 1_000).requests == 1)
    #expect(read([], cap: 10_000, maximum: 0).requests == 0)
  }

  @Test func givesWhatStaysOnceThoughRowsComeAndGo() {
    for seed in 0..<60 as Range<UInt64> {
      var random = Random(state: seed)
      let cap = [7, 50, 100, 2_000][random.below(4)]
      let count = 200 + random.below(3_000)
      var gone: Set<Int> = []
      let outcome = read((0..<count).map { $0 * 2 }, cap: cap) { rows, request in
        guard request > 1, random.below(3) == 0 else { return }
        for _ in 0..<random.below(min(cap, 60)) where !rows.isEmpty {
          let position = random.below(rows.count)
          if random.below(4) > 0 {
            gone.insert(rows.remove(at: position))
          } else {
            rows.insert(100_000 + rows.count * 3_000 + request * 7 + position, at: position)
          }
        }
      }
      let given = outcome.given.filter { $0 < 100_000 }
      let isLost = outcome.isLost
      let repeated = given.count - Set(given).count
      let missing = Set((0..<count).map { $0 * 2 }).subtracting(gone).subtracting(given).count
      #expect(!isLost, "seed \(seed), \(outcome.requests) requests")
      #expect(repeated == 0, "seed \(seed)")
      #expect(missing == 0, "seed \(seed)")
    }
  }

  @Test func saysWhenItIsLost() {
    // Everything is replaced, again and again.
    var next = 1_000_000
    let outcome = read(Array(0..<20_000), cap: 1_000) { rows, request in
      guard request > 17 else { return }
      rows = (0..<20_000).map { _ in
        next += 1
        return next
      }
    }
    let isLost = outcome.isLost
    #expect(isLost)
  }
}
