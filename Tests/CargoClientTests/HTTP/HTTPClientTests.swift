import Testing

@testable import CargoClient

/// `HTTPClient` against a server that does what servers should not.
@Suite struct HTTPClientTests {
  private let loop = EventLoop()
  private let client: HTTPClient

  init() { client = HTTPClient(loop: loop) }

  private func get(_ server: FaultyServer, limits: HTTPLimits = HTTPLimits())
    -> Result<HTTPResponse, HTTPFailure>
  {
    defer { server.stop() }
    return client.exchange(
      HTTPRequest(url: server.origin + "/x", limits: limits), on: loop)
  }

  @Test func anAnswerHasStatusTypeAndBody() throws {
    let result = get(
      FaultyServer { connection in
        _ = connection.readRequest()
        connection.answer(201, #"{"a":1}"#)
      })
    let response = try result.get()
    #expect(response.status == 201)
    #expect(response.contentType == "application/json")
    #expect(result.text == #"{"a":1}"#)
    #expect(response.headers.isEmpty)
  }

  @Test(arguments: ["GET", "POST", "PUT", "DELETE", "PATCH"])
  func methodsAndBodies(method: String) throws {
    let server = FaultyServer { connection in
      while let request = connection.readRequest() {
        connection.answer("\(request.method) \(String(decoding: request.body, as: UTF8.self))")
      }
    }
    defer { server.stop() }
    for body in [Array("hello".utf8), nil, [], Array(repeating: UInt8(ascii: "x"), count: 100_000)]
    {
      let result = client.exchange(
        HTTPRequest(method: method, url: server.origin + "/", body: body), on: loop)
      #expect(result.text == "\(method) \(String(decoding: body ?? [], as: UTF8.self))")
    }
    // One connection, whatever the method and body: handles carry nothing over.
    #expect(server.connections == 1)
  }

  @Test func aBigBodyArrives() {
    let server = FaultyServer { connection in
      guard let request = connection.readRequest() else { return }
      connection.answer("\(request.body.count) \(request.head.contains("Expect"))")
    }
    defer { server.stop() }
    let result = client.exchange(
      HTTPRequest(
        method: "POST", url: server.origin + "/",
        body: [UInt8](repeating: UInt8(ascii: "x"), count: 3 << 20), isReplayable: false), on: loop)
    #expect(result.text == "\(3 << 20) false")
  }

  @Test func headersAreSentAndCollected() throws {
    let server = FaultyServer { connection in
      while let request = connection.readRequest() {
        connection.answer(200, headers: ["X-One: 1", "X-Two: 2"], request.head)
      }
    }
    defer { server.stop() }
    let headers = try HTTPHeaders([("X-Mine", "yes"), ("X-Empty", "")])
    var request = HTTPRequest(url: server.origin + "/", headers: headers)
    request.collectsHeaders = true
    let result = client.exchange(request, on: loop)
    let head = try #require(result.text)
    #expect(head.contains("\r\nX-Mine: yes"))
    #expect(head.contains("\r\nX-Empty:"))
    #expect(head.contains("\r\nAccept-Encoding: gzip"))
    #expect(result.response?.headers.map(\.name) == ["Content-Length", "X-One", "X-Two"])
    // The next request on the same handle has none of them.
    let plain = client.exchange(HTTPRequest(url: server.origin + "/"), on: loop)
    #expect(plain.text?.contains("X-Mine") == false)
  }

  @Test func headersThatSmuggleAreRefused() {
    #expect(throws: HTTPHeaders.Invalid.value(name: "A")) {
      try HTTPHeaders([("A", "b\r\nC: d")])
    }
    for name in ["", "A B", "A:", "A\n", "Ä"] {
      #expect(throws: HTTPHeaders.Invalid.name(name)) { try HTTPHeaders([(name, "x")]) }
    }
  }

  struct Fault: CustomTestStringConvertible {
    let testDescription: String
    let reason: HTTPFailure.Reason
    let behave: @Sendable (FaultyConnection) -> Void
  }

