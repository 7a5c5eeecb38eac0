import CargoClient
import Glibc
import Synchronization
import Testing

@testable import Runtime

/// Recipes' requests against real servers on this machine.
@Suite struct WebClientTests {
  let loop = EventLoop()

  /// Sends to `path` of a server and waits for the end.
  func exchange(
    _ url: String, net: [String], _ change: (inout WebRequest) -> Void = { _ in }
  ) throws -> Result<WebResponse, CargoError> {
    let permissions = Permissions(manifest: nil, granted: Grant(net: net), isLive: false)
    let client = WebClient(permissions, loop: loop)
    var outcome: Result<WebResponse, CargoError>?
    do throws(CargoError) {
      var request = WebRequest(try WebURL(url))
      change(&request)
      _ = try client.send(request) { outcome = $0 }
    } catch {
      return .failure(error)
    }
    try loop.wait { outcome != nil }
    return try #require(outcome)
  }

  /// A server that answers each path as the test says: a status and the lines of its headers.
  static func server(
    _ answers: [String: (Int, [String], String)], seen: Heads = Heads()
  ) -> FaultyServer {
    FaultyServer { connection in
      while let request = connection.readRequest() {
        seen.add(request.head + "\r\n\r\n" + String(decoding: request.body, as: UTF8.self))
        let (status, headers, body) = answers[request.path] ?? (200, [], "hello")
        connection.answer(status, headers: headers, body)
      }
    }
  }

  func error(_ result: Result<WebResponse, CargoError>) -> CargoError? {
    if case .failure(let error) = result { error } else { nil }
  }

  @Test func answersComeWhole() throws {
    let server = Self.server(["/x": (418, ["X-A: 1", "X-A: 2"], "tea")])
    defer { server.stop() }
    let response = try exchange(server.origin + "/x#part", net: ["127.0.0.1"]).get()
    #expect(response.status == 418)
    #expect(String(decoding: response.body, as: UTF8.self) == "tea")
    #expect(response.url == server.origin + "/x")
    #expect(response.headers.filter { $0.name == "X-A" }.map(\.value) == ["1", "2"])
  }

  /// Where it may not go, nothing arrives.
  @Test(arguments: [
    ("http://127.0.0.1:PORT/", []), ("http://127.0.0.1:PORT/", ["*"]),
    ("http://127.0.0.1:PORT/", ["example.com"]), ("http://127.0.0.1:PORT/", ["127.0.0.1:1"]),
    ("http://127.0.0.1:PORT/", ["127.0.0.2"]), ("http://0x7f.1:PORT/", ["0x7f.1"]),
    ("http://2130706433:PORT/", ["2130706433", "*"]), ("http://127.1:PORT/", ["*"]),
    ("http://0177.0.0.1:PORT/", ["*"]), ("http://[::ffff:127.0.0.1]:PORT/", ["*"]),
    ("http://[::ffff:7f00:1]:PORT/", ["*"]), ("http://localhost:PORT/", ["*"]),
    ("http://LOCALHOST.:PORT/", ["*"]), ("http://0.0.0.0:PORT/", ["*"]),
    ("http://rebind.localhost:PORT/", ["rebind.localhost"]), ("http://169.254.169.254/", ["*"]),
    ("https://rebind.localhost:PORT/", ["rebind.localhost"]),
    ("https://rebind.localhost:PORT/", ["rebind.localhost", "127.0.0.1:1"]),
    ("http://example.com/", ["example.com"]), ("https://example.com/", ["*.example.com"]),
  ])
  func refusesWhatWasNotGranted(url: String, net: [String]) throws {
    let server = Self.server([:])
    defer { server.stop() }
    let url = url.replacing("PORT", with: "\(server.port)")
    #expect(error(try exchange(url, net: net))?.kind == .permission)
    #expect(server.arrivals == [])
  }

