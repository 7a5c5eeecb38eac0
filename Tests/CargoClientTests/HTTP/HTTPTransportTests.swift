import Testing

@testable import CargoClient

/// The transport against servers that refuse, limit, redirect and lie.
@Suite struct HTTPTransportTests {
  private static let token = "secret-token-4711"
  private let loop = EventLoop()
  private let client: HTTPClient

  init() { client = HTTPClient(loop: loop) }

  /// Retries that come at once, so that tests are fast.
  static var impatient: RetryPolicy {
    var policy = RetryPolicy()
    policy.initialDelay = 0.01
    return policy
  }

  private func transport(
    _ server: FaultyServer, policy: RetryPolicy = HTTPTransportTests.impatient
  ) throws -> HTTPTransport {
    try HTTPTransport(
      client: client, loop: loop, origin: server.origin, token: Secret(HTTPTransportTests.token),
      policy: policy)
  }

  private func call(
    _ name: String, _ arguments: String = "{}", on transport: HTTPTransport
  ) throws -> TransportResult {
    let operation = try #require(OperationTable.named(name))
    var outcome: TransportResult?
    transport.send(OperationRequest(operation: operation, arguments: Array(arguments.utf8))) {
      #expect(outcome == nil)
      outcome = $0
    }
    loop.run { outcome != nil }
    return try #require(outcome)
  }

  private func serve(_ answers: [@Sendable (FaultyConnection) -> Void]) -> FaultyServer {
    FaultyServer { connection in
      var index = 0
      while connection.readRequest() != nil {
        answers[min(index, answers.count - 1)](connection)
        index += 1
      }
    }
  }

  private static let execute = #"{"action":{"kind":"native"},"data":{}}"#

  // MARK: What is sent

  @Test func theRequestCarriesTokenTypeAndBody() throws {
    let server = FaultyServer { connection in
      while let request = connection.readRequest() {
        var writer = JSONWriter()
        // What the server got, under another name: the client takes its token out of answers.
        let got = request.head.replacing(HTTPTransportTests.token, with: "the-very-token")
        writer.string(got + "\n" + String(decoding: request.body, as: UTF8.self))
        connection.answer(String(decoding: writer.bytes, as: UTF8.self))
      }
    }
    defer { server.stop() }
    let transport = try transport(server)
    let post = String(
      decoding: try call("action.execute", HTTPTransportTests.execute, on: transport).get(),
      as: UTF8.self)
    #expect(post.contains("POST /v1/orchestration/actions/execute HTTP/1.1"))
    #expect(post.contains(#"Authorization: Bearer the-very-token\r\n"#))
    #expect(post.contains("Content-Type: application/json"))
    #expect(post.contains(#"{\"action\":{\"kind\":\"native\"},\"data\":{}}"#))
    let get = String(decoding: try call("whoami", on: transport).get(), as: UTF8.self)
    #expect(get.contains("GET /v1/"))
    #expect(!get.contains("Content-Type"))
  }

  // MARK: Answers

  struct Answer: CustomTestStringConvertible {
    let testDescription: String
    let operation: String
    let answer: @Sendable (FaultyConnection) -> Void
    let expected: Expected

    enum Expected {
      case body(String)
      case error(CargoError.Kind, code: String? = nil, status: Int?, contains: String)
    }

    init(
      _ description: String, _ expected: Expected,
      answer: @escaping @Sendable (FaultyConnection) -> Void
    ) {
      self.init(description, "whoami", expected, answer: answer)
    }

    init(
      _ description: String, _ operation: String, _ expected: Expected,
      answer: @escaping @Sendable (FaultyConnection) -> Void
    ) {
      testDescription = description
      self.operation = operation
      self.answer = answer
      self.expected = expected
    }
  }

