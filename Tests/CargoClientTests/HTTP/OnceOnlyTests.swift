import Glibc
import Testing

@testable import CargoClient

/// A request that pays arrives once at most, whatever connections do.
@Suite struct OnceOnlyTests {
  private let loop = EventLoop()
  private let client: HTTPClient

  init() { client = HTTPClient(loop: loop) }

  private func post(_ server: FaultyServer, body: String = "{}", isReplayable: Bool = false)
    -> Result<HTTPResponse, HTTPFailure>
  {
    client.exchange(
      HTTPRequest(
        method: "POST", url: server.origin + "/pay", body: Array(body.utf8),
        limits: HTTPLimits(totalTimeout: 60), isReplayable: isReplayable), on: loop)
  }

  /// Serves one GET, then reads the next request on the same connection and dies in silence; later
  /// connections answer everything.
  private func deadAfterOne(byReset: Bool) -> FaultyServer {
    FaultyServer { connection in
      guard connection.number == 1 else {
        while connection.readRequest() != nil { connection.answer() }
        return
      }
      _ = connection.readRequest()
      connection.answer()
      if connection.readRequest() != nil && byReset { connection.reset() }
    }
  }

  @Test(arguments: [false, true], [2, 1_000, 200_000])
  func aReusedConnectionThatDies(byReset: Bool, bodyLength: Int) throws {
    let server = deadAfterOne(byReset: byReset)
    defer { server.stop() }
    _ = try client.exchange(HTTPRequest(url: server.origin + "/warm"), on: loop).get()
    let body = "\"" + String(repeating: "x", count: bodyLength - 2) + "\""
    let failure = try #require(post(server, body: body).failure)
    #expect(failure.reason == .broken)
    #expect(failure.mayHaveBeenSent)
    #expect(server.arrivals == ["GET /warm", "POST /pay"])
  }

  @Test func theSameWithoutTheGateArrivesTwice() throws {
    // Shows that the test above could fail: libcurl does repeat what may be repeated.
    let server = deadAfterOne(byReset: false)
    defer { server.stop() }
    _ = try client.exchange(HTTPRequest(url: server.origin + "/warm"), on: loop).get()
    #expect(post(server, isReplayable: true).response?.status == 200)
    #expect(server.arrivals == ["GET /warm", "POST /pay", "POST /pay"])
  }

  @Test func aConnectionClosedBetweenRequestsIsReplacedBeforeSending() throws {
    let server = FaultyServer { connection in
      _ = connection.readRequest()
      connection.answer()
    }
    defer { server.stop() }
    for count in 1...20 {
      #expect(post(server).response?.status == 200)
      server.waitForEnds(count)
    }
    #expect(server.arrivals.count == 20)
  }

  @Test func aRequestWithoutBodyTakesAFreshConnection() throws {
    let server = deadAfterOne(byReset: false)
    defer { server.stop() }
    _ = try client.exchange(HTTPRequest(url: server.origin + "/warm"), on: loop).get()
    let result = client.exchange(
      HTTPRequest(method: "DELETE", url: server.origin + "/x", isReplayable: false), on: loop)
    #expect(result.response?.status == 200)
    #expect(server.arrivals == ["GET /warm", "DELETE /x"])
  }

  /// Every 64 calls in flight meet another fault; each call ends once, and no request that must not be
  /// repeated arrives twice.
  @Test func manyCallsAmongFaults() throws {
    let server = FaultyServer { connection in
      while let request = connection.readRequest() {
        let number = Int(request.path.split(separator: "/").last ?? "") ?? 0
        switch number % 11 {
        case 1: return connection.reset()
        case 2: return
        case 3:
          connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
          return
        case 4: connection.answer(503, "{}")
        case 5:
          connection.pause(milliseconds: 30)
          connection.answer()
        case 6:
          connection.answer(headers: ["Connection: close"])
          return
        case 7:
          connection.write("garbage")
          return
        case 8:
          // Answers and then closes without saying so.
          connection.answer()
          return
        default: connection.answer()
        }
      }
    }
    defer { server.stop() }
    let count = 1500
    var endings = [Int](repeating: 0, count: count)
    var ended = 0
    for index in 0..<count {
      let pays = index % 2 == 0
      client.send(
        HTTPRequest(
          method: pays ? "POST" : "GET", url: server.origin + "/\(index)",
          body: pays ? Array("{}".utf8) : nil, limits: HTTPLimits(totalTimeout: 5),
          isReplayable: !pays)
      ) { result in
        endings[index] += 1
        ended += 1
        if case .failure(let failure) = result, !failure.mayHaveBeenSent, pays {
          #expect(!server.arrivals.contains("POST /\(index)"))
        }
      }
    }
    loop.run { ended >= count }
    #expect(endings.allSatisfy { $0 == 1 })
    #expect(client.inFlight == 0)
    let posts = server.arrivals.filter { $0.hasPrefix("POST") }
    #expect(posts.count == Set(posts).count)
    #expect(posts.count > count / 2 * 9 / 10)
  }
}
