import Testing

@testable import CargoClient

@Suite struct WaiterTests {
  private let loop = EventLoop()

  private static let execute = #"{"action":{},"data":{}}"#
  private static let pending = #"{"run":{"uuid":"r1","status":"pending"}}"#
  private static let running = #"{"run":{"uuid":"r1","status":"running"},"runContext":{}}"#
  private static let done =
    #"{"run":{"uuid":"r1","status":"success","executions":[{"creditsUsedCount":1},"#
    + #"{"creditsUsedCount":0.5},{}]},"runContext":{"action":{"a":1}}}"#
  private static let failed =
    #"{"run":{"uuid":"r1","status":"error","errorMessage":null,"executions":[{"nodeSlug":"action","#
    + #""status":"error","errorMessage":"no such domain","creditsUsedCount":2}]},"runContext":{}}"#

  private func call(
    _ name: String, _ arguments: String = WaiterTests.execute, waits: Bool = true,
    _ change: (OperationCall) -> Void = { _ in }
  ) throws -> OperationCall {
    let operation = try #require(OperationTable.named(name))
    let call = OperationCall(
      operation: operation, arguments: Array(arguments.utf8), waits: waits)
    change(call)
    return call
  }

  /// Runs a call to its end; `during` is called once it has been handed over.
  private func run(
    _ call: OperationCall, on transport: ScriptedTransport, during: () -> Void = {}
  ) throws -> CallResult {
    let waiter = Waiter(transport: transport, loop: loop)
    var outcome: CallResult?
    waiter.handle(call) { result in
      #expect(outcome == nil)
      outcome = result
    }
    during()
    loop.run { outcome != nil }
    for _ in 0..<5 { loop.turn(block: false) }
    #expect(call.canceller == nil)
    return try #require(outcome)
  }

  private func text(_ result: CallResult) -> String? {
    (try? result.get()).map { String(decoding: $0.body, as: UTF8.self) }
  }

  private func error(_ result: CallResult) -> CargoError? {
    if case .failure(let error) = result { error } else { nil }
  }

  @Test func anAnswerAboutAnotherRunIsNotTaken() throws {
    let another = WaiterTests.done.replacing("r1", with: "r2")
    let transport = ScriptedTransport(loop, [.answer(WaiterTests.pending), .answer(another)])
    let error = try #require(try error(run(call("action.execute"), on: transport)))
    #expect(error.kind == .http)
    #expect(error.message == "action.execute asked for run r1 and got an answer about run r2")
    #expect(error.hint?.contains("r1") == true)
  }

