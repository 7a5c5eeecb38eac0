import Testing

@testable import CargoClient

/// `HTTPClient` against a server that does everything right.
@Suite(.enabled(if: Nginx.isInstalled, "nginx is not installed"))
struct HTTPClientNginxTests {
  private let loop = EventLoop()

  private func run(
    _ count: Int, on client: HTTPClient, _ request: (Int) -> HTTPRequest
  ) -> [Result<HTTPResponse, HTTPFailure>] {
    var results = [Result<HTTPResponse, HTTPFailure>?](repeating: nil, count: count)
    var ended = 0
    for index in 0..<count {
      client.send(request(index)) { result in
        #expect(results[index] == nil)
        results[index] = result
        ended += 1
      }
    }
    loop.run { ended == count }
    return results.compactMap { $0 }
  }

  @Test func connectionsAreKept() throws {
    let nginx = Nginx(server: "location / { return 200 $connection; }")
    defer { nginx.stop() }
    let client = HTTPClient(loop: loop)
    let results = run(2000, on: client) { index in
      HTTPRequest(
        method: index % 2 == 0 ? "GET" : "POST", url: "http://127.0.0.1:\(nginx.port)/",
        body: index % 2 == 0 ? nil : Array("{}".utf8), isReplayable: index % 2 == 0)
    }
    let connections = Set(results.compactMap(\.text))
    #expect(results.allSatisfy { $0.response?.status == 200 })
    #expect(connections.count < 80, "about as many as are in flight")
  }

  @Test func connectionsThatTheServerLimitsAreReplaced() {
    // Each connection serves seven requests; the last one says so, and nothing is lost.
    let nginx = Nginx(
      server: "location / { return 200 $connection; }", http: "keepalive_requests 7;")
    defer { nginx.stop() }
    let client = HTTPClient(loop: loop)
    let results = run(1000, on: client) { _ in
      HTTPRequest(
        method: "POST", url: "http://127.0.0.1:\(nginx.port)/", body: Array("{}".utf8),
        isReplayable: false)
    }
    #expect(results.allSatisfy { $0.response?.status == 200 })
  }

  @Test func gzipIsUnpackedAndBigBodiesArrive() throws {
    let nginx = Nginx(server: "gzip on; gzip_types application/json;")
    defer { nginx.stop() }
    let big = "[" + String(repeating: #"{"key":"value"},"#, count: 700_000) + "0]"
    nginx.write(big, to: "big.json")
    var request = HTTPRequest(url: "http://127.0.0.1:\(nginx.port)/big.json")
    request.collectsHeaders = true
    let client = HTTPClient(loop: loop)
    let result = client.exchange(request, on: loop)
    #expect(result.text?.utf8.count == big.utf8.count)
    let isEqual = result.text == big
    #expect(isEqual)
    let encoding = result.response?.headers.first { $0.name.lowercased() == "content-encoding" }
    #expect(encoding?.value == "gzip")
    // The limit counts what was unpacked.
    request.limits.responseBytes = 1 << 20
    #expect(client.exchange(request, on: loop).failure?.reason == .tooLarge)
  }

  @Test func manyRequestsShareOneHTTP2Connection() throws {
    let nginx = Nginx(
      server: "location / { return 200 \"$server_protocol $connection\"; }", usesTLS: true)
    defer { nginx.stop() }
    var configuration = HTTPClient.Configuration()
    configuration.certificateFile = nginx.certificateFile
    let client = HTTPClient(loop: loop, configuration: configuration)
    let results = run(500, on: client) { index in
      HTTPRequest(
        method: index % 2 == 0 ? "GET" : "POST", url: "https://localhost:\(nginx.port)/",
        body: index % 2 == 0 ? nil : Array("{}".utf8))
    }
    let answers = Set(results.compactMap(\.text))
    #expect(answers.count == 1, "\(answers)")
    #expect(answers.allSatisfy { $0.hasPrefix("HTTP/2.0 ") })
  }

  @Test func aSecureConnectionThatTheServerEndsLosesNoPayment() throws {
    let nginx = Nginx(
      server: "location / { return 200 \"$server_protocol $connection\"; }",
      http: "keepalive_requests 50;",
      usesTLS: true)
    defer { nginx.stop() }
    var configuration = HTTPClient.Configuration()
    configuration.certificateFile = nginx.certificateFile
    let client = HTTPClient(loop: loop, configuration: configuration)
    let results = run(1000, on: client) { _ in
      HTTPRequest(
        method: "POST", url: "https://localhost:\(nginx.port)/", body: Array("{}".utf8),
        isReplayable: false)
    }
    let failures = results.compactMap(\.failure)
    #expect(failures.isEmpty, "\(failures.count): \(failures.first?.message ?? "")")
    let answers = Set(results.compactMap(\.text))
    #expect(answers.count >= 20)
    #expect(answers.allSatisfy { $0.hasPrefix("HTTP/1.1") })
  }

  @Test func anUntrustedCertificateIsRefusedBeforeAnythingIsSent() throws {
    let nginx = Nginx(server: "location / { return 200 ok; }", usesTLS: true)
    defer { nginx.stop() }
    let system = HTTPClient(loop: loop)
    let untrusted = system.exchange(
      HTTPRequest(url: "https://localhost:\(nginx.port)/"), on: loop
    ).failure
    #expect(untrusted?.reason == .insecure)
    #expect(untrusted?.mayHaveBeenSent == false)
    // Trusted, but made out to another name.
    var configuration = HTTPClient.Configuration()
    configuration.certificateFile = nginx.certificateFile
    let trusting = HTTPClient(loop: loop, configuration: configuration)
    let misnamed = trusting.exchange(
      HTTPRequest(url: "https://127.0.0.1:\(nginx.port)/"), on: loop
    ).failure
    #expect(misnamed?.reason == .insecure)
  }
}
