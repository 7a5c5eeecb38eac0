import CargoClient
import Glibc
import SQLite
import Testing

@testable import LocalWorkspace

@Suite struct RecoveryTests {
  private func copy(_ from: String, _ to: String) throws {
    guard let source = fopen(from, "r") else { return }
    defer { fclose(source) }
    let target = try #require(fopen(to, "w"))
    defer { fclose(target) }
    var chunk = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = fread(&chunk, 1, chunk.count, source)
      if count == 0 { break }
      fwrite(chunk, 1, count, target)
    }
  }

  /// What `kill -9` leaves: the file and its log as they are at some moment, and no lock.
  @Test func aCrashLosesNoChargeAndKeepsNoneWithoutResult() throws {
    let harness = try WorkspaceHarness(demo: DemoBehaviour(latencyMilliseconds: 2, errorRate: 0))
    for index in 0..<40 {
      _ = try harness.start(
        "action.execute",
        harness.execute("waterfall.verifyEmail", #"{"email":"p\#(index)@a.example"}"#),
        waits: index % 2 == 0)
    }
    let records = (0..<500).map { #"{"email":"q\#($0)@a.example"}"# }.joined(separator: ",")
    let pending = try harness.call(
      "action.execute_batch",
      """
      {"action":{"kind":"connector","integrationSlug":"waterfall","actionSlug":"verifyEmail"},\
      "records":[\(records)]}
      """)
    let batch = try #require(pending["batch"]?["uuid"]?.string)
    for round in 0..<4 {
      let end = EventLoop.now() + 8_000_000
      while EventLoop.now() < end { harness.loop.turn(block: false) }
      let crashed = try WorkspaceHarness(.none)
      mkdir(crashed.folder + "/.cargo", 0o700)
      // The log first would tear: hold the writer off while both are copied.
      let holder = try Connection(path: harness.path)
      try holder.transaction {
        try copy(harness.path, crashed.path)
        try copy(harness.path + "-wal", crashed.path + "-wal")
      }
      let connection = try Connection(path: crashed.path)
      let before = try connection.first("SELECT sum(microcredits) FROM cargo_ledger") {
        $0.int64(0)
      }
      let seen = try crashed.call("batch.get", #"{"uuid":"\#(batch)"}"#)["batch"]
      #expect(seen?["status"] == "error", "round \(round)")
      #expect(seen?["errorMessage"]?.string?.contains("interrupted") == true)
      let after = try connection.first("SELECT sum(microcredits) FROM cargo_ledger") { $0.int64(0) }
      #expect(before == after)
      #expect(try imbalance(connection) == 0)
      let open = try connection.first("SELECT count(*) FROM cargo_runs WHERE status < 2") {
        $0.int64(0)
      }
      #expect(open == 0)
    }
    _ = try harness.call("batch.wait", #"{"uuid":"\#(batch)"}"#)
    #expect(try imbalance(Connection(path: harness.path)) == 0)
  }

  /// Runs whose charge differs from their ledger rows.
  private func imbalance(_ connection: Connection) throws -> Int64? {
    try connection.first(
      """
      SELECT count(*) FROM cargo_runs r LEFT JOIN
        (SELECT run_id, sum(microcredits) AS paid FROM cargo_ledger GROUP BY run_id) l
        ON l.run_id = r.id
      WHERE coalesce(l.paid, 0) <> r.microcredits OR (r.status <> 2 AND l.paid > 0)
      """
    ) { $0.int64(0) }
  }

  @Test func aLivingProcessKeepsItsRuns() throws {
    let harness = try WorkspaceHarness(demo: DemoBehaviour(latencyMilliseconds: 150, errorRate: 0))
    let pending = try harness.call(
      "action.execute", harness.execute("waterfall.verifyEmail", #"{"email":"a@b.example"}"#))
    let uuid = try #require(pending["run"]?["uuid"]?.string)
    // A second one opens the file meanwhile, works, and sees the run as pending.
    let second = harness.another()
    let look = try harness.call("run.get", #"{"uuid":"\#(uuid)"}"#, on: second)
    #expect(look["run"]?["status"] == "pending")
    let own = try harness.run("waterfall.verifyEmail", #"{"email":"c@d.example"}"#, on: second)
    #expect(own["run"]?["status"] == "success")
    let finished = try harness.call("run.wait", #"{"uuid":"\#(uuid)"}"#)
    #expect(finished["run"]?["status"] == "success")
    #expect(try harness.call("run.get", #"{"uuid":"\#(uuid)"}"#, on: second) == finished)
    second.close()
  }

  @Test func aClosedOneLeavesItsRunsToTheNext() throws {
    let harness = try WorkspaceHarness(
      demo: DemoBehaviour(latencyMilliseconds: 60_000, errorRate: 0))
    let first = harness.another(demo: DemoBehaviour(latencyMilliseconds: 60_000, errorRate: 0))
    let pending = try harness.call(
      "action.execute", harness.execute("waterfall.verifyEmail", #"{"email":"a@b.example"}"#),
      on: first)
    let uuid = try #require(pending["run"]?["uuid"]?.string)
    first.close()
    let run = try harness.call("run.get", #"{"uuid":"\#(uuid)"}"#)["run"]
    #expect(run?["status"] == "error")
    #expect(run?["errorMessage"]?.string?.hasPrefix("interrupted") == true)
    #expect(try harness.workspace.ledgerCredits() == 0)
  }

  @Test func twoAtOnceOnOneFile() throws {
    let harness = try WorkspaceHarness()
    let second = harness.another()
    let calls = try (0..<400).map { index in
      try harness.start(
        "action.execute",
        harness.execute("waterfall.verifyEmail", #"{"email":"p\#(index)@a.example"}"#), waits: true,
        on: index % 2 == 0 ? nil : second)
    }
    for call in calls {
      #expect(try JSONValue(harness.finish(call).get())["run"]?["status"] == "success")
    }
    #expect(try abs(harness.workspace.ledgerCredits() - 40) < 1e-9)
    second.close()
  }

  @Test func aConnectorOfAnotherProcessIsSeen() throws {
    let harness = try WorkspaceHarness(.empty)
    let refused = try harness.error(
      "action.execute", harness.execute("waterfall.verifyEmail", #"{"email":"a@b.example"}"#))
    #expect(refused.code == "connectorNotFound")
    let second = harness.another()
    try harness.call(
      "connector.create", #"{"integrationSlug":"waterfall","name":"W","slug":"w"}"#, on: second)
    usleep(260_000)
    let run = try harness.run("waterfall.verifyEmail", #"{"email":"a@b.example"}"#)
    #expect(run["run"]?["status"] == "success")
    second.close()
  }
}
