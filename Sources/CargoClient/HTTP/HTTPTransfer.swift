/// One request under way in an `HTTPClient`; the handle to cancel it.
public final class HTTPTransfer {
  let request: HTTPRequest
  private var completion: ((Result<HTTPResponse, HTTPFailure>) -> Void)?
  /// The handle that carries it; nil while it waits for its turn and after its end.
  var handle: EasyHandle?
  /// How often libcurl began to send it.
  var departures = 0
  var body: [UInt8] = []
  var isTooLarge = false
  var refusedPeer: PeerAddress?

  init(
    _ request: HTTPRequest, completion: @escaping (Result<HTTPResponse, HTTPFailure>) -> Void
  ) {
    self.request = request
    self.completion = completion
  }

  /// Whether the end has been told, or is about to be.
  var hasEnded: Bool { completion == nil }

  /// Whether the server may have bytes of it.
  public var hasLeft: Bool { departures > 0 }

  /// Takes the completion out, so that it is called once at most.
  func takeCompletion() -> ((Result<HTTPResponse, HTTPFailure>) -> Void)? {
    defer { completion = nil }
    return completion
  }
}
