import CCurl
import Glibc

/// Requests over HTTP by libcurl's multi interface: many at once, on the loop's thread.
///
/// libcurl is opened at the first request. Connections are kept and reused (HTTP/1.1 and, where ALPN
/// offers it, HTTP/2); TLS is always verified; no cookies, no netrc, no protocols but http and https.
/// At most `maximumInFlight` requests are under way, later ones wait in order.
///
/// The client must outlive its transfers; those it still has when it goes end as cancelled.
public final class HTTPClient {
  /// What a client is set up with.
  public struct Configuration {
    /// Requests under way at once; 64 was measured as faster than 256.
    public var maximumInFlight = 64
    /// A file of trusted certificates instead of the system's; by default what `SSL_CERT_FILE` names.
    public var certificateFile: String?
    /// A folder of trusted certificates; by default what `SSL_CERT_DIR` names.
    public var certificateFolder: String?
    /// Whether `https_proxy`, `no_proxy` and their like are heeded; by default if any proxy is named
    /// there, because libcurl otherwise looks for them at each request.
    public var usesProxyEnvironment: Bool
    /// Decides by its address and port whether a server may be connected to; asked for each new connection, so
    /// on each hop of a redirect too. Part of the client and not of a request, because connections
    /// are shared by all requests of a client. With it, proxies should be off.
    public var allowsPeer: ((PeerAddress, _ port: Int) -> Bool)?

    /// The defaults.
    public init() {
      certificateFile = getenv("SSL_CERT_FILE").map { String(cString: $0) }
      certificateFolder = getenv("SSL_CERT_DIR").map { String(cString: $0) }
      let names: [String] = [
        "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
      ]
      usesProxyEnvironment = names.contains { getenv($0) != nil }
    }
  }

  private let loop: EventLoop
  private let configuration: Configuration
  /// The connections of all requests but those below.
  private var shared: CurlMulti?
  /// The connections of requests that must not be sent twice, over TLS: HTTP/1.1 only. When a server
  /// ends an HTTP/2 connection (as they do after so many requests), the requests under way on it are
  /// lost, and libcurl does not tell which of them were never looked at; measured with nginx, a third
  /// of the requests that may be sent only once ended as unknown. An HTTP/1.1 connection ends after an
  /// answer that says so.
  private var onceOnly: CurlMulti?
  /// Owns every handle: libcurl holds pointers to them.
  private var handles: [EasyHandle] = []
  private var idleHandles: [EasyHandle] = []
  private var queue = FIFOQueue<HTTPTransfer>()

  /// Makes a client; nothing is opened until the first request.
  public init(loop: EventLoop, configuration: Configuration = Configuration()) {
    self.loop = loop
    self.configuration = configuration
  }

  deinit {
    for handle in handles {
      guard let transfer = handle.transfer else { continue }
      handle.multi?.remove(handle)
      handle.transfer = nil
      transfer.takeCompletion()?(.failure(HTTPClient.cancelled(transfer)))
    }
    while let transfer = queue.popFirst() {
      transfer.takeCompletion()?(.failure(HTTPClient.cancelled(transfer)))
    }
    shared?.close()
    onceOnly?.close()
  }

  /// How many requests are under way, waiting ones not counted.
  var inFlight: Int { handles.count - idleHandles.count }

  /// Sends a request. `completion` is called exactly once, on the loop, never from within.
  @discardableResult
  public func send(
    _ request: HTTPRequest, completion: @escaping (Result<HTTPResponse, HTTPFailure>) -> Void
  ) -> HTTPTransfer {
    let transfer = HTTPTransfer(request, completion: completion)
    guard openLibrary() else {
      let message = String(cString: ccurl_open_error())
      fail(transfer, HTTPFailure(reason: .library, message: message, mayHaveBeenSent: false))
      return transfer
    }
    if inFlight < configuration.maximumInFlight {
      start(transfer)
    } else {
      queue.append(transfer)
    }
    return transfer
  }

  /// Gives a transfer up; it completes as cancelled, at the loop's next turn. One that has ended
  /// stays as it is. What has left may have had its effect.
  public func cancel(_ transfer: HTTPTransfer) {
    guard !transfer.hasEnded else { return }
    if let handle = transfer.handle {
      handle.multi?.remove(handle)
      recycle(handle)
    }
    fail(transfer, HTTPClient.cancelled(transfer))
    startQueued()
  }

  private static func cancelled(_ transfer: HTTPTransfer) -> HTTPFailure {
    HTTPFailure(
      reason: .cancelled, message: "the request was cancelled", mayHaveBeenSent: transfer.hasLeft)
  }

  private func openLibrary() -> Bool { shared != nil || ccurl_open() == 0 }

  private func makeMulti() -> CurlMulti {
    let multi = CurlMulti(
      poller: SocketPoller.shared(on: loop), maximumConnections: configuration.maximumInFlight)
    multi.onFinished = { [weak self] handle, code in self?.finish(handle, code) }
    return multi
  }

  private func multi(for request: HTTPRequest) -> CurlMulti {
    if !request.isReplayable && request.url.hasPrefix("https:") {
      let multi = onceOnly ?? makeMulti()
      onceOnly = multi
      return multi
    }
    let multi = shared ?? makeMulti()
    shared = multi
    return multi
  }

  private func start(_ transfer: HTTPTransfer) {
    guard let handle = idleHandles.popLast() ?? makeHandle() else {
      let message = "libcurl has no memory for another request"
      fail(transfer, HTTPFailure(reason: .library, message: message, mayHaveBeenSent: false))
      return
    }
    transfer.handle = handle
    handle.prepare(transfer)
    multi(for: transfer.request).add(handle)
  }

  private func makeHandle() -> EasyHandle? {
    let poller = SocketPoller.shared(on: loop)
    guard let handle = EasyHandle(configuration: configuration, poller: poller) else { return nil }
    handles.append(handle)
    return handle
  }

  private func startQueued() {
    while inFlight < configuration.maximumInFlight, let transfer = queue.popFirst() {
      if !transfer.hasEnded { start(transfer) }
    }
  }

  private func recycle(_ handle: EasyHandle) {
    handle.transfer?.handle = nil
    handle.release()
    idleHandles.append(handle)
  }

  private func fail(_ transfer: HTTPTransfer, _ failure: HTTPFailure) {
    guard let completion = transfer.takeCompletion() else { return }
    loop.schedule(after: 0) { completion(.failure(failure)) }
  }

  /// A transfer has ended; libcurl no longer knows its handle.
  private func finish(_ handle: EasyHandle, _ code: CURLcode) {
    guard let transfer = handle.transfer else { return }
    let result = handle.result(of: transfer, code)
    recycle(handle)
    startQueued()
    transfer.takeCompletion()?(result)
  }
}
