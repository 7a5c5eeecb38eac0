import CargoClient
import Testing

@testable import Runtime

@Suite struct PriceBookTests {
  let loop = EventLoop()
  let stub: StubHandler
  let book: PriceBook

  init() {
    stub = StubHandler(loop: loop)
    book = PriceBook(source: stub)
    stub.answer = { call in
      .success(
        OperationAnswer(
          body: Array(
            (Self.integrations[String(decoding: call.arguments, as: UTF8.self)] ?? "{}").utf8)))
    }
  }

  static let integrations = [
    #"{"slug":"prospeo"}"#: """
    {"integration":{"slug":"prospeo","actions":{
      "findEmail":{"credits":{"costs":[{"type":"fixed","cost":0.5}]}},
      "search":{"credits":{"costs":[{"type":"fixed","cost":0.1},{"type":"unit","cost":0.05}]}},
      "ownKey":{"name":"x"},"free":{"credits":{"costs":[]}},"nothing":{"credits":null}}}}
    """,
    #"{"slug":"broken"}"#:
      #"{"integration":{"actions":{"a":{"credits":{"costs":[{"type":"fixed","cost":"1"}]}}}}}"#,
    #"{"slug":"cut"}"#: #"{"integration":{"acti"#,
  ]

  func quote(_ call: OperationCall) throws -> Result<Quote, CargoError> {
    var quote: Result<Quote, CargoError>?
    book.quote(call) { quote = $0 }
    loop.settle()
    return try #require(quote)
  }

  static func action(_ slug: String) -> String {
    #"{"actionSlug":"\#(slug)","integrationSlug":"prospeo","kind":"connector"}"#
  }

  static func group(_ items: String, _ nodes: String) -> String {
    #"{"actionSlug":"group","config":{"_nodes":[\#(nodes)],"items":\#(items)},"kind":"native"}"#
  }

  static let bounded: [(String, String, Double)] = [
    ("action.execute", #"{"action":\#(action("findEmail")),"data":{"limit":9}}"#, 0.5),
    ("action.execute", #"{"action":\#(action("search")),"data":{"limit":10}}"#, 0.6),
    (
      "action.execute", #"{"action":\#(action("search")),"data":{"maxResults":2,"page_size":4}}"#,
      0.3
    ),
    ("action.execute", #"{"action":\#(action("ownKey")),"data":{}}"#, 0),
    ("action.execute", #"{"action":\#(action("free")),"data":{}}"#, 0),
    ("action.execute", #"{"action":\#(action("nothing")),"data":{}}"#, 0),
    // What is built in is free however often it runs; items that are listed can be counted.
    (
      "run.create",
      #"{"data":{},"nodes":[\#(group(#"{"kind":"templateExpression"}"#, #"{"kind":"native","actionSlug":"end"}"#))]}"#,
      0
    ),
    (
      "batch.create", #"{"data":{"kind":"file"},"nodes":[{"kind":"native","actionSlug":"end"}]}"#, 0
    ),
    (
      "batch.create",
      #"{"data":{"kind":"records","records":[{},{}]},"nodes":[\#(group("[1,2,3]", group("[1,2]", action("findEmail"))))]}"#,
      6
    ),
    ("action.execute", #"{"action":{"actionSlug":"branch","kind":"native"},"data":{}}"#, 0),
    ("action.execute_batch", #"{"action":\#(action("findEmail")),"records":[{},{},{}]}"#, 1.5),
    (
      "action.execute_batch",
      #"{"action":\#(action("search")),"records":[{"limit":1},{"limit":1},{"limit":10}]}"#, 0.9
    ),
    ("action.execute_batch", #"{"action":\#(action("findEmail")),"records":[]}"#, 0),
    (
      "run.create",
      #"{"data":{},"nodes":[{"kind":"native","actionSlug":"start"},\#(action("findEmail"))]}"#, 0.5
    ),
    (
      "batch.create",
      #"{"data":{"kind":"records","records":[{},{}]},"nodes":[\#(action("findEmail"))]}"#, 1
    ),
    ("node.execute", #"{"node":\#(action("findEmail"))}"#, 0.5),
  ]

  @Test(arguments: bounded)
  func bounds(operation: String, arguments: String, credits: Double) throws {
    let quote = try quote(call(operation, arguments)).get()
    #expect(quote == .atMost(try #require(Credits(credits))))
  }

  static let unbounded: [(String, String, String)] = [
    ("action.execute", #"{"action":\#(action("search")),"data":{}}"#, "returned record"),
    ("action.execute", #"{"action":{"kind":"tool","toolUuid":"u"},"data":{}}"#, "a tool"),
    ("action.execute", #"{"action":{"kind":"agent","agentUuid":"u"},"data":{}}"#, "an agent"),
    ("action.execute", #"{"action":{"kind":"native","actionSlug":"agent"}}"#, "language model"),
    ("action.execute", #"{"action":{}}"#, "which action"),
    ("run.create", #"{"data":{},"workflowUuid":"u"}"#, "workflow"),
    ("run.create", #"{"data":{},"nodes":[],"workflowUuid":"u"}"#, "workflow"),
    (
      "batch.create", #"{"data":{"kind":"file"},"nodes":[\#(action("findEmail"))]}"#,
      "nobody has counted"
    ),
    (
      "run.create",
      #"{"data":{},"nodes":[\#(group(#"{"kind":"templateExpression"}"#, action("findEmail")))]}"#,
      "a group"
    ),
    ("batch.create", #"{"data":{"kind":"segment"},"nodes":[]}"#, "workflow"),
    ("run.create", #"{"data":{},"nodes":[{"kind":"native","actionSlug":"group"}]}"#, "group"),
    ("run.create", #"{"data":{},"nodes":[{"kind":"tool","toolUuid":"u"}]}"#, "a tool"),
    ("message.create", "{}", "language model"),
    ("segment.fetch", #"{"enrich":true}"#, "enrichment"),
  ]

  @Test(arguments: unbounded)
  func findsNoBound(operation: String, arguments: String, reason: String) throws {
    guard case .unbounded(let text) = try quote(call(operation, arguments)).get() else {
      Issue.record("bounded")
      return
    }
    #expect(text.contains(reason), "\(text)")
  }

  @Test func askersShareOneFetch() throws {
    stub.answer = nil
    var answers: [PriceBook.Answer] = []
    for _ in 0..<3 { book.price(of: "prospeo.findEmail") { answers.append($0) } }
    #expect(stub.calls.count == 1)
    #expect(stub.calls[0].operation.name == "integration.get")
    stub.finish(
      .success(OperationAnswer(body: Array((Self.integrations[#"{"slug":"prospeo"}"#] ?? "").utf8)))
    )
    #expect(answers.count == 3)
    book.price(of: "prospeo.search") { answers.append($0) }
    #expect(
      try answers[3].get()
        == ActionPrice(
          perCall: Credits(millionths: 100_000), perRecord: Credits(millionths: 50_000)))
    #expect(stub.calls.count == 1)
  }

  @Test func aFailedFetchIsTriedAgain() throws {
    stub.answer = nil
    var answers: [PriceBook.Answer] = []
    book.price(of: "prospeo.findEmail") { answers.append($0) }
    stub.finish(.failure(CargoError(.http, "cannot connect")))
    #expect(throws: CargoError(.http, "cannot connect")) { try answers[0].get() }
    book.price(of: "prospeo.findEmail") { answers.append($0) }
    #expect(stub.calls.count == 2)
  }

  static let failing: [(String, String)] = [
    (
      "prospeo.findEmial",
      "the integration prospeo has no action findEmial (did you mean prospeo.findEmail?)"
    ),
    ("broken.a", "the price of the action a is not a number of credits"),
    ("cut.a", "the prices cannot be read"),
    (
      "nodot",
      "nodot is no action of an integration (write integration.action, as in prospeo.findEmail)"
    ),
  ]

  @Test(arguments: failing)
  func saysWhatIsWrong(action: String, message: String) throws {
    var answer: PriceBook.Answer?
    book.price(of: action) { answer = $0 }
    loop.settle()
    let error = #expect(throws: CargoError.self) { try answer?.get() }
    #expect(error?.description.hasPrefix(message) == true, "\(error as Any)")
  }
}
