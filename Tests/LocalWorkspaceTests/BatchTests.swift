import CargoClient
import Testing

@testable import LocalWorkspace

@Suite struct BatchTests {
  func body(_ action: String, _ records: [String], retry: String = "null") -> String {
    let parts = action.split(separator: ".")
    return """
      {"action":{"kind":"connector","integrationSlug":"\(parts[0])","actionSlug":"\(parts[1])",\
      "config":{},"retry":\(retry)},"records":[\(records.joined(separator: ","))]}
      """
  }

  @Test func resultsComeInTheOrderOfTheRecords() throws {
    let harness = try WorkspaceHarness(demo: DemoBehaviour(latencyMilliseconds: 3, errorRate: 0))
    let records = (0..<300).map { #"{"_id":"r\#($0)","email":"p\#($0)@a.example"}"# }
    let finished = try harness.call(
      "action.execute_batch", body("waterfall.verifyEmail", records), waits: true)
    let batch = try #require(finished["batch"])
    #expect(batch["status"] == "success")
    #expect(batch["runsStatus"] == "healthy")
    #expect(batch["runsCount"] == 300)
    #expect(batch["executedRunsCount"] == 300)
    #expect(batch["failedRunsCount"] == 0)
    #expect(batch["creditsUsedCount"] == 30)
    let uuid = try #require(batch["uuid"]?.string)
    #expect(try harness.call("batch.get", #"{"uuid":"\#(uuid)"}"#) == finished)
    let rows = try #require(
      try harness.call("batch.download", #"{"outputNodeSlug":"action","uuid":"\#(uuid)"}"#).array)
    #expect(rows.count == 300)
    for (index, row) in rows.enumerated() {
      #expect(row["recordId"]?.string == "r\(index)")
      #expect(row["output"]?["email"]?.string == "p\(index)@a.example")
      #expect(row["status"] == "success")
    }
    let run = try harness.call("run.get", #"{"uuid":"\#(rows[7]["runUuid"]?.string ?? "")"}"#)
    #expect(run["run"]?["batchUuid"]?.string == uuid)
    #expect(run["run"]?["recordId"] == "r7")
    #expect(try abs(harness.workspace.ledgerCredits() - 30) < 1e-9)
  }

  @Test func partialFailureIsNoFailureOfTheBatch() throws {
    let harness = try WorkspaceHarness()
    let records = ["{}", #"{"email":"a@b.example"}"#, #"{"email":7}"#, #"{"email":""}"#]
    let pending = try harness.call(
      "action.execute_batch", body("waterfall.verifyEmail", records))
    #expect(pending["batch"]?["status"] == "pending")
    let uuid = try #require(pending["batch"]?["uuid"]?.string)
    let batch = try harness.call("batch.wait", #"{"uuid":"\#(uuid)"}"#)["batch"]
    #expect(batch?["status"] == "success")
    #expect(batch?["failedRunsCount"] == 2)
    #expect(batch?["runsStatus"] == "unhealthy")
    #expect(batch?["creditsUsedCount"] == 0.2)
    let rows = try harness.call(
      "batch.download", #"{"outputNodeSlug":"action","uuid":"\#(uuid)"}"#)
    #expect(rows.array?.map { $0["status"]?.string } == ["error", "success", "success", "error"])
    #expect(rows[0]?["output"] == .null)
    #expect(rows[0]?["errorMessage"]?.string?.contains("email is required") == true)
    let error = try harness.error(
      "batch.download", #"{"outputNodeSlug":"enrich","uuid":"\#(uuid)"}"#)
    #expect(error.message == "node not found")
  }

  @Test func anEmptyBatchIsFinishedAtOnce() throws {
    let harness = try WorkspaceHarness()
    let batch = try harness.call(
      "action.execute_batch", body("waterfall.verifyEmail", []), waits: true)["batch"]
    #expect(batch?["status"] == "success")
    #expect(batch?["runsCount"] == 0)
  }

  @Test func retriesComeBeforeFailure() throws {
    let harness = try WorkspaceHarness(
      demo: DemoBehaviour(latencyMilliseconds: 0, errorRate: 0.2, throttleRate: 0.2))
    let records = (0..<200).map { #"{"email":"p\#($0)@a.example"}"# }
    let batch = try harness.call(
      "action.execute_batch",
      body(
        "waterfall.verifyEmail", records,
        retry: #"{"maximumAttempts":12,"initialInterval":1,"backoffCoefficient":1}"#),
      waits: true)["batch"]
    #expect(batch?["failedRunsCount"] == 0)
    #expect(batch?["creditsUsedCount"] == 20)
  }

  @Test func cancellingKeepsWhatIsDone() throws {
    let harness = try WorkspaceHarness(demo: DemoBehaviour(latencyMilliseconds: 10, errorRate: 0))
    let records = (0..<2_000).map { #"{"email":"p\#($0)@a.example"}"# }
    let pending = try harness.call("action.execute_batch", body("waterfall.verifyEmail", records))
    let uuid = try #require(pending["batch"]?["uuid"]?.string)
    let waiting = try harness.start("batch.get", #"{"uuid":"\#(uuid)"}"#, waits: true)
    var done: Int64 = 0
    while done < 50 {
      let batch = try harness.call("batch.get", #"{"uuid":"\#(uuid)"}"#)["batch"]
      done = batch?["executedRunsCount"]?.integer ?? 0
      #expect(batch?["status"] == "running")
    }
    #expect(try harness.call("batch.cancel", #"{"uuid":"\#(uuid)"}"#) == [:])
    let batch = try JSONValue(harness.finish(waiting).get())["batch"]
    #expect(batch?["status"] == "cancelled")
    let executed = try #require(batch?["executedRunsCount"]?.integer)
    #expect((50..<2_000).contains(executed))
    // What was paid is in the batch and in the ledger, no more and no less.
    let credits = try #require(batch?["creditsUsedCount"]?.double)
    #expect(abs(credits - Double(executed) * 0.1) < 1e-9)
    #expect(try abs(harness.workspace.ledgerCredits() - credits) < 1e-9)
    let rows = try harness.call(
      "batch.download", #"{"outputNodeSlug":"action","uuid":"\#(uuid)"}"#)
    #expect(rows.array?.count == 2_000)
    #expect(rows.array?.filter { $0["status"] == "cancelled" }.count == 2_000 - Int(executed))
    // Cancelling what has ended does nothing.
    #expect(try harness.call("batch.cancel", #"{"uuid":"\#(uuid)"}"#) == [:])
  }

  @Test func tenThousandRecords() throws {
    let harness = try WorkspaceHarness()
    let records = (0..<10_000).map { #"{"email":"p\#($0)@a.example"}"# }
    let batch = try harness.call(
      "action.execute_batch", body("waterfall.verifyEmail", records), waits: true)["batch"]
    #expect(batch?["executedRunsCount"] == 10_000)
    #expect(batch?["creditsUsedCount"] == 1_000)
    #expect(try abs(harness.workspace.ledgerCredits() - 1_000) < 1e-6)
  }
}