  static let faults: [Fault] = [
    Fault(testDescription: "reset instead of an answer", reason: .broken) { connection in
      _ = connection.readRequest()
      connection.reset()
    },
    Fault(testDescription: "closed instead of an answer", reason: .broken) { connection in
      _ = connection.readRequest()
    },
    Fault(testDescription: "reset in the body", reason: .broken) { connection in
      _ = connection.readRequest()
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
      connection.pause(milliseconds: 20)
      connection.reset()
    },
    Fault(testDescription: "body shorter than announced", reason: .broken) { connection in
      _ = connection.readRequest()
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    },
    Fault(testDescription: "headers cut", reason: .broken) { connection in
      _ = connection.readRequest()
      connection.write("HTTP/1.1 200 OK\r\nContent-Le")
    },
    Fault(testDescription: "chunks that are none", reason: .broken) { connection in
      _ = connection.readRequest()
      connection.write(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n")
    },
    Fault(testDescription: "last chunk missing", reason: .broken) { connection in
      _ = connection.readRequest()
      connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
    },
    Fault(testDescription: "not HTTP at all", reason: .broken) { connection in
      _ = connection.readRequest()
      connection.write("SSH-2.0-OpenSSH_9.2\r\n")
    },
    Fault(testDescription: "gzip that is none", reason: .broken) { connection in
      _ = connection.readRequest()
      connection.answer(200, headers: ["Content-Encoding: gzip"], "plain text")
    },
    Fault(testDescription: "silence", reason: .timedOut) { connection in
      _ = connection.readRequest()
      connection.waitForClient()
    },
    Fault(testDescription: "headers one byte at a time", reason: .timedOut) { connection in
      _ = connection.readRequest()
      connection.write("HTTP/1.1 200 OK\r\nX-Slow: ")
      for _ in 0..<100 {
        connection.write("x")
        connection.pause(milliseconds: 20)
      }
    },
    Fault(testDescription: "stall in the body", reason: .timedOut) { connection in
      _ = connection.readRequest()
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
      connection.waitForClient()
    },
    Fault(testDescription: "announced too large", reason: .tooLarge) { connection in
      _ = connection.readRequest()
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
      connection.waitForClient()
    },
    Fault(testDescription: "endless body", reason: .tooLarge) { connection in
      _ = connection.readRequest()
      connection.write("HTTP/1.1 200 OK\r\n\r\n")
      for _ in 0..<20 { connection.write(String(repeating: "x", count: 1000)) }
      connection.waitForClient()
    },
  ]

  @Test(arguments: faults) func faultsAreNamed(_ fault: Fault) throws {
    let limits = HTTPLimits(responseBytes: 4096, connectTimeout: 2, totalTimeout: 0.4)
    let failure = try #require(get(FaultyServer(fault.behave), limits: limits).failure)
    #expect(failure.reason == fault.reason, "\(failure.message)")
    #expect(failure.message.contains("127.0.0.1"))
    #expect(failure.mayHaveBeenSent)
  }

  @Test func aStallEndsBeforeTheTotalTime() throws {
    let server = FaultyServer { connection in
      _ = connection.readRequest()
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
      connection.waitForClient()
    }
    let start = EventLoop.now()
    let failure = get(server, limits: HTTPLimits(stallTimeout: 1)).failure
    #expect(failure?.reason == .timedOut)
    #expect(EventLoop.now() - start < 4_000_000_000)
  }

  @Test func whatWasNotSentIsKnownNotToBe() throws {
    let port = FaultyServer.freePort()
    let refused = client.exchange(HTTPRequest(url: "http://127.0.0.1:\(port)/"), on: loop).failure
    #expect(refused?.reason == .unreachable)
    #expect(refused?.mayHaveBeenSent == false)
    let unresolved = client.exchange(HTTPRequest(url: "http://nowhere.invalid/"), on: loop).failure
    #expect(unresolved?.reason == .unresolved)
    #expect(unresolved?.mayHaveBeenSent == false)
    // A server that speaks no TLS.
    let server = FaultyServer { connection in
      connection.answer()
      connection.waitForClient()
    }
    defer { server.stop() }
    let insecure = client.exchange(
      HTTPRequest(url: "https://127.0.0.1:\(server.port)/"), on: loop
    ).failure
    #expect(insecure?.reason == .insecure)
    #expect(insecure?.mayHaveBeenSent == false)
  }

  @Test(arguments: [
    "ftp://127.0.0.1/x", "file:///etc/passwd", "gopher://127.0.0.1/", "http://", "",
  ])
  func otherProtocolsAreRefused(url: String) {
    let failure = client.exchange(HTTPRequest(url: url), on: loop).failure
    #expect(failure?.reason == .invalidRequest)
  }

  @Test func redirectsAreFollowedOnlyWhenAsked() throws {
    let target = FaultyServer { connection in
      while let request = connection.readRequest() { connection.answer(request.head) }
    }
    let location = "http://localhost:\(target.port)/there"
    let server = FaultyServer { connection in
      while connection.readRequest() != nil {
        connection.answer(302, headers: ["Location: \(location)"], "gone")
      }
    }
    defer {
      server.stop()
      target.stop()
    }
    let headers = try HTTPHeaders([("Authorization", "Bearer tell-nobody")])
    var request = HTTPRequest(url: server.origin + "/", headers: headers)
    let kept = try client.exchange(request, on: loop).get()
    #expect(kept.status == 302)
    #expect(kept.location == location)
    #expect(target.connections == 0)
    request.followsRedirects = true
    let followed = try #require(client.exchange(request, on: loop).text)
    #expect(followed.hasPrefix("GET /there"))
    #expect(!followed.contains("tell-nobody"))
  }

  @Test func redirectsInACircleEnd() {
    let server = FaultyServer { connection in
      while connection.readRequest() != nil {
        connection.answer(302, headers: ["Location: /again"], "")
      }
    }
    defer { server.stop() }
    let failure = client.exchange(
      HTTPRequest(url: server.origin + "/", followsRedirects: true), on: loop
    ).failure
    #expect(failure?.reason == .tooManyRedirects)
  }

  @Test func retryAfterIsReadInBothForms() throws {
    let date = httpDate(secondsFromNow: 90)
    let values = ["12", date, "soon", "0", httpDate(secondsFromNow: -90)]
    let server = FaultyServer { connection in
      for value in values {
        _ = connection.readRequest()
        connection.answer(429, headers: ["Retry-After: \(value)"])
      }
    }
    defer { server.stop() }
    let found = try values.map { _ in
      try client.exchange(HTTPRequest(url: server.origin + "/"), on: loop).get().retryAfter
    }
    #expect(found[0] == 12)
    #expect(abs((found[1] ?? 0) - 90) <= 2)
    #expect(found[2] == nil)
    #expect(found[3] == nil)
    #expect(found[4] == 0)
  }

  @Test func aPeerIsCheckedByItsAddress() throws {
    var configuration = HTTPClient.Configuration()
    configuration.usesProxyEnvironment = false
    configuration.allowsPeer = { address, _ in address.isPublic }
    let guarded = HTTPClient(loop: loop, configuration: configuration)
    let server = FaultyServer { connection in
      while connection.readRequest() != nil { connection.answer() }
    }
    defer { server.stop() }
    for host in ["127.0.0.1", "localhost", "2130706433", "0x7f000001"] {
      let failure = guarded.exchange(
        HTTPRequest(url: "http://\(host):\(server.port)/"), on: loop
      ).failure
      #expect(failure?.reason == .refusedPeer, "\(host): \(failure?.message ?? "")")
    }
    #expect(server.connections == 0)
  }

  @Test(arguments: [1, 2]) func theQueueKeepsOrderAndTheLimit(limit: Int) throws {
    var configuration = HTTPClient.Configuration()
    configuration.maximumInFlight = limit
    let narrow = HTTPClient(loop: loop, configuration: configuration)
    let server = FaultyServer { connection in
      while let request = connection.readRequest() { connection.answer(request.path) }
    }
    defer { server.stop() }
    var ended: [Int] = []
    for index in 0..<300 {
      narrow.send(HTTPRequest(url: server.origin + "/\(index)")) { result in
        #expect(result.text == "/\(index)")
        #expect(narrow.inFlight <= limit)
        ended.append(index)
      }
      #expect(narrow.inFlight <= limit)
    }
    loop.run { ended.count == 300 }
    #expect(server.connections <= limit)
    #expect(ended.sorted() == Array(0..<300))
    if limit == 1 { #expect(ended == Array(0..<300)) }
  }

  @Test func cancellingEndsEachTransferOnce() {
    let server = FaultyServer { connection in
      _ = connection.readRequest()
      connection.waitForClient()
    }
    defer { server.stop() }
    var configuration = HTTPClient.Configuration()
    configuration.maximumInFlight = 3
    let narrow = HTTPClient(loop: loop, configuration: configuration)
    var failures: [HTTPFailure.Reason] = []
    let transfers = (0..<10).map { _ in
      narrow.send(HTTPRequest(url: server.origin + "/")) { failures.append($0.failure!.reason) }
    }
    loop.run { transfers[2].hasLeft }
    for transfer in transfers.reversed() {
      narrow.cancel(transfer)
      narrow.cancel(transfer)
    }
    #expect(failures.isEmpty, "never from within the call")
    loop.run { failures.count >= 10 }
    loop.turn(block: false)
    #expect(failures == Array(repeating: .cancelled, count: 10))
    #expect(narrow.inFlight == 0)
  }

  @Test func aClientThatGoesEndsItsTransfers() {
    let server = FaultyServer { connection in
      _ = connection.readRequest()
      connection.waitForClient()
    }
    defer { server.stop() }
    var brief: HTTPClient? = HTTPClient(loop: loop)
    var outcome: Result<HTTPResponse, HTTPFailure>?
    let transfer = brief?.send(HTTPRequest(url: server.origin + "/")) { outcome = $0 }
    loop.run { transfer?.hasLeft == true }
    brief = nil
    #expect(outcome?.failure?.reason == .cancelled)
    // The loop goes on with other clients.
    let other = FaultyServer { connection in
      _ = connection.readRequest()
      connection.answer("fine")
    }
    #expect(get(other).text == "fine")
  }

  @Test func anIdleLoopWithOpenConnectionsSleeps() {
    let server = FaultyServer { connection in
      _ = connection.readRequest()
      connection.answer()
      connection.pause(milliseconds: 50)
    }
    defer { server.stop() }
    _ = client.exchange(HTTPRequest(url: server.origin + "/"), on: loop)
    // The server closes the kept connection meanwhile; a second transfer waits without an answer.
    let silent = FaultyServer { connection in
      _ = connection.readRequest()
      connection.waitForClient()
    }
    defer { silent.stop() }
    var ended = false
    client.send(
      HTTPRequest(url: silent.origin + "/", limits: HTTPLimits(totalTimeout: 0.3))
    ) { _ in ended = true }
    var turns = 0
    loop.run {
      turns += 1
      return ended
    }
    #expect(turns < 40, "\(turns) turns in 0.3 s")
  }
}
