import Testing

@testable import CargoClient

extension EventLoop {
  /// Turns until `isDone`, at most ten seconds. `asking` looks every few milliseconds, for what other
  /// threads bring about without waking the loop.
  func run(
    asking: Bool = false, sourceLocation: SourceLocation = #_sourceLocation,
    until isDone: () -> Bool
  ) {
    let limit = EventLoop.now() + 10_000_000_000
    // Wakes the loop so that the limit is looked at.
    let timer = schedule(after: 10) {}
    while !isDone() {
      guard EventLoop.now() < limit else {
        Issue.record("not done after ten seconds", sourceLocation: sourceLocation)
        return
      }
      let wake = asking ? schedule(after: 0.005) {} : nil
      turn(block: true)
      if let wake { cancel(wake) }
    }
    cancel(timer)
  }
}

extension HTTPClient {
  /// Sends a request and turns the loop until it has ended.
  func exchange(_ request: HTTPRequest, on loop: EventLoop) -> Result<HTTPResponse, HTTPFailure> {
    var outcome: Result<HTTPResponse, HTTPFailure>?
    send(request) { outcome = $0 }
    loop.run { outcome != nil }
    return outcome!
  }
}

extension Result where Failure == HTTPFailure, Success == HTTPResponse {
  var failure: HTTPFailure? {
    if case .failure(let failure) = self { failure } else { nil }
  }

  var response: HTTPResponse? { try? get() }

  var text: String? { response.map { String(decoding: $0.body, as: UTF8.self) } }
}
