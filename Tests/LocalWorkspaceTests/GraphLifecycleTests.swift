import CargoClient
import Glibc
import Testing

@testable import LocalWorkspace

/// Many graphs at once, graphs that are stopped, graphs that are torn apart.
@Suite struct GraphLifecycleTests {
  typealias T = GraphText

  static let one = T.graph(
    T.start(to: "verify"),
    T.action(
      "verify", "waterfall.verifyEmail", #"{"email":\#(T.template("{{nodes.start.email}}"))}"#,
      to: "end"), T.end("end", ("email", T.template("<{{nodes.verify.email}}>"))))

  @Test func twoHundredRunsInFlight() throws {
    let harness = try WorkspaceHarness(
      demo: DemoBehaviour(latencyMilliseconds: 5, errorRate: 0), evaluates: true)
    let pending = try (0..<200).map {
      try harness.start(
        "run.create",
        #"{"data":{"email":"p\#($0)@b.example"},"nodes":\#(GraphLifecycleTests.one)}"#,
        waits: true)
    }
    for (index, one) in pending.enumerated() {
      let body = try JSONValue(harness.finish(one).get())
      #expect(body["runContext"]?["end"]?["email"]?.string == "<p\(index)@b.example>")
    }
    #expect(try abs(harness.workspace.ledgerCredits() - 20) < 1e-9)
  }

