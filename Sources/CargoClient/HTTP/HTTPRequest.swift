/// A request for `HTTPClient`.
public struct HTTPRequest {
  /// The method, in capitals.
  public var method: String
  /// An `http` or `https` URL, already percent-encoded.
  public var url: String
  /// What is asked for there (`/v1/x?y=z`), when that is not the URL's own path: percent-encoded, sent
  /// as it is, and not for requests that follow redirects.
  var target: String?
  /// The headers, beside those that libcurl adds.
  public var headers: HTTPHeaders
  /// The body; nil for none.
  public var body: [UInt8]?
  /// Bounds of size and time.
  public var limits: HTTPLimits
  /// Whether the request may go out again when a reused connection turns out to be dead. libcurl does
  /// that silently; a request that pays must say false and is then sent at most once.
  public var isReplayable: Bool
  /// Whether redirects are followed, at most five. `Authorization` never goes to another host.
  public var followsRedirects: Bool
  /// Whether the server may compress the body (gzip).
  public var acceptsCompression: Bool
  /// Whether the response carries all headers, and not only what `HTTPResponse` names.
  public var collectsHeaders: Bool
  /// Asked for so many further bytes of the body before they are kept; false ends the exchange as too
  /// large.
  public var acceptsBytes: ((Int) -> Bool)?

  /// Makes a request; by default one that may be replayed and follows no redirects.
  public init(
    method: String = "GET", url: String, headers: HTTPHeaders? = nil, body: [UInt8]? = nil,
    limits: HTTPLimits = HTTPLimits(), isReplayable: Bool = true, followsRedirects: Bool = false,
    acceptsCompression: Bool = true, collectsHeaders: Bool = false
  ) {
    self.method = method
    self.url = url
    self.headers = headers ?? HTTPHeaders(lines: [])
    self.body = body
    self.limits = limits
    self.isReplayable = isReplayable
    self.followsRedirects = followsRedirects
    self.acceptsCompression = acceptsCompression
    self.collectsHeaders = collectsHeaders
  }
}

/// Bounds of one request.
public struct HTTPLimits: Equatable, Sendable {
  /// The most bytes of the response's body, after decompression.
  public var responseBytes: Int
  /// Seconds until a connection, TLS included, must stand.
  public var connectTimeout: Double
  /// Seconds the whole exchange may take. The platform's own client gives six minutes.
  public var totalTimeout: Double
  /// Seconds without a single byte, the wait for the first included, after which it is given up; nil
  /// for no such bound.
  public var stallTimeout: Double?

  /// Makes bounds; by default 64 MiB, 10 s to connect, 360 s in all.
  public init(
    responseBytes: Int = 64 << 20, connectTimeout: Double = 10, totalTimeout: Double = 360,
    stallTimeout: Double? = nil
  ) {
    self.responseBytes = responseBytes
    self.connectTimeout = connectTimeout
    self.totalTimeout = totalTimeout
    self.stallTimeout = stallTimeout
  }
}

/// What a server answered.
public struct HTTPResponse {
  /// The status code.
  public var status: Int
  /// `Content-Type`, when there was one.
  public var contentType: String?
  /// `Retry-After` in seconds from now, from either of its two forms; nil without one.
  public var retryAfter: Double?
  /// Where a redirect that was not followed points to.
  public var location: String?
  /// All headers in their order, when the request collects them.
  public var headers: [(name: String, value: String)]
  /// The body, decompressed.
  public var body: [UInt8]
}

/// Why there is no answer.
public struct HTTPFailure: Error, Equatable, Sendable {
  /// What went wrong.
  public enum Reason: Sendable, Equatable {
    /// libcurl cannot be used.
    case library
    /// The URL or another part of the request cannot be sent.
    case invalidRequest
    /// The host name has no address.
    case unresolved
    /// No connection, or none within its time.
    case unreachable
    /// TLS failed: the certificate is not trusted or names another host.
    case insecure
    /// The client's `allowsPeer` refused the address.
    case refusedPeer
    /// The total time is over, or nothing came for the stall time.
    case timedOut
    /// The response is larger than allowed.
    case tooLarge
    /// The connection ended before the answer did, or the answer is not HTTP.
    case broken
    /// More redirects than allowed.
    case tooManyRedirects
    /// The caller cancelled.
    case cancelled
  }

  /// What went wrong.
  public var reason: Reason
  /// One sentence that names the host.
  public var message: String
  /// Whether the server may have got the request. False is certain: no byte of it was sent.
  public var mayHaveBeenSent: Bool
}
