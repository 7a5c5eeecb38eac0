public import CargoClient

/// What a recipe asks of the web.
public struct WebRequest {
  /// The method, in capitals.
  public var method = "GET"
  /// Where.
  public var url: WebURL
  /// Headers, beside those that the client adds.
  public var headers: [(name: String, value: String)] = []
  /// The body; nil for none.
  public var body: [UInt8]?
  /// Seconds for everything: redirects, retries and pauses included.
  public var timeout = 30.0
  /// How often it is sent again when that can help.
  public var retries = 0
  /// The most bytes of the answer's body, after decompression.
  public var maximumBytes = 16 << 20
  /// How many redirects are followed.
  public var maximumRedirects = 5
  /// Asked for further bytes of the answer before they are kept; false when there is no room.
  public var acceptsBytes: (Int) -> Bool = { _ in true }

  /// Asks for a URL by GET.
  public init(_ url: WebURL) { self.url = url }

  /// Headers that are the client's business: they decide where a request goes or where it ends.
  static let reservedHeaders: Set<String> = [
    "host", "content-length", "transfer-encoding", "connection", "keep-alive", "upgrade", "expect",
    "te", "trailer", "accept-encoding", "proxy-authorization", "proxy-connection",
  ]

  /// Headers that may follow a redirect to another origin. All others may be secrets of the first.
  private static let plainHeaders: Set<String> = [
    "accept", "accept-language", "content-type", "user-agent",
  ]

  /// The headers as libcurl takes them.
  func lines() throws(CargoError) -> HTTPHeaders {
    for (name, _) in headers where WebRequest.reservedHeaders.contains(name.lowercased()) {
      throw CargoError(.argument, "the header '\(name)' is set by the client itself")
    }
    var fields = headers
    if !fields.contains(where: { $0.name.lowercased() == "user-agent" }) {
      fields.append(("User-Agent", "cargo-script"))
    }
    do {
      return try HTTPHeaders(fields)
    } catch {
      switch error {
      case .name(let name): throw CargoError(.argument, "'\(name)' is no name of a header")
      case .value(let name):
        throw CargoError(.argument, "the value of the header '\(name)' has a line break or NUL")
      }
    }
  }

  /// The request that follows a redirect (Fetch standard, HTTP-redirect fetch): after 303, and after
  /// 301 and 302 for a POST, it becomes a GET; what another origin should not know stays behind.
  func redirected(to target: WebURL, status: Int) -> WebRequest {
    var next = self
    next.url = target
    let becomesGet =
      status == 303 ? method != "HEAD" : (status == 301 || status == 302) && method == "POST"
    if becomesGet && method != "GET" {
      next.method = "GET"
      next.body = nil
      next.headers.removeAll { $0.name.lowercased().hasPrefix("content-") }
    }
    if target.origin != url.origin {
      next.headers.removeAll { !WebRequest.plainHeaders.contains($0.name.lowercased()) }
    }
    return next
  }
}

/// What came back.
public struct WebResponse {
  /// The status, whatever it is.
  public var status: Int
  /// The headers in their order.
  public var headers: [(name: String, value: String)]
  /// The body, decompressed.
  public var body: [UInt8]
  /// Where the answer came from, redirects followed.
  public var url: String
}
