/// Carries requests to the Cargo platform, or to another server of its API.
///
/// The bearer token goes to that one origin only: redirects are errors, and files are fetched without
/// it.
public final class HTTPTransport: Transport {
  /// Where the platform is.
  public static let defaultOrigin = "https://api.getcargo.io"

  private let loop: EventLoop
  private let origin: String
  private let token: Secret
  private let readHeaders: HTTPHeaders
  private let bodyHeaders: HTTPHeaders
  private let surroundings: HTTPExchange.Surroundings
  private let host: String
  /// Whether the server is on this machine, where compression costs more than it saves.
  private let isThisMachine: Bool
  private var routes: [String: Route] = [:]
  private var exchanges: [RequestID: HTTPExchange] = [:]
  private var lastID: UInt64 = 0

  /// What is worked out once per row. A class, because rows are large and requests many.
  private final class Route {
    var primary: HTTPRoute
    /// The other spelling, until one of them has answered.
    var alternative: HTTPRoute?
    let readAnswer: HTTPAnswer
    let writeAnswer: HTTPAnswer

    init(_ operation: Operation, host: String, token: Secret) {
      primary = HTTPRoute(operation, path: operation.path)
      alternative = operation.alternativePath.map { HTTPRoute(operation, path: $0) }
      readAnswer = HTTPAnswer(operation: operation, host: host, token: token, isRead: true)
      writeAnswer = HTTPAnswer(operation: operation, host: host, token: token, isRead: false)
    }
  }

  /// Makes a transport.
  ///
  /// - Parameters:
  ///   - client: Sends the requests; its configuration must not allow less than this needs.
  ///   - loop: The loop of the client.
  ///   - origin: Scheme, host and port, without `/v1`. Plain `http` is accepted for this machine only.
  ///   - token: The bearer token.
  ///   - policy: When requests are repeated.
  /// - Throws: `argument` for an origin or token that cannot be used.
  public init(
    client: HTTPClient, loop: EventLoop, origin: String = HTTPTransport.defaultOrigin,
    token: Secret, policy: RetryPolicy = RetryPolicy()
  ) throws(CargoError) {
    self.loop = loop
    self.token = token
    self.origin = try HTTPTransport.checked(origin)
    host = HTTPURL.host(of: origin) ?? origin
    isThisMachine = HTTPTransport.isThisMachine(host)
    readHeaders = try HTTPTransport.headers(token, contentType: nil)
    bodyHeaders = try HTTPTransport.headers(token, contentType: "application/json")
    surroundings = HTTPExchange.Surroundings(
      client: client, loop: loop, policy: policy, contact: HTTPExchange.Contact())
  }

  private static func checked(_ origin: String) throws(CargoError) -> String {
    var origin = origin
    while origin.hasSuffix("/") { origin.removeLast() }
    if origin.hasSuffix("/v1") { origin.removeLast(3) }
    let parts = origin.split(separator: "/", omittingEmptySubsequences: false)
    let hint = "CARGO_API_URL looks like \(defaultOrigin)"
    guard parts.count == 3, parts[1].isEmpty, let host = HTTPURL.host(of: origin),
      !origin.contains("@"), parts[0] == "https:" || parts[0] == "http:"
    else { throw CargoError(.argument, "'\(origin)' is not the address of an API", hint: hint) }
    if parts[0] == "http:" && !isThisMachine(host) {
      throw CargoError(
        .argument,
        "'\(origin)' is not encrypted, and the token would travel to \(host) in the open",
        hint: hint)
    }
    return origin
  }

  private static func isThisMachine(_ host: String) -> Bool {
    if host.hasPrefix("[::1]") { return true }
    let name = host.prefix { $0 != ":" }
    return name == "localhost"
      || (name.hasPrefix("127.") && name.split(separator: ".").count == 4
        && name.utf8.allSatisfy { $0 == UInt8(ascii: ".") || (0x30...0x39).contains($0) })
  }

  // MARK: Requests