  @Test(arguments: [
    ("http://127.0.0.1:PORT/", ["127.0.0.1:PORT"]), ("http://0x7f.1:PORT/", ["127.0.0.1"]),
    ("http://[::ffff:127.0.0.1]:PORT/", ["127.0.0.1"]), ("http://localhost:PORT/", ["localhost"]),
    ("http://localhost:PORT/", ["localhost:PORT"]),
  ])
  func reachesThisMachineWhenThatWasGranted(url: String, net: [String]) throws {
    let server = Self.server([:])
    defer { server.stop() }
    let port = "\(server.port)"
    let result = try exchange(
      url.replacing("PORT", with: port), net: net.map { $0.replacing("PORT", with: port) })
    #expect(try result.get().status == 200)
  }

  @Test(arguments: [
    "https://ada:secret@example.com/", "ftp://example.com/", "file:///etc/passwd", "example.com",
    "",
    "https://", "https://exa mple.com/", "https://example.com\r\nX: y/", "https://exämple.com/",
    "https://example.com\\@evil.com/", "gopher://127.0.0.1/", "https://%31%32%37.0.0.1%2f/",
  ])
  func refusesOddURLs(url: String) {
    #expect { try WebURL(url) } throws: { ($0 as? CargoError)?.kind == .argument }
  }

  @Test func aURLIsNormalised() throws {
    let url = try WebURL("HTTPS://EXAMPLE.com.:443/a b?q=ü#x")
    #expect(url.host == "example.com" && url.port == 443 && url.origin == "https://example.com")
    #expect(url.text.lowercased().hasSuffix("/a%20b?q=%c3%bc"))
    #expect(try WebURL("http://0x7f.1:81/").origin == "http://127.0.0.1:81")
  }

  // MARK: - Redirects

  @Test func aRedirectNeedsThePermissionToo() throws {
    let server = Self.server(["/": (302, ["Location: https://example.com/"], "")])
    defer { server.stop() }
    let error = error(try exchange(server.origin + "/", net: ["127.0.0.1"]))
    #expect(error?.kind == .permission)
    #expect(error?.message == "127.0.0.1 redirects: the host example.com was not granted")
  }

  @Test(arguments: [
    ("http://example.com/", ["example.com"], CargoError.Kind.permission),
    ("ftp://example.com/", ["example.com"], .http),
    ("https://a:b@example.com/", ["example.com"], .http),
    ("http://localhost:1/", [], .permission), ("http://169.254.169.254/latest", ["*"], .permission),
    ("file:///etc/passwd", [], .http),
  ])
  func redirectsThatLeadAstray(location: String, net: [String], kind: CargoError.Kind) throws {
    let server = Self.server(["/": (301, ["Location: \(location)"], "")])
    defer { server.stop() }
    #expect(error(try exchange(server.origin + "/", net: net + ["127.0.0.1"]))?.kind == kind)
  }

  @Test func loopsEnd() throws {
    let server = Self.server(["/": (302, ["Location: /"], "")])
    defer { server.stop() }
    let result = try exchange(server.origin + "/", net: ["127.0.0.1"])
    #expect(error(result)?.message == "127.0.0.1 redirects more than 5 times")
    #expect(server.arrivals.count == 6)
    let unfollowed = try exchange(server.origin + "/", net: ["127.0.0.1"]) {
      $0.maximumRedirects = 0
    }
    #expect(try unfollowed.get().status == 302)
  }

  @Test func secretsStayWithTheirOrigin() throws {
    let seen = Heads()
    let target = Self.server([:], seen: seen)
    let server = Self.server([
      "/": (307, ["Location: http://localhost:\(target.port)/there"], ""),
      "/same": (302, ["Location: /stay"], ""),
    ])
    defer {
      server.stop()
      target.stop()
    }
    for path in ["/", "/same"] {
      let result = try exchange(server.origin + path, net: ["127.0.0.1", "localhost"]) {
        $0.method = "POST"
        $0.body = Array("payload".utf8)
        $0.headers = [
          ("Authorization", "Bearer secret"), ("Cookie", "c=secret"), ("X-Api-Key", "secret"),
          ("Accept", "text/plain"),
        ]
      }
      #expect(try result.get().status == 200)
    }
    let head = try #require(seen.all.first)
    #expect(head.hasPrefix("POST /there"))
    #expect(head.hasSuffix("payload"))
    #expect(!head.contains("secret"))
    #expect(head.contains("Accept: text/plain"))
    #expect(server.arrivals == ["POST /", "POST /same", "GET /stay"])
  }