  @Test func aBatchKeepsTheOrderOfItsRecords() throws {
    let harness = try WorkspaceHarness(
      demo: DemoBehaviour(latencyMilliseconds: 3, errorRate: 0), evaluates: true)
    let records = (0..<100).map { index in
      index % 10 == 3
        ? #"{"_id":"r\#(index)"}"# : #"{"_id":"r\#(index)","email":"p\#(index)@b.example"}"#
    }
    let finished = try harness.call(
      "batch.create",
      """
      {"data":{"kind":"records","records":[\(records.joined(separator: ","))]},\
      "nodes":\(GraphLifecycleTests.one)}
      """, waits: true)
    let batch = try #require(finished["batch"])
    #expect(batch["status"] == "success")
    #expect(batch["runsCount"] == 100)
    #expect(batch["failedRunsCount"] == 10)
    #expect(batch["creditsUsedCount"] == 9)
    let uuid = try #require(batch["uuid"]?.string)
    #expect(try harness.call("batch.get", #"{"uuid":"\#(uuid)"}"#) == finished)
    func download(_ slug: String) throws -> [JSONValue] {
      try #require(
        try harness.call("batch.download", #"{"outputNodeSlug":"\#(slug)","uuid":"\#(uuid)"}"#)
          .array)
    }
    for (index, row) in try download("end").enumerated() {
      #expect(row["recordId"]?.string == "r\(index)")
      let isBad = index % 10 == 3
      #expect(row["status"]?.string == (isBad ? "error" : "success"))
      #expect(
        row["output"] == (isBad ? .null : ["email": .string("<p\(index)@b.example>")]))
    }
    #expect(try download("start")[3]["output"] == ["_id": "r3"])
    #expect(
      try harness.error("batch.download", #"{"outputNodeSlug":"action","uuid":"\#(uuid)"}"#).message
        == "node not found")
  }

  @Test func theLinesOfAFileAreRecords() throws {
    let harness = try WorkspaceHarness(evaluates: true)
    let path = harness.folder + "/people.csv"
    let file = try #require(fopen(path, "w"))
    fputs("\u{FEFF}email,note\r\na@b.example,\"x, \"\"y\"\"\nz\"\r\nc@d.example,\r\n", file)
    fclose(file)
    let name = try #require(
      try harness.call("file.upload", #"{"filePath":"\#(path)"}"#)["s3Filename"]?.string)
    let graph = T.graph(
      T.start(to: "end"),
      T.end(
        "end", ("email", T.template("{{nodes.start.email}}")),
        ("note", T.template("{{nodes.start.note}}"))))
    func create(_ name: String) -> String {
      #"{"data":{"kind":"file","s3Filename":"\#(name)"},"nodes":\#(graph)}"#
    }
    let batch = try harness.call("batch.create", create(name), waits: true)["batch"]
    #expect(batch?["data"]?["s3Filename"]?.string == name)
    let rows = try harness.call(
      "batch.download", #"{"outputNodeSlug":"end","uuid":"\#(batch?["uuid"]?.string ?? "")"}"#)
    #expect(
      rows.array?.map { $0["output"] } == [
        ["email": "a@b.example", "note": "x, \"y\"\nz"], ["email": "c@d.example", "note": ""],
      ])
    #expect(try harness.error("batch.create", create("nothing.csv")).code == "fileNotFound")
  }

  @Test func whatHasNoRecordsIsRefused() throws {
    let harness = try WorkspaceHarness()
    for (records, code) in [("[]", "noRecords"), ("[7]", "invalidBody"), ("7", "invalidBody")] {
      let error = try harness.error(
        "batch.create",
        #"{"data":{"kind":"records","records":\#(records)},"nodes":\#(GraphLifecycleTests.one)}"#)
      #expect(error.code == code, "\(records)")
    }
  }

  // MARK: Stopping

  /// Pays, then waits for an hour.
  static let slow = T.graph(
    T.start(to: "verify"),
    T.action("verify", "waterfall.verifyEmail", #"{"email":"a@b.example"}"#, to: "wait"),
    T.node("wait", "delay", #"{"minutes":60}"#, to: "end"), T.end())

  private func wait(_ harness: WorkspaceHarness, until isSo: () throws -> Bool) throws {
    let end = EventLoop.now() + 30_000_000_000
    while try !isSo(), EventLoop.now() < end {
      let tick = harness.loop.schedule(after: 0.01) {}
      harness.loop.turn(block: true)
      harness.loop.cancel(tick)
    }
  }

  private func wait(_ harness: WorkspaceHarness, forCredits credits: Double) throws {
    try wait(harness) { try harness.workspace.ledgerCredits() >= credits - 1e-9 }
    #expect(try abs(harness.workspace.ledgerCredits() - credits) < 1e-9)
  }

  @Test func aRunIsCancelledWhereItStands() throws {
    let harness = try WorkspaceHarness()
    let pending = try harness.call(
      "run.create", #"{"data":{},"nodes":\#(GraphLifecycleTests.slow)}"#)
    let uuid = try #require(pending["run"]?["uuid"]?.string)
    let waiting = try harness.start("run.wait", #"{"uuid":"\#(uuid)"}"#)
    // What is paid is on the disk long before the run ends.
    try wait(harness, forCredits: 0.1)
    let look = try harness.call("run.get", #"{"uuid":"\#(uuid)"}"#)
    #expect(look["run"]?["status"] == "running")
    #expect(look["runContext"]?["verify"]?["status"] == "invalid")
    _ = try harness.call(
      "run.cancel", #"{"uuids":["\#(uuid)"],"workflowUuid":"\#(StrictBodyTests.unknown)"}"#)
    let run = try #require(try JSONValue(harness.finish(waiting).get())["run"])
    #expect(run["status"] == "cancelled")
    #expect(
      run["executions"]?.array?.map { $0["status"]?.string } == ["success", "success", "cancelled"])
    #expect(try harness.workspace.ledgerCredits() == 0.1)
  }

  @Test func whoGivesUpWaitingIsToldWhatWasPaid() throws {
    let harness = try WorkspaceHarness(demo: DemoBehaviour(latencyMilliseconds: 60, errorRate: 0))
    let pending = try harness.start(
      "run.create", #"{"data":{},"nodes":\#(GraphLifecycleTests.slow)}"#, waits: true)
    // The first node is over: the second one, which pays, is under way.
    let opened = try harness.workspace.open()
    try wait(harness) {
      let work = opened.runs.values.first?.work as? GraphRun
      return (work?.snapshot.executions?.count ?? 0) > 2
    }
    harness.workspace.cancel(pending.id)
    let run = try #require(try JSONValue(harness.finish(pending).get())["run"])
    #expect(run["status"] == "cancelled")
    #expect(run["executions"]?[1]?["creditsUsedCount"] == 0.1)
    #expect(try harness.workspace.ledgerCredits() == 0.1)
  }

  @Test func aGroupIsCancelledWithItsRun() throws {
    let harness = try WorkspaceHarness()
    let items = (0..<40).map(String.init).joined(separator: ",")
    let graph = T.graph(
      T.start(to: "loop"),
      T.node(
        "loop", "group", #"{"items":[\#(items)],"_nodes":\#(GraphLifecycleTests.slow)}"#, to: "end"),
      T.end())
    let pending = try harness.call("run.create", #"{"data":{},"nodes":\#(graph)}"#)
    let uuid = try #require(pending["run"]?["uuid"]?.string)
    let waiting = try harness.start("run.wait", #"{"uuid":"\#(uuid)"}"#)
    // Eight items at once.
    try wait(harness, forCredits: 0.8)
    _ = try harness.call(
      "run.cancel", #"{"uuids":["\#(uuid)"],"workflowUuid":"\#(StrictBodyTests.unknown)"}"#)
    let run = try #require(try JSONValue(harness.finish(waiting).get())["run"])
    #expect(run["status"] == "cancelled")
    #expect(run["executions"]?[1]?["creditsUsedCount"] == 0.8)
    let batch = try #require(run["executions"]?[1]?["nodeBatchUuid"]?.string)
    let items40 = try harness.call("batch.get", #"{"uuid":"\#(batch)"}"#)["batch"]
    #expect(items40?["status"] == "cancelled")
    #expect(items40?["creditsUsedCount"] == 0.8)
  }

  @Test func aRunThatIsTornApartKeepsWhatItPaidFor() throws {
    let harness = try WorkspaceHarness()
    let pending = try harness.call(
      "run.create", #"{"data":{},"nodes":\#(GraphLifecycleTests.slow)}"#)
    let uuid = try #require(pending["run"]?["uuid"]?.string)
    try wait(harness, forCredits: 0.1)
    // As if the process had ended: its lock is gone, its run is under way.
    harness.workspace.close()
    let next = harness.another()
    defer { next.close() }
    let look = try harness.call("run.get", #"{"uuid":"\#(uuid)"}"#, on: next)
    #expect(look["run"]?["status"] == "error")
    #expect(look["run"]?["errorMessage"]?.string?.contains("interrupted") == true)
    #expect(look["run"]?["executions"]?[1]?["creditsUsedCount"] == 0.1)
    #expect(look["runContext"]?["verify"]?["status"] == "invalid")
    #expect(try next.ledgerCredits() == 0.1)
  }
}
