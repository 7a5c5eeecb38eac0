import Testing

@testable import CargoClient

/// A transport that answers as a test tells it, one answer a request, without any I/O.
final class ScriptedTransport: Transport, FileFetcher {
  enum Step {
    case answer(String)
    case error(CargoError)
    /// No answer until the request is cancelled.
    case silence
    /// An answer after so many seconds, even if it is cancelled: a payment that has left.
    case settles(after: Double, String)
  }

  private let loop: EventLoop
  private var steps: [Step]
  private var open: [RequestID: (TransportResult) -> Void] = [:]
  /// What was sent: operation, arguments, and `waits` as `!`.
  private(set) var sent: [String] = []
  /// The loop's time of each, in seconds from the first.
  private(set) var times: [Double] = []
  private var settling: Set<RequestID> = []
  private var lastID: UInt64 = 0

  init(_ loop: EventLoop, _ steps: [Step]) {
    self.loop = loop
    self.steps = steps
  }

  func send(
    _ request: OperationRequest, completion: @escaping (TransportResult) -> Void
  ) -> RequestID {
    let mark = request.waits ? "! " : " "
    return take(
      request.operation.name + mark + String(decoding: request.arguments, as: UTF8.self), completion
    )
  }

  func fetch(
    _ url: String, for operation: CargoClient.Operation,
    completion: @escaping (TransportResult) -> Void
  ) -> RequestID {
    take("fetch \(url)", completion)
  }

  private func take(
    _ what: String, _ completion: @escaping (TransportResult) -> Void
  ) -> RequestID {
    sent.append(what)
    times.append(Double(EventLoop.now()) / 1e9)
    lastID += 1
    let id = RequestID(lastID)
    open[id] = completion
    guard !steps.isEmpty else {
      Issue.record("nobody expected \(what)")
      return id
    }
    switch steps.removeFirst() {
    case .answer(let body):
      loop.schedule(after: 0) { self.end(id, .success(Array(body.utf8))) }
    case .error(let error): loop.schedule(after: 0) { self.end(id, .failure(error)) }
    case .silence: break
    case .settles(let seconds, let body):
      settling.insert(id)
      loop.schedule(after: seconds) { self.end(id, .success(Array(body.utf8))) }
    }
    return id
  }

  func cancel(_ id: RequestID) {
    guard !settling.contains(id) else { return }
    loop.schedule(after: 0) { self.end(id, .failure(CargoError(.cancelled, "cancelled"))) }
  }

  private func end(_ id: RequestID, _ result: TransportResult) {
    open.removeValue(forKey: id)?(result)
  }
}
