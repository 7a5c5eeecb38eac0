import CargoClient
import SQLite
import Testing

@testable import LocalWorkspace

@Suite struct RateLimitTests {
  /// A bucket with a clock of the test's own.
  @Test func noSpanSeesMoreThanTheLimit() throws {
    let harness = try WorkspaceHarness(.empty)
    let connection = try Connection(path: harness.path)
    let limit = RateLimit(unit: .minute, max: 60)
    var taken: [Int64] = []
    var generator = SystemRandomNumberGenerator()
    var now: Int64 = 1_700_000_000_000
    for _ in 0..<400 {
      now += Int64.random(in: 0...3_000, using: &generator)
      let wanted = Int.random(in: 1...20, using: &generator)
      let grant = try connection.transaction {
        try RateBucket.take(wanted, limit: limit, connector: "c", now: now, in: connection)
      }
      #expect(grant.count <= wanted)
      #expect(grant.count == wanted || grant.retryAfter > 0)
      taken += Array(repeating: now, count: grant.count)
    }
    #expect(taken.count > 60)
    for (index, start) in taken.enumerated() {
      let end = taken[index...].prefix { $0 < start + 60_000 }.count
      #expect(end <= 60)
    }
    let rows = try connection.first("SELECT count(*) FROM cargo_rate_uses") { $0.int64(0) }
    #expect((rows ?? 0) <= 129)
  }

  @Test func tokensComeBackAfterTheUnit() throws {
    let harness = try WorkspaceHarness(.empty)
    let connection = try Connection(path: harness.path)
    let limit = RateLimit(unit: .hour, max: 3)
    func take(_ wanted: Int, at now: Int64) throws -> RateBucket.Grant {
      try connection.transaction {
        try RateBucket.take(wanted, limit: limit, connector: "c", now: now, in: connection)
      }
    }
    let start: Int64 = 1_700_000_000_000
    #expect(try take(2, at: start).count == 2)
    let grant = try take(2, at: start + 1_000)
    #expect(grant.count == 1)
    #expect((3_598_000...3_630_000).contains(grant.retryAfter))
    #expect(try take(1, at: start + 3_590_000).count == 0)
    #expect(try take(9, at: start + 3_700_000).count == 3)
    // Another connector has a bucket of its own.
    let other = try connection.transaction {
      try RateBucket.take(9, limit: limit, connector: "d", now: start, in: connection)
    }
    #expect(other.count == 3)
  }

  @Test func callsBeyondTheLimitWaitAndCanBeGivenUp() throws {
    let harness = try WorkspaceHarness()
    let uuid = Identifier.named("connector waterfall")
    try harness.call(
      "connector.update", #"{"rateLimit":{"unit":"hour","max":5},"uuid":"\#(uuid)"}"#)
    let calls = try (0..<8).map {
      try harness.start(
        "action.execute",
        harness.execute("waterfall.verifyEmail", #"{"email":"p\#($0)@a.example"}"#), waits: true)
    }
    for call in calls[..<5] {
      #expect(try JSONValue(harness.finish(call).get())["run"]?["status"] == "success")
    }
    // The others wait, in the order they came; the limit is kept in the file.
    for _ in 0..<20 { harness.loop.turn(block: false) }
    #expect(calls[5...].allSatisfy { $0.result == nil })
    harness.workspace.cancel(calls[6].id)
    guard case .failure(let error) = try harness.finish(calls[6]) else {
      Issue.record("not cancelled")
      return
    }
    #expect(error.kind == .cancelled)
    #expect(try abs(harness.workspace.ledgerCredits() - 0.5) < 1e-9)
    let connection = try Connection(path: harness.path, options: .readOnly)
    #expect(try connection.first("SELECT sum(uses) FROM cargo_rate_uses") { $0.int64(0) } == 5)
  }

  @Test func aBatchKeepsToTheLimit() throws {
    let harness = try WorkspaceHarness()
    let uuid = Identifier.named("connector waterfall")
    try harness.call(
      "connector.update", #"{"rateLimit":{"unit":"minute","max":40},"uuid":"\#(uuid)"}"#)
    let records = (0..<60).map { #"{"email":"p\#($0)@a.example"}"# }.joined(separator: ",")
    let pending = try harness.call(
      "action.execute_batch",
      """
      {"action":{"kind":"connector","integrationSlug":"waterfall","actionSlug":"verifyEmail"},\
      "records":[\(records)]}
      """)
    let batch = try #require(pending["batch"]?["uuid"]?.string)
    let end = EventLoop.now() + 300_000_000
    while EventLoop.now() < end { harness.loop.turn(block: false) }
    let look = try harness.call("batch.get", #"{"uuid":"\#(batch)"}"#)["batch"]
    #expect(look?["executedRunsCount"] == 40)
    try harness.call("batch.cancel", #"{"uuid":"\#(batch)"}"#)
    let ended = try harness.call("batch.wait", #"{"uuid":"\#(batch)"}"#)["batch"]
    #expect(ended?["status"] == "cancelled")
    #expect(ended?["creditsUsedCount"] == 4)
  }
}
