import CargoClient
import Testing

@testable import LocalWorkspace

@Suite struct RunLifecycleTests {
  @Test func aWaitedActionAnswersWithTheFinishedRun() throws {
    let harness = try WorkspaceHarness()
    let body = try harness.run("waterfall.verifyEmail", #"{"email":"a@b.example"}"#)
    #expect(body["run"]?["status"] == "success")
    #expect(body["runContext"]?["action"] == ["email": "a@b.example", "status": "invalid"])
    #expect(body["runContext"]?["end"] == body["runContext"]?["action"])
    #expect(body["runContext"]?["start"] == ["email": "a@b.example"])
    let executions = try #require(body["run"]?["executions"]?.array)
    #expect(executions.map { $0["nodeSlug"]?.string } == ["start", "action", "end"])
    #expect(executions.map { $0["creditsUsedCount"]?.double } == [0, 0.1, 0])
    #expect(executions[0]["nextNodeUuid"] == executions[1]["nodeUuid"])
    // The stored run is the same, byte for byte.
    let uuid = try #require(body["run"]?["uuid"]?.string)
    #expect(try harness.call("run.get", #"{"uuid":"\#(uuid)"}"#) == body)
    #expect(try harness.workspace.ledgerCredits() == 0.1)
  }

  @Test func anUnwaitedActionIsPendingAndThenNotified() throws {
    let harness = try WorkspaceHarness(demo: DemoBehaviour(latencyMilliseconds: 30, errorRate: 0))
    let pending = try harness.call(
      "action.execute", harness.execute("waterfall.verifyEmail", #"{"email":"a@b.example"}"#))
    let run = try #require(pending["run"])
    #expect(run["status"] == "pending")
    #expect(try #require(run["createdAt"]?.string).hasSuffix("Z"))
    let uuid = try #require(run["uuid"]?.string)
    let look = try harness.call("run.get", #"{"uuid":"\#(uuid)"}"#)
    #expect(look["run"]?["status"] == "pending")
    let first = try harness.start("run.get", #"{"uuid":"\#(uuid)"}"#, waits: true)
    let second = try harness.start("run.wait", #"{"uuid":"\#(uuid)"}"#)
    #expect(try JSONValue(harness.finish(first).get())["run"]?["status"] == "success")
    #expect(try JSONValue(harness.finish(second).get())["run"]?["status"] == "success")
    #expect(try harness.workspace.ledgerCredits() == 0.1)
  }

  @Test func aFailedActionEndsInErrorAndCostsNothing() throws {
    let harness = try WorkspaceHarness(demo: DemoBehaviour(latencyMilliseconds: 0, errorRate: 1))
    let body = try harness.call(
      "action.execute",
      harness.execute(
        "prospeo.findEmail", #"{"fullName":"A B","domain":"3m.com"}"#,
        retry: #"{"maximumAttempts":2,"initialInterval":1}"#), waits: true)
    #expect(body["run"]?["status"] == "error")
    #expect(body["run"]?["errorMessage"]?.string?.contains("503") == true)
    let executions = try #require(body["run"]?["executions"]?.array)
    #expect(executions.map { $0["status"]?.string } == ["success", "error"])
    #expect(executions[1]["nextNodeUuid"] == .null)
    #expect(body["runContext"]?.object?.count == 1)
    #expect(try harness.workspace.ledgerCredits() == 0)
  }

  @Test(arguments: [
    ("waterfall.verifyEmail", "{}", "email is required"),
    ("cargo.matchBusiness", #"{"country":"France"}"#, "name or domain is required"),
    ("cargo.matchBusiness", #"{"name":["3M"]}"#, "name must be a string"),
    ("aiArk.searchPeople", #"{"limit":"ten"}"#, "limit must be an integer"),
  ])
  func anInputThatDoesNotFitFailsTheRun(action: String, data: String, message: String) throws {
    let harness = try WorkspaceHarness()
    let body = try harness.run(action, data)
    #expect(body["run"]?["status"] == "error")
    #expect(body["run"]?["errorMessage"]?.string?.contains(message) == true)
    #expect(try harness.workspace.ledgerCredits() == 0)
  }

  @Test func pricesFollowTheirShape() throws {
    let harness = try WorkspaceHarness()
    // Per call, found or not.
    var body = try harness.run("cargo.matchBusiness", #"{"name":"No Such Company At All"}"#)
    #expect(body["runContext"]?["action"] == [:])
    #expect(try harness.workspace.ledgerCredits() == 0.5)
    // Per hit: a miss is free.
    body = try harness.run("aiArk.enrichPerson", #"{"email":"nobody@nowhere.example"}"#)
    #expect(body["runContext"]?["action"] == [:])
    #expect(try harness.workspace.ledgerCredits() == 0.5)
    // Per returned record.
    body = try harness.run("aiArk.searchPeople", #"{"limit":7}"#)
    #expect(body["runContext"]?["action"]?["people"]?.array?.count == 7)
    #expect(try abs(harness.workspace.ledgerCredits() - 0.85) < 1e-9)
    #expect(body["run"]?["executions"]?[1]?["creditsUsedCount"] == 0.35)
  }

  @Test func manyRunsShareCommits() throws {
    let harness = try WorkspaceHarness()
    let pending = try (0..<500).map {
      try harness.start(
        "action.execute",
        harness.execute("waterfall.verifyEmail", #"{"email":"p\#($0)@b.example"}"#), waits: true)
    }
    for one in pending {
      #expect(try JSONValue(harness.finish(one).get())["run"]?["status"] == "success")
    }
    #expect(try abs(harness.workspace.ledgerCredits() - 50) < 1e-9)
  }
}