  @Test func aCallThatIsNotWaitedForAnswersAtOnce() throws {
    let transport = ScriptedTransport(loop, [.answer(#"{"segments":[]}"#)])
    let result = try run(call("segment.list", "{}"), on: transport)
    #expect(text(result) == #"{"segments":[]}"#)
    #expect(transport.sent == ["segment.list {}"])
  }

  @Test func anActionIsWaitedFor() throws {
    let transport = ScriptedTransport(
      loop,
      [
        .answer(WaiterTests.pending), .answer(WaiterTests.running),
        .answer(#"{"run":{"uuid":"r1","status":"thinking about it"}}"#), .answer(WaiterTests.done),
      ])
    var accepted: [String] = []
    let call = try call("action.execute") { $0.onAccepted = { accepted.append($0) } }
    let result = try run(call, on: transport)
    #expect(text(result) == WaiterTests.done)
    #expect(accepted == ["r1"])
    #expect(call.credits == 1.5)
    #expect(
      transport.sent == ["action.execute! " + WaiterTests.execute]
        + Array(repeating: #"run.get! {"uuid":"r1"}"#, count: 3))
    // At once, then after 50 ms, then after 100 ms.
    let gaps = zip(transport.times.dropFirst(), transport.times).map { $0 - $1 }
    #expect(gaps[0] < 0.04 && gaps[1] >= 0.05 && gaps[2] >= 0.1)
  }

  @Test func aTransportThatIsToldOfTheEndNeedsNoLook() throws {
    let transport = ScriptedTransport(loop, [.answer(WaiterTests.done)])
    var accepted: [String] = []
    let call = try call("action.execute") { $0.onAccepted = { accepted.append($0) } }
    #expect(try text(run(call, on: transport)) == WaiterTests.done)
    #expect(accepted == ["r1"])
    #expect(call.credits == 1.5)
    #expect(transport.sent.count == 1)
  }

  @Test func aShortAnswerThatSaysSuccessIsLookedAt() throws {
    let short = #"{"run":{"uuid":"r1","status":"success"}}"#
    let transport = ScriptedTransport(loop, [.answer(short), .answer(WaiterTests.done)])
    #expect(try text(run(call("action.execute"), on: transport)) == WaiterTests.done)
  }

  @Test func withoutWaitingThePendingRunIsTheAnswer() throws {
    let transport = ScriptedTransport(loop, [.answer(WaiterTests.pending)])
    let result = try run(call("action.execute", waits: false), on: transport)
    #expect(text(result) == WaiterTests.pending)
    #expect(transport.sent == ["action.execute " + WaiterTests.execute])
    // Even when it has failed already.
    let failed = ScriptedTransport(loop, [.answer(WaiterTests.failed)])
    #expect(try text(run(call("run.create", waits: false), on: failed)) == WaiterTests.failed)
  }

  @Test func aFailedRunRaisesUnlessToldOtherwise() throws {
    let steps: [ScriptedTransport.Step] = [
      .answer(WaiterTests.pending), .answer(WaiterTests.failed),
    ]
    let failing = try call("action.execute") { $0.actionName = "prospeo.findEmail" }
    let raised = try error(run(failing, on: ScriptedTransport(loop, steps)))
    #expect(raised?.kind == .run)
    #expect(
      raised?.message
        == "prospeo.findEmail (run r1) ended in error: no such domain (in step action)")
    #expect(raised?.body == Array(WaiterTests.failed.utf8))
    #expect(raised?.operation == "action.execute")
    #expect(failing.credits == 2)
    let quiet = try call("action.execute") { $0.raisesOnFailure = false }
    #expect(try text(run(quiet, on: ScriptedTransport(loop, steps))) == WaiterTests.failed)
  }

  @Test func aCancelledRunRaisesToo() throws {
    let cancelled = #"{"run":{"uuid":"r1","status":"cancelled"},"runContext":{}}"#
    let transport = ScriptedTransport(loop, [.answer(cancelled)])
    let raised = try error(run(call("run.wait", #"{"uuid":"r1"}"#), on: transport))
    #expect(raised?.message == "run r1 was cancelled")
    #expect(transport.sent == [#"run.get! {"uuid":"r1"}"#])
  }

  @Test func aBatchBringsItsRows() throws {
    let pending = #"{"batch":{"uuid":"b1","status":"pending"}}"#
    let done =
      #"{"batch":{"uuid":"b1","status":"success","runsCount":2,"failedRunsCount":1,"#
      + #""creditsUsedCount":3}}"#
    let rows = #"[{"a":1},null]"#
    let table: [(download: [ScriptedTransport.Step], rows: String?)] = [
      ([.answer(rows)], rows),
      ([.answer(#"{"url":"https://files.example/b1"}"#), .answer(rows)], rows),
      (
        [.answer(#"{"url":"https://files.example/b1"}"#), .answer("{\"a\":1}\n{\"b\":2}\n")],
        #"[{"a":1},{"b":2}]"#
      ),
      ([.answer(#"{"a":1}"#)], #"[{"a":1}]"#),
      ([.answer("7")], nil),
      ([.answer(#"{"url":"https://files.example/b1"}"#), .answer("<html>")], nil),
      ([.answer(#"{"url":"https://files.example/b1"}"#), .error(CargoError(.http, "gone"))], nil),
    ]
    for (download, rows) in table {
      let transport = ScriptedTransport(
        loop, [.answer(pending), .answer(done)] + download)
      let call = try call("action.execute_batch")
      let result = try run(call, on: transport)
      #expect((try? result.get().rows).map { String(decoding: $0, as: UTF8.self) } == rows)
      if rows != nil { #expect(text(result) == done) }
      #expect(call.credits == 3)
      #expect(
        transport.sent[2] == #"batch.download {"outputNodeSlug":"action","uuid":"b1"}"#)
      if download.count > 1 { #expect(transport.sent[3] == "fetch https://files.example/b1") }
    }
  }

  @Test func aBatchThatIsOnlyWaitedForBringsNoRows() throws {
    let done = #"{"batch":{"uuid":"b1","status":"skipped","runsCount":0}}"#
    let transport = ScriptedTransport(loop, [.answer(done)])
    let result = try run(call("batch.wait", #"{"uuid":"b1"}"#), on: transport)
    #expect(text(result) == done)
    #expect(transport.sent.count == 1)
  }

  @Test func aMessageIsWaitedFor() throws {
    let created =
      #"{"userMessage":{"uuid":"u","status":"success"},"#
      + #""assistantMessage":{"uuid":"m1","status":"pending"}}"#
    let done = #"{"message":{"uuid":"m1","status":"success","usage":{"creditsUsedCount":4}}}"#
    let transport = ScriptedTransport(
      loop,
      [
        .answer(created), .answer(#"{"message":{"uuid":"m1","status":"generating"}}"#),
        .answer(done),
      ])
    let call = try call("message.create")
    #expect(try text(run(call, on: transport)) == done)
    #expect(call.credits == 4)
    #expect(transport.sent[1] == #"message.get! {"uuid":"m1"}"#)
  }

  @Test func aTimeoutLeavesTheWorkRunning() throws {
    let transport = ScriptedTransport(loop, [.answer(WaiterTests.pending), .silence])
    let call = try call("action.execute") { $0.timeout = 0.05 }
    let raised = try error(run(call, on: transport))
    #expect(raised?.kind == .timeout)
    #expect(raised?.message == "run r1 was not finished after 0.05 s; it goes on")
    #expect(raised?.hint?.contains(#"run.get("r1")"#) == true)
    // The uuid had to be known first, so the end was not waited for with the creation.
    #expect(transport.sent[0] == "action.execute " + WaiterTests.execute)
  }

  @Test func eachLookIsShown() throws {
    let transport = ScriptedTransport(
      loop, [.answer(WaiterTests.pending), .answer(WaiterTests.running), .answer(WaiterTests.done)])
    var seen: [String] = []
    let call = try call("action.execute") { call in
      call.pollingInterval = 0.01
      call.onPoll = { seen.append(String(decoding: $0, as: UTF8.self)) }
    }
    _ = try run(call, on: transport)
    #expect(seen == [WaiterTests.running, WaiterTests.done])
    #expect(transport.sent.allSatisfy { !$0.contains("! ") })
  }

  @Test func cancellingAPaymentThatHasLeftLetsItSettle() throws {
    let transport = ScriptedTransport(loop, [.settles(after: 0.05, WaiterTests.pending)])
    var accepted: [String] = []
    let call = try call("action.execute") { $0.onAccepted = { accepted.append($0) } }
    let raised = try error(
      run(call, on: transport) {
        call.cancel()
        call.cancel()
      })
    #expect(raised?.kind == .cancelled)
    #expect(accepted == ["r1"])
    #expect(transport.sent.count == 1)
  }

  @Test func cancellingAPaymentThatEndsAtOnceBringsItsResult() throws {
    let transport = ScriptedTransport(loop, [.settles(after: 0.02, WaiterTests.done)])
    let call = try call("action.execute")
    #expect(try text(run(call, on: transport) { call.cancel() }) == WaiterTests.done)
    #expect(call.credits == 1.5)
  }

  @Test(arguments: [ScriptedTransport.Step.silence, .answer(WaiterTests.running)])
  func cancellingEndsTheWait(during step: ScriptedTransport.Step) throws {
    let transport = ScriptedTransport(loop, [step])
    let call = try call("run.wait", #"{"uuid":"r1"}"#) { $0.pollingInterval = 600 }
    let start = EventLoop.now()
    let raised = try error(
      run(call, on: transport) {
        loop.schedule(after: 0.02) { call.cancel() }
      })
    #expect(raised?.kind == .cancelled)
    #expect(EventLoop.now() - start < 1_000_000_000)
  }

  @Test func anErrorAfterTheStartTellsHowToAttach() throws {
    let transport = ScriptedTransport(
      loop, [.answer(WaiterTests.pending), .error(CargoError(.http, "the line is dead"))])
    let raised = try error(run(call("action.execute"), on: transport))
    #expect(raised?.kind == .http)
    #expect(raised?.operation == "action.execute")
    #expect(raised?.hint?.contains(#"run.wait("r1")"#) == true)
  }

  @Test(arguments: [#"{"run":{"status":"pending"}}"#, #"{}"#, #"{"run":"#])
  func aStartWithoutAUuidIsUnknown(answer: String) throws {
    let transport = ScriptedTransport(loop, [.answer(answer)])
    #expect(try error(run(call("action.execute"), on: transport))?.kind == .unknown)
  }

  @Test func whatMustBeThereIsAskedFor() throws {
    let transport = ScriptedTransport(loop, [])
    #expect(try error(run(call("run.wait", "{}"), on: transport))?.kind == .argument)
    let blind = Waiter(transport: transport, loop: loop) { _ in nil }
    var outcome: CallResult?
    blind.handle(try call("run.wait", #"{"uuid":"r1"}"#)) { outcome = $0 }
    loop.run { outcome != nil }
    #expect(outcome.flatMap(error)?.kind == .argument)
  }
}