  static let answers: [Answer] = [
    Answer("JSON", .body(#"{"segments":[]}"#)) { $0.answer(#"{"segments":[]}"#) },
    Answer("no content", .body("{}")) { $0.write("HTTP/1.1 204 X\r\n\r\n") },
    Answer("an empty body", .body("{}")) { $0.answer("") },
    Answer("plain text where it is due", "integration.get_documentation", .body(##""# Title\n""##))
    {
      $0.answer(headers: ["Content-Type: text/plain"], "# Title\n")
    },
    Answer(
      "a reason", .error(.cargo, code: "clientNotFound", status: 400, contains: "clientNotFound")
    ) { $0.answer(400, #"{"reason":"clientNotFound"}"#) },
    Answer(
      "a message", .error(.cargo, code: nil, status: 400, contains: "Table not found: default.x")
    ) { $0.answer(400, #"{"errorMessage":"Table not found: default.x"}"#) },
    Answer(
      "a message that is a code",
      .error(.cargo, code: "noRecords", status: 400, contains: "noRecords")
    ) { $0.answer(400, #"{"errorMessage":"noRecords"}"#) },
    Answer("both", .error(.cargo, code: "playNotCompatible", status: 400, contains: "A play")) {
      $0.answer(400, #"{"reason":"playNotCompatible","errorMessage":"A play is not a tool"}"#)
    },
    Answer(
      "not queried, with 200",
      .error(.cargo, code: nil, status: 200, contains: "Table not found")
    ) { $0.answer(#"{"outcome":"notQueried","errorMessage":"Table not found: d.m"}"#) },
    Answer("not valid, with 200", "node.validate", .body(#"{"outcome":"notValid"}"#)) {
      $0.answer(#"{"outcome":"notValid"}"#)
    },
    Answer("unauthorized", .error(.cargo, code: nil, status: 401, contains: "Unauthorized")) {
      $0.answer(401, #"{"errorMessage":"Unauthorized"}"#)
    },
    Answer("an error page", .error(.http, status: 403, contains: "403 Forbidden")) {
      $0.answer(403, headers: ["Content-Type: text/html"], "<html>no</html>")
    },
    Answer("an error without a word", .error(.http, status: 500, contains: "500 Internal")) {
      $0.answer(500, "")
    },
    Answer("a page instead of JSON", .error(.http, status: 200, contains: "text/html instead of")) {
      $0.answer(headers: ["Content-Type: text/html"], "<html>hello</html>")
    },
    Answer("half of JSON", .error(.http, status: 200, contains: "not whole JSON")) {
      $0.answer(#"{"segments":["#)
    },
    Answer("a redirect", .error(.http, status: 302, contains: "redirects to evil.example")) {
      $0.answer(302, headers: ["Location: https://evil.example/"], "")
    },
    Answer(
      "a page for a payment", "action.execute", .error(.unknown, status: 200, contains: "HTML")
    ) {
      $0.answer(headers: ["Content-Type: text/HTML"], "<html>hello</html>")
    },
  ]

  @Test(arguments: answers) func answersAreTakenByTheContract(_ example: Answer) throws {
    let server = serve([example.answer])
    defer { server.stop() }
    let result = try call(
      example.operation,
      example.operation == "integration.get_documentation"
        ? #"{"slug":"x"}"# : HTTPTransportTests.execute, on: transport(server))
    switch (example.expected, result) {
    case (.body(let expected), .success(let body)):
      #expect(String(decoding: body, as: UTF8.self) == expected)
    case (.error(let kind, let code, let status, let text), .failure(let error)):
      #expect(error.kind == kind)
      #expect(error.code == code)
      #expect(error.status == status)
      #expect(error.message.contains(text), "\(error.message)")
      #expect(error.operation == example.operation)
      if status == 401 || status == 403 { #expect(error.hint?.contains("token") == true) }
    default: Issue.record("\(result)")
    }
    #expect(server.arrivals.count == 1)
  }

  @Test func theTokenIsInNoAnswer() throws {
    let token = HTTPTransportTests.token
    let server = serve([{ $0.answer(#"{"note":"\#(token) and \#(token)"}"#) }])
    defer { server.stop() }
    let body = try call("whoami", on: transport(server)).get()
    #expect(String(decoding: body, as: UTF8.self) == #"{"note":"[redacted] and [redacted]"}"#)
  }

  @Test func theTokenIsInNoError() throws {
    let token = HTTPTransportTests.token
    let answers: [@Sendable (FaultyConnection) -> Void] = [
      {
        $0.answer(400, #"{"reason":"a-\#(token)","errorMessage":"no \#(token)!","x":"\#(token)"}"#)
      },
      { $0.answer(headers: ["Content-Type: \(token)"], "x") },
      { $0.answer(302, headers: ["Location: https://\(token).example/"], "") },
    ]
    for answer in answers {
      let server = serve([answer])
      defer { server.stop() }
      let result = try call("whoami", on: transport(server))
      guard case .failure(let error) = result else {
        Issue.record("no error")
        continue
      }
      var text = ""
      dump(error, to: &text)
      text += String(decoding: error.body ?? [], as: UTF8.self) + error.description
      #expect(!text.contains(token))
      #expect(text.contains(Secret.placeholder))
    }
    var text = "\(Secret(token)) \(String(reflecting: Secret(token)))"
    dump(Secret(token), to: &text)
    #expect(!text.contains(token))
  }

  // MARK: Retries

  struct Retry: CustomTestStringConvertible {
    let testDescription: String
    let operation: String
    let first: @Sendable (FaultyConnection) -> Void
    let arrivals: Int
    let kind: CargoError.Kind?
  }

  private static let reset: @Sendable (FaultyConnection) -> Void = { $0.reset() }
  private static func status(
    _ status: Int, _ headers: String...
  ) -> @Sendable (FaultyConnection) -> Void {
    { $0.answer(status, headers: headers, "{}") }
  }
  private static let half: @Sendable (FaultyConnection) -> Void = { connection in
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    connection.end()
  }

  /// What each first answer lets be repeated: reads and payments; nil where a payment is unknown.
  private static let firstAnswers:
    [(name: String, first: @Sendable (FaultyConnection) -> Void, read: Bool, pay: Bool?)] = [
      ("503", status(503), true, true),
      ("429", status(429), true, true),
      ("429 with Retry-After", status(429, "Retry-After: 1"), true, true),
      ("429 with a long Retry-After", status(429, "Retry-After: 3600"), false, false),
      ("502", status(502), true, nil),
      ("504", status(504), true, nil),
      ("500", status(500), false, false),
      ("400", status(400), false, false),
      ("reset", reset, true, nil),
      ("half an answer", half, true, nil),
    ]

  static let retries: [Retry] = firstAnswers.flatMap { answer -> [Retry] in
    let refusal: CargoError.Kind = answer.name.hasPrefix("429") ? .http : .cargo
    let cases: [(operation: String, repeats: Bool?)] = [
      ("whoami", answer.read), ("action.execute", answer.pay),
    ]
    return cases.map { operation, repeats in
      Retry(
        testDescription: "\(operation) after \(answer.name)", operation: operation,
        first: answer.first, arrivals: repeats == true ? 2 : 1,
        kind: repeats == true ? nil : repeats == nil ? .unknown : refusal)
    }
  }

  @Test(arguments: retries) func whatMayBeRepeatedIsRepeated(_ example: Retry) throws {
    let server = FaultyServer { connection in
      while connection.readRequest() != nil {
        if connection.isFirstAnswer {
          example.first(connection)
        } else {
          connection.answer(#"{"done":true}"#)
        }
      }
    }
    defer { server.stop() }
    let result = try call(example.operation, HTTPTransportTests.execute, on: transport(server))
    if let kind = example.kind {
      guard case .failure(let error) = result else {
        Issue.record("no error")
        return
      }
      #expect(error.kind == kind, "\(error)")
    } else {
      #expect(try String(decoding: result.get(), as: UTF8.self) == #"{"done":true}"#)
    }
    #expect(server.arrivals.count == example.arrivals)
  }

  @Test func aLongPauseIsToldWithItsTime() throws {
    let server = serve([
      HTTPTransportTests.status(429, "Retry-After: \(httpDate(secondsFromNow: 900))")
    ])
    defer { server.stop() }
    let result = try call("whoami", on: transport(server))
    guard case .failure(let error) = result else {
      Issue.record("no error")
      return
    }
    #expect(error.kind == .http)
    #expect(error.status == 429)
    #expect(error.message.contains(" UTC"))
  }

  @Test func aServerThatIsNotThereIsToldSoon() throws {
    let port = FaultyServer.freePort()
    let transport = try HTTPTransport(
      client: client, loop: loop, origin: "http://127.0.0.1:\(port)", token: Secret("x"))
    for operation in ["whoami", "action.execute"] {
      let result = try call(operation, HTTPTransportTests.execute, on: transport)
      guard case .failure(let error) = result else {
        Issue.record("no error")
        return
      }
      // Nothing was sent, so a payment is not unknown.
      #expect(error.kind == .http)
      #expect(error.message.contains("127.0.0.1:\(port) cannot be reached"))
    }
  }

  @Test func theOtherSpellingIsTriedOnceAndRemembered() throws {
    let server = FaultyServer { connection in
      while let request = connection.readRequest() {
        if request.path.hasSuffix("/executeBatch") {
          connection.answer(#"{"batch":{"uuid":"b","status":"pending"}}"#)
        } else {
          connection.answer(404, #"{"errorMessage":"Not found"}"#)
        }
      }
    }
    defer { server.stop() }
    let transport = try transport(server)
    for _ in 0..<2 { _ = try call("action.execute_batch", on: transport).get() }
    #expect(
      server.arrivals
        == ["execute-batch", "executeBatch", "executeBatch"].map {
          "POST /v1/orchestration/actions/" + $0
        })
  }

  @Test func notFoundTwiceIsNotFound() throws {
    let server = serve([{ $0.answer(404, #"{"errorMessage":"Template not found"}"#) }])
    defer { server.stop() }
    guard case .failure(let error) = try call("action.execute_batch", on: transport(server)) else {
      Issue.record("no error")
      return
    }
    #expect(error.kind == .cargo)
    #expect(error.status == 404)
    #expect(server.arrivals.count == 2)
  }

  // MARK: Giving up

  @Test(arguments: [("whoami", true), ("action.execute", false)])
  func cancellingAbortsReadsAndLetsPaymentsSettle(name: String, aborts: Bool) throws {
    let server = FaultyServer { connection in
      guard connection.readRequest() != nil else { return }
      connection.pause(milliseconds: 150)
      connection.answer(#"{"run":{"uuid":"r"}}"#)
    }
    defer { server.stop() }
    let transport = try transport(server)
    let operation = try #require(OperationTable.named(name))
    var outcome: TransportResult?
    let id = transport.send(
      OperationRequest(operation: operation, arguments: Array(HTTPTransportTests.execute.utf8))
    ) { outcome = $0 }
    loop.run(asking: true) { !server.arrivals.isEmpty }
    transport.cancel(id)
    transport.cancel(id)
    #expect(outcome == nil)
    loop.run { outcome != nil }
    switch outcome {
    case .success: #expect(!aborts)
    case .failure(let error): #expect(aborts && error.kind == .cancelled)
    case nil: break
    }
  }

  @Test func cancellingEndsAPauseBetweenTries() throws {
    let server = serve([HTTPTransportTests.status(503, "Retry-After: 60")])
    defer { server.stop() }
    let transport = try transport(server)
    let operation = try #require(OperationTable.named("action.execute"))
    var outcome: TransportResult?
    let id = transport.send(OperationRequest(operation: operation, arguments: Array("{}".utf8))) {
      outcome = $0
    }
    loop.run { client.inFlight == 1 }
    loop.run { client.inFlight == 0 }
    transport.cancel(id)
    loop.run { outcome != nil }
    guard case .failure(let error) = outcome else {
      Issue.record("no error")
      return
    }
    #expect(error.kind == .cancelled)
  }

  // MARK: The address

  @Test(arguments: [
    "", "api.getcargo.io", "ftp://x", "https://", "https://user@host", "https://host/path",
    "http://api.getcargo.io", "http://127.0.0.1.evil.example", "http://localhost.evil.example",
  ])
  func addressesThatAreRefused(origin: String) {
    let error = #expect(throws: CargoError.self) {
      try HTTPTransport(client: client, loop: loop, origin: origin, token: Secret("x"))
    }
    #expect(error?.kind == .argument)
  }

  @Test(arguments: [
    "https://api.getcargo.io", "https://api.getcargo.io/", "https://api.getcargo.io/v1",
    "http://127.0.0.1:8080", "http://localhost", "http://[::1]:1",
  ])
  func addressesThatAreAccepted(origin: String) {
    #expect(throws: Never.self) {
      try HTTPTransport(client: client, loop: loop, origin: origin, token: Secret("x"))
    }
  }

  @Test func aTokenWithALineBreakIsRefusedWithoutShowingIt() {
    let error = #expect(throws: CargoError.self) {
      try HTTPTransport(client: client, loop: loop, token: Secret("hidden\r\nX: y"))
    }
    #expect(error?.description.contains("hidden") == false)
  }
}