  // MARK: - Bounds

  @Test func largeAnswersEnd() throws {
    let server = Self.server(["/": (200, [], String(repeating: "x", count: 100_000))])
    defer { server.stop() }
    let tooLarge = try exchange(server.origin + "/", net: ["127.0.0.1"]) {
      $0.maximumBytes = 99_999
    }
    #expect(error(tooLarge)?.message.hasSuffix("is larger than 99999 bytes") == true)
    let noRoom = try exchange(server.origin + "/", net: ["127.0.0.1"]) { request in
      request.acceptsBytes = { _ in false }
    }
    #expect(error(noRoom)?.message == "the answer of 127.0.0.1 does not fit into the memory limit")
    let fits = try exchange(server.origin + "/", net: ["127.0.0.1"]) { $0.maximumBytes = 100_000 }
    #expect(try fits.get().body.count == 100_000)
  }

  @Test func aSlowServerIsATimeout() throws {
    let server = FaultyServer { connection in
      _ = connection.readRequest()
      connection.waitForClient()
    }
    defer { server.stop() }
    let result = try exchange(server.origin + "/", net: ["127.0.0.1"]) { $0.timeout = 0.2 }
    #expect(error(result)?.kind == .timeout)
  }

  @Test func nothingIsSentAgainUnlessAskedFor() throws {
    let server = Self.server(["/": (503, ["Retry-After: 0"], "")])
    defer { server.stop() }
    #expect(try exchange(server.origin + "/", net: ["127.0.0.1"]).get().status == 503)
    #expect(server.arrivals.count == 1)
    let again = try exchange(server.origin + "/", net: ["127.0.0.1"]) { $0.retries = 1 }
    #expect(try again.get().status == 503)
    #expect(server.arrivals.count == 3)
  }

  @Test func cancelling() throws {
    let server = FaultyServer { connection in
      _ = connection.readRequest()
      connection.waitForClient()
    }
    defer { server.stop() }
    let permissions = Permissions(manifest: nil, granted: Grant(net: ["127.0.0.1"]), isLive: false)
    let client = WebClient(permissions, loop: loop)
    var outcome: Result<WebResponse, CargoError>?
    let exchange = try client.send(WebRequest(try WebURL(server.origin + "/"))) { outcome = $0 }
    exchange.cancel()
    try loop.wait { outcome != nil }
    #expect(outcome.flatMap(error)?.kind == .cancelled)
  }

  @Test(arguments: [
    ("X-A", "a\r\nX-B: c"), ("X-A", "a\nb"), ("X-A", "a\0b"), ("X A", "a"), ("", "a"), ("X:", "a"),
    ("Host", "other.example"), ("content-length", "5"), ("Transfer-Encoding", "chunked"),
    ("Proxy-Authorization", "x"),
  ])
  func headersThatSmuggle(name: String, value: String) throws {
    let result = try exchange("https://example.com/", net: ["example.com"]) {
      $0.headers = [(name, value)]
    }
    #expect(error(result)?.kind == .argument)
  }

  @Test func formsAreEncoded() {
    let bytes = FormText.encode([("a b", "x&y=z"), ("ü", "~*-._")])
    #expect(String(decoding: bytes, as: UTF8.self) == "a+b=x%26y%3Dz&%C3%BC=%7E*-._")
  }
}

/// What arrived at a server, told from its threads.
final class Heads: Sendable {
  private let heads = Mutex<[String]>([])
  var all: [String] { heads.withLock { $0 } }
  func add(_ head: String) { heads.withLock { $0.append(head) } }
}
