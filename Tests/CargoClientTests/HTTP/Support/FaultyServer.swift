import Glibc
import Synchronization

/// An HTTP server on raw sockets that misbehaves as a test tells it: each connection has a thread that
/// runs the test's closure.
final class FaultyServer: Sendable {
  let port: UInt16
  /// How many connections were accepted.
  var connections: Int { state.withLock { $0.connections } }
  /// The requests that arrived whole, in order, as "METHOD /path".
  var arrivals: [String] { state.withLock { $0.arrivals } }

  /// Waits until so many connections have been closed by the server.
  func waitForEnds(_ count: Int) {
    while state.withLock({ $0.ended }) < count { usleep(500) }
  }

  private struct State {
    var connections = 0
    var ended = 0
    var arrivals: [String] = []
  }

  private let listener: Int32
  private let state = Mutex(State())
  private let behave: @Sendable (FaultyConnection) -> Void

  init(_ behave: @escaping @Sendable (FaultyConnection) -> Void) {
    self.behave = behave
    (listener, port) = FaultyServer.listen()
    let server = Unmanaged.passRetained(self)
    FaultyServer.detach {
      // The listener is shut down by `stop`, which ends the loop and lets the server go.
      server.takeRetainedValue().acceptConnections()
    }
  }

  var origin: String { "http://127.0.0.1:\(port)" }

  func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

  private func acceptConnections() {
    while true {
      let descriptor = accept(listener, nil, nil)
      if descriptor < 0 { break }
      let number = state.withLock { state in
        state.connections += 1
        return state.connections
      }
      FaultyServer.detach { [self] in
        let connection = FaultyConnection(descriptor, number: number) { arrival in
          self.state.withLock { state in
            state.arrivals.append(arrival)
            return state.arrivals.count
          }
        }
        behave(connection)
        connection.end()
        state.withLock { $0.ended += 1 }
      }
    }
    close(listener)
  }

  /// A port on which nobody listens.
  static func freePort() -> UInt16 {
    let (descriptor, port) = listen()
    close(descriptor)
    return port
  }

  private static func listen() -> (Int32, UInt16) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = bind(descriptor, $0, length)
        _ = Glibc.listen(descriptor, 128)
        _ = getsockname(descriptor, $0, &length)
      }
    }
    return (descriptor, UInt16(bigEndian: address.sin_port))
  }

  private final class Job: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  static func detach(_ body: @escaping @Sendable () -> Void) {
    var thread = pthread_t()
    let job = Unmanaged.passRetained(Job(body))
    pthread_create(
      &thread, nil,
      { context in
        Unmanaged<Job>.fromOpaque(context!).takeRetainedValue().body()
        return nil
      }, job.toOpaque())
    pthread_detach(thread)
  }
}

/// One connection of a `FaultyServer`, used by its thread alone.
final class FaultyConnection: Sendable {
  struct Request {
    let line: String
    let head: String
    let body: [UInt8]
    var path: String { String(line.split(separator: " ")[1]) }
    var method: String { String(line.split(separator: " ")[0]) }
  }

  /// Which connection of the server it is, from 1.
  let number: Int
  private let descriptor: Int32
  private let note: @Sendable (String) -> Int
  private let isOpen = Mutex(true)
  private let lastArrival = Mutex(0)

  /// Whether the request that was read last is the first one of the whole server.
  var isFirstAnswer: Bool { lastArrival.withLock { $0 == 1 } }

  init(_ descriptor: Int32, number: Int, note: @escaping @Sendable (String) -> Int) {
    self.descriptor = descriptor
    self.number = number
    self.note = note
  }

  /// Reads one request, body and all; nil when the client is gone.
  func readRequest() -> Request? {
    var bytes: [UInt8] = []
    var headEnd: Int?
    while true {
      headEnd = headEnd ?? FaultyConnection.headEnd(bytes)
      if let end = headEnd {
        let head = String(decoding: bytes[..<end], as: UTF8.self)
        let lines = head.split(separator: "\r\n")
        var length = 0
        for line in lines where line.lowercased().hasPrefix("content-length:") {
          length = Int(line.split(separator: " ").last!)!
        }
        if bytes.count >= end + 4 + length {
          let request = Request(
            line: String(lines[0]), head: head, body: Array(bytes[(end + 4)...]))
          let arrival = note(request.method + " " + request.path)
          lastArrival.withLock { $0 = arrival }
          return request
        }
      }
      var buffer = [UInt8](repeating: 0, count: 65536)
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count <= 0 { return nil }
      bytes += buffer[..<count]
    }
  }

  private static func headEnd(_ bytes: [UInt8]) -> Int? {
    guard bytes.count >= 4 else { return nil }
    for index in 0...(bytes.count - 4)
    where bytes[index] == 13 && bytes[index + 1] == 10 && bytes[index + 2] == 13
      && bytes[index + 3] == 10
    {
      return index
    }
    return nil
  }

  func write(_ text: String) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes {
        send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count <= 0 { return }
      bytes = bytes.dropFirst(count)
    }
  }

  func answer(headers: [String] = ["Content-Type: application/json"], _ body: String = "{}") {
    answer(200, headers: headers, body)
  }

  func answer(
    _ status: Int, headers: [String] = ["Content-Type: application/json"],
    _ body: String = "{}"
  ) {
    let lines = ["HTTP/1.1 \(status) X", "Content-Length: \(body.utf8.count)"] + headers
    write(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
  }

  func pause(milliseconds: Int) { usleep(UInt32(milliseconds) * 1000) }

  /// Waits until the client closes, at most five seconds.
  func waitForClient() {
    var event = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    _ = poll(&event, 1, 5000)
  }

  /// Closes with a reset instead of a goodbye.
  func reset() {
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    end()
  }

  func end() {
    let wasOpen = isOpen.withLock { open in
      defer { open = false }
      return open
    }
    if wasOpen { close(descriptor) }
  }
}
