import CargoClient
import Testing

@testable import Runtime

/// Quotes what the test says.
final class StubPricing: Pricing {
  var quotes: [Result<Quote, CargoError>] = []
  var fallback: Quote = .atMost(.zero)
  private var held: [() -> Void] = []
  var holds = false

  func quote(
    _ call: OperationCall, completion: @escaping (Result<Quote, CargoError>) -> Void
  ) {
    let quote = quotes.isEmpty ? .success(fallback) : quotes.removeFirst()
    if holds { held.append { completion(quote) } } else { completion(quote) }
  }

  func release() {
    let due = held
    held = []
    for job in due { job() }
  }
}

@Suite struct CallChainTests {
  let loop = EventLoop()
  let stub: StubHandler
  let pricing = StubPricing()
  let half = Quote.atMost(Credits(millionths: 500_000))

  init() { stub = StubHandler(loop: loop) }

  func chain(_ budget: Budget, requiresBudget: Bool = true) -> CallChain {
    CallChain(
      [
        PermissionInterceptor(Permissions(manifest: nil, isLive: true), loop: loop),
        BudgetInterceptor(
          budget: budget, pricing: pricing, loop: loop, requiresBudget: requiresBudget),
      ], over: stub)
  }

  /// Where a test keeps what came back.
  final class Box { var result: CallResult? }

  func send(_ call: OperationCall, on chain: CallChain) -> Box {
    let box = Box()
    var isInside = true
    chain.handle(call) { result in
      #expect(!isInside, "completed from within the call")
      #expect(box.result == nil, "completed twice")
      box.result = result
    }
    isInside = false
    return box
  }

  @Test func aGraphMayDoNoMoreThanItsActions() throws {
    let manifest = try PermissionsTests.manifest([
      "actions": .list([.string("prospeo.*")]), "operations": .list([.string("run.create")]),
    ])
    let chain = CallChain(
      [PermissionInterceptor(Permissions(manifest: manifest, isLive: false), loop: loop)],
      over: stub)
    func node(_ integration: String) -> String {
      #"{"actionSlug":"find","integrationSlug":"\#(integration)","kind":"connector"}"#
    }
    func send(_ nodes: String) throws -> CallResult? {
      let operation = try #require(OperationTable.named("run.create"))
      let box = self.send(
        OperationCall(
          operation: operation, arguments: Array(#"{"data":{},"nodes":[\#(nodes)]}"#.utf8),
          waits: false), on: chain)
      loop.settle()
      return box.result
    }
    let native = #"{"actionSlug":"end","kind":"native"}"#
    #expect(try send(native + "," + node("prospeo"))?.error == nil)
    for nodes in [
      node("prospeo") + "," + node("other"),
      #"{"actionSlug":"group","config":{"_nodes":[\#(node("other"))]},"kind":"native"}"#,
    ] {
      let error = try #require(try send(nodes)?.error)
      #expect(error.kind == .permission)
      #expect(error.message == "the action other.find was not granted")
    }
  }

  @Test func readsPassStraight() throws {
    pricing.quotes = [.failure(CargoError(.http, "must not be asked"))]
    let chain = chain(Budget(Credits(0)))
    let box = send(try call("segment.list"), on: chain)
    #expect(stub.open == 1)
    stub.finish()
    #expect(box.result != nil)
    #expect(chain.report.operations["segment.list"]?.calls == 1)
    #expect(pricing.quotes.count == 1)
  }

  @Test func refusalsComeAtTheNextTurn() throws {
    let box = send(try call("segment.create"), on: chain(Budget(nil)))
    #expect(box.result == nil)
    loop.settle()
    #expect(box.result?.error?.kind == .permission)
    #expect(stub.calls.isEmpty)
  }

  @Test func reservesSendsAndSettles() throws {
    pricing.fallback = half
    let budget = Budget(Credits(1))
    let chain = chain(budget)
    let call = try call("action.execute", action: "prospeo.findEmail")
    let box = send(call, on: chain)
    #expect(stub.open == 1)
    #expect(budget.reserved == Credits(0.5))
    call.credits = 0.25
    stub.finish()
    #expect(box.result != nil)
    #expect(budget.spent == Credits(0.25))
    #expect(budget.reserved == .zero)
    #expect(chain.report.actions["prospeo.findEmail"]?.credits == Credits(0.25))
    #expect(chain.report.total == .init(calls: 1, errors: 0, credits: Credits(0.25) ?? .zero))
  }

  struct Ending: Sendable, CustomTestStringConvertible {
    let error: CargoError?
    var credits: Double?
    var accepted = false
    let spent: Double
    let kept: Double
    var testDescription: String { error.map { "\($0.kind)" } ?? "success" }
  }

  @Test(arguments: [
    Ending(error: nil, credits: 0.5, spent: 0.5, kept: 0),
    Ending(error: nil, spent: 0, kept: 0.5),
    Ending(error: CargoError(.cargo, "no", status: 400), spent: 0, kept: 0),
    Ending(error: CargoError(.cargo, "no", status: 500), spent: 0, kept: 0.5),
    Ending(error: CargoError(.http, "cannot connect"), spent: 0, kept: 0),
    Ending(error: CargoError(.http, "poll failed"), accepted: true, spent: 0, kept: 0.5),
    Ending(error: CargoError(.unknown, "no answer"), spent: 0, kept: 0.5),
    Ending(error: CargoError(.timeout, "late"), accepted: true, spent: 0, kept: 0.5),
    Ending(error: CargoError(.run, "failed"), credits: 0, accepted: true, spent: 0, kept: 0),
    Ending(error: CargoError(.run, "failed"), accepted: true, spent: 0, kept: 0.5),
    Ending(error: CargoError(.cancelled, "given up"), spent: 0, kept: 0),
    Ending(error: CargoError(.cancelled, "given up"), accepted: true, spent: 0, kept: 0.5),
    Ending(error: CargoError(.journal, "disk full"), spent: 0, kept: 0),
  ])
  func settlesByOutcome(ending: Ending) throws {
    pricing.fallback = half
    let budget = Budget(Credits(1))
    let call = try call("action.execute", action: "prospeo.findEmail")
    var uuid: String?
    call.onAccepted = { uuid = $0 }
    let box = send(call, on: chain(budget))
    if ending.accepted { call.onAccepted?("u") }
    call.credits = ending.credits
    stub.finish(ending.error.map { .failure($0) } ?? .success(OperationAnswer(body: [])))
    #expect(box.result != nil)
    #expect(budget.spent == Credits(ending.spent))
    #expect(budget.unsettled == Credits(ending.kept))
    #expect(budget.reserved == .zero)
    #expect(uuid == (ending.accepted ? "u" : nil))
  }

  @Test func payingLiveWithoutABudgetIsRefused() throws {
    pricing.fallback = half
    let box = send(try call("action.execute", action: "prospeo.findEmail"), on: chain(Budget(nil)))
    loop.settle()
    #expect(
      box.result?.error?.description
        == "prospeo.findEmail may cost 0.5 credits, and this run has no budget "
        + "(--budget 0.5 or more, or budget = { credits = … } in the manifest)")
    #expect(box.result?.error?.operation == "action.execute")
    #expect(stub.calls.isEmpty)
  }