  /// Sends a request; see `Transport`.
  @discardableResult
  public func send(
    _ request: OperationRequest, completion: @escaping (TransportResult) -> Void
  ) -> RequestID {
    let id = nextID()
    do {
      start(try exchange(request, id, completion), id)
    } catch {
      loop.schedule(after: 0) { completion(.failure(error)) }
    }
    return id
  }

  /// Gives up a request; see `Transport`.
  public func cancel(_ id: RequestID) { exchanges[id]?.cancel() }

  private func nextID() -> RequestID {
    lastID += 1
    return RequestID(lastID)
  }

  private func start(_ exchange: HTTPExchange, _ id: RequestID) {
    exchanges[id] = exchange
    exchange.start()
  }

  private func exchange(
    _ request: OperationRequest, _ id: RequestID, _ completion: @escaping (TransportResult) -> Void
  ) throws(CargoError) -> HTTPExchange {
    let route = route(of: request.operation)
    let isRead = request.operation.effect(of: request.arguments) == .read
    let parts = try route.primary.parts(request.arguments)
    var httpRequest = HTTPRequest(
      method: request.operation.method.rawValue, url: origin,
      headers: try headers(for: parts), body: parts.body,
      limits: isRead ? HTTPTransport.readLimits : HTTPTransport.writeLimits, isReplayable: isRead,
      acceptsCompression: !isThisMachine)
    httpRequest.target = parts.target
    var elsewhere: (target: String, wasRight: () -> Void)?
    if let alternative = route.alternative {
      elsewhere = (
        try alternative.parts(request.arguments).target,
        {
          route.primary = alternative
          route.alternative = nil
        }
      )
    }
    return HTTPExchange(
      httpRequest, answer: isRead ? route.readAnswer : route.writeAnswer,
      surroundings: surroundings, alternative: elsewhere
    ) { [weak self] result in
      self?.exchanges[id] = nil
      completion(result)
    }
  }

  private func headers(for parts: HTTPRoute.Parts) throws(CargoError) -> HTTPHeaders {
    guard let type = parts.contentType else {
      return parts.body == nil ? readHeaders : bodyHeaders
    }
    return try HTTPTransport.headers(token, contentType: type)
  }

  private static func headers(
    _ token: Secret, contentType: String?
  ) throws(CargoError) -> HTTPHeaders {
    var fields = [
      ("Authorization", token.withText { "Bearer " + $0 }), ("User-Agent", "cargo-script"),
    ]
    if let contentType { fields.append(("Content-Type", contentType)) }
    do {
      return try HTTPHeaders(fields)
    } catch {
      throw CargoError(
        .argument, "the API token has a line break in it", hint: "check CARGO_API_TOKEN")
    }
  }

  /// What only looks is answered soon; a minute of silence is a dead connection.
  private static let readLimits = HTTPLimits(stallTimeout: 60)
  private static let writeLimits = HTTPLimits()

  private func route(of operation: Operation) -> Route {
    if let route = routes[operation.name] { return route }
    let route = Route(operation, host: host, token: token)
    routes[operation.name] = route
    return route
  }
}

extension HTTPTransport: FileFetcher {
  /// Fetches what a download's `{"url": …}` points to: without the token, over https, or from the
  /// transport's own origin.
  @discardableResult
  public func fetch(
    _ url: String, for operation: Operation, completion: @escaping (TransportResult) -> Void
  ) -> RequestID {
    let id = nextID()
    guard url.hasPrefix("https://") || url.hasPrefix(origin + "/") else {
      let error = CargoError(
        .http, "the download is not at an https address", operation: operation.name)
      loop.schedule(after: 0) { completion(.failure(error)) }
      return id
    }
    let request = HTTPRequest(
      url: url, limits: HTTPLimits(responseBytes: 512 << 20, stallTimeout: 60),
      followsRedirects: true)
    let answer = HTTPAnswer(
      operation: operation, host: HTTPURL.host(of: url) ?? host, token: token, isRead: true)
    let exchange = HTTPExchange(
      request, answer: answer, surroundings: surroundings,
      interpret: { response in
        response.status == 200 ? .success(response.body) : answer.interpret(response)
      },
      completion: { [weak self] result in
        self?.exchanges[id] = nil
        completion(result)
      })
    start(exchange, id)
    return id
  }
}
