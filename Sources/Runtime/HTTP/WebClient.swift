public import CargoClient

/// Recipes' requests to the web, by the run's permissions (`design.md` §4.4).
///
/// A client of its own: the platform's token never comes near it, proxies of the environment are not
/// used, since permissions speak of hosts, and addresses are checked when a connection opens. Nothing
/// is opened before the first request. Bound to the loop's thread.
public final class WebClient {
  let permissions: Permissions
  let loop: EventLoop
  private let concurrency: Int
  private var opened: HTTPClient?

  /// - Parameter concurrency: requests in flight at once; later ones wait.
  public init(_ permissions: Permissions, loop: EventLoop, concurrency: Int = 64) {
    self.permissions = permissions
    self.loop = loop
    self.concurrency = concurrency
  }

  var http: HTTPClient {
    if let opened { return opened }
    var configuration = HTTPClient.Configuration()
    configuration.usesProxyEnvironment = false
    configuration.maximumInFlight = concurrency
    configuration.allowsPeer = { [permissions] peer, port in permissions.allows(peer, port: port) }
    let client = HTTPClient(loop: loop, configuration: configuration)
    opened = client
    return client
  }

  /// Sends a request. `completion` is called exactly once, on the loop, never from within. Throws what is
  /// wrong with the request, and what was not granted.
  public func send(
    _ request: WebRequest, completion: @escaping (Result<WebResponse, CargoError>) -> Void
  ) throws(CargoError) -> WebExchange {
    if let refusal = permissions.refusal(of: request.url) { throw refusal }
    let exchange = WebExchange(self, completion)
    try exchange.start(request)
    return exchange
  }
}