  @Test func freeActionsNeedNoBudget() throws {
    _ = send(try call("action.execute", action: "sillage.searchLeads"), on: chain(Budget(nil)))
    #expect(stub.open == 1)
  }

  @Test func aLocalWorkspaceNeedsNoBudgetAndNoPrice() throws {
    pricing.fallback = .unbounded(reason: "x")
    _ = send(try call("run.create"), on: chain(Budget(nil), requiresBudget: false))
    #expect(stub.open == 1)
  }

  @Test func unboundedCallsNeedMaxCredits() throws {
    pricing.fallback = .unbounded(reason: "a tool runs whatever its workflow says")
    let budget = Budget(Credits(10))
    let chain = chain(budget)
    let refused = send(try call("run.create"), on: chain)
    loop.settle()
    #expect(
      refused.result?.error?.description
        == "nobody can say what run.create may cost: a tool runs whatever its workflow says "
        + "(give the call max_credits = N)")
    let bounded = try call("run.create")
    bounded.maxCredits = 4
    _ = send(bounded, on: chain)
    #expect(stub.open == 1)
    #expect(budget.reserved == Credits(4))
  }

  @Test func maxCreditsBelowThePriceIsRefused() throws {
    pricing.fallback = half
    let call = try call("action.execute", action: "a.b")
    call.maxCredits = 0.1
    let box = send(call, on: chain(Budget(Credits(10))))
    loop.settle()
    #expect(
      box.result?.error?.message == "a.b may cost 0.5 credits, above its max_credits of 0.1")
  }

  @Test func maxCreditsHoldsOnALocalWorkspaceToo() throws {
    pricing.fallback = half
    let chain = chain(Budget(nil), requiresBudget: false)
    let dear = try call("action.execute", action: "a.b")
    dear.maxCredits = 0.1
    let box = send(dear, on: chain)
    loop.settle()
    #expect(box.result?.error?.kind == .budget)
    let cheap = try call("action.execute", action: "a.b")
    cheap.maxCredits = 0.5
    _ = send(cheap, on: chain)
    #expect(stub.open == 1)
  }

  @Test func waitsForRoomAndCanBeCancelledMeanwhile() throws {
    pricing.fallback = .atMost(Credits(millionths: 1_000_000))
    let budget = Budget(Credits(1))
    let chain = chain(budget)
    let first = try call("action.execute", action: "a.b")
    _ = send(first, on: chain)
    let second = try call("action.execute", action: "a.b")
    let box = send(second, on: chain)
    let third = send(try call("action.execute", action: "a.b"), on: chain)
    #expect(stub.open == 1)
    second.cancel()
    loop.settle()
    #expect(box.result?.error?.kind == .cancelled)
    first.credits = 0
    stub.finish()
    #expect(stub.open == 1)
    stub.finish()
    #expect(third.result != nil)
    #expect(stub.calls.count == 2)
  }

  @Test func cancelledWhileThePriceIsOnItsWayIsNotSent() throws {
    pricing.fallback = half
    pricing.holds = true
    let budget = Budget(Credits(1))
    let call = try call("action.execute", action: "a.b")
    let box = send(call, on: chain(budget))
    call.cancel()
    pricing.release()
    loop.settle()
    #expect(box.result?.error?.kind == .cancelled)
    #expect(stub.calls.isEmpty)
    #expect(budget.reserved == .zero)
  }

  @Test func aPriceThatCannotBeHadEndsTheCall() throws {
    pricing.quotes = [.failure(CargoError(.http, "cannot connect"))]
    let box = send(try call("action.execute", action: "a.b"), on: chain(Budget(Credits(1))))
    loop.settle()
    #expect(box.result?.error?.message == "cannot connect")
  }

  @Test func fetchingWithEnrichmentPays() throws {
    pricing.fallback = half
    #expect(try call("segment.fetch", #"{"enrich":false}"#).effect == .read)
    #expect(try call("segment.fetch", #"{"enrich":true}"#).effect == .pay)
    #expect(try call("segment.fetch", #"{"modelUuid":"x","sync":true}"#).effect == .write)
    #expect(try call("segment.fetch", "").effect == .read)
  }

  @Test func workThatWasNotWaitedForSettlesWhenItsEndIsSeen() throws {
    pricing.fallback = half
    let budget = Budget(Credits(1))
    let chain = chain(budget)
    let create = try call("run.create", waits: false)
    _ = send(create, on: chain)
    create.onAccepted?("u-1")
    stub.finish()
    #expect(budget.unsettled == Credits(0.5))
    for (uuid, unsettled) in [("u-2", 0.5), ("u-1", 0), ("u-1", 0)] {
      let wait = try call("run.wait", "{\"uuid\":\"\(uuid)\"}")
      _ = send(wait, on: chain)
      wait.credits = 0.25
      stub.finish()
      #expect(budget.unsettled == Credits(unsettled))
    }
    #expect(budget.spent == Credits(0.25))
  }

  static let actions: [(String, String?)] = [
    (
      #"{"kind":"connector","integrationSlug":"prospeo","actionSlug":"findEmail"}"#,
      "prospeo.findEmail"
    ),
    (#"{"kind":"native","actionSlug":"branch"}"#, "native.branch"),
    (#"{"kind":"tool","toolUuid":"u"}"#, "tool.u"),
    (#"{"kind":"agent","templateSlug":"t"}"#, "agent.t"),
    (#"{"kind":"connector"}"#, nil), ("{}", nil), ("1", nil),
  ]

  @Test(arguments: actions)
  func namesActions(action: String, name: String?) throws {
    let call = try call("action.execute", #"{"action":\#(action),"data":{}}"#)
    _ = send(call, on: chain(Budget(Credits(1))))
    #expect(call.actionName == name)
  }

  @Test func theReportCountsByOperationAndAction() throws {
    let chain = chain(Budget(Credits(1)))
    let first = try call("action.execute", action: "a.b")
    _ = send(first, on: chain)
    first.credits = 0.1
    stub.finish()
    let second = try call("action.execute", action: "a.b")
    _ = send(second, on: chain)
    stub.finish(.failure(CargoError(.run, "failed")))
    _ = send(try call("whoami"), on: chain)
    stub.finish()
    #expect(chain.report.description == "3 calls, 1 error, 0.1 credits")
    var writer = JSONWriter()
    writer.beginObject()
    chain.report.writeMembers(to: &writer)
    writer.endObject()
    #expect(
      String(decoding: writer.bytes, as: UTF8.self)
        == #"{"actions":{"a.b":{"calls":2,"credits":0.1,"errors":1}},"#
        + #""calls":3,"credits":0.1,"errors":1,"operations":{"#
        + #""action.execute":{"calls":2,"credits":0.1,"errors":1},"#
        + #""whoami":{"calls":1,"credits":0,"errors":0}}}"#)
  }
}
