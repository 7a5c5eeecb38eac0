import CargoClient

/// One request of a recipe over its redirects and retries; the handle to cancel it.
public final class WebExchange {
  private let client: WebClient
  private var completion: ((Result<WebResponse, CargoError>) -> Void)?
  private let start = EventLoop.now()
  private var transfer: HTTPTransfer?
  private var timer: EventLoop.TimerID?
  private var retries = RetryState(policy: RetryPolicy(), isRead: true)
  private var redirects = 0
  private var isOutOfRoom = false

  init(
    _ client: WebClient, _ completion: @escaping (Result<WebResponse, CargoError>) -> Void
  ) {
    self.client = client
    self.completion = completion
  }

  /// Gives the request up: it completes as cancelled. What has left may have had its effect.
  public func cancel() {
    if let timer {
      client.loop.cancel(timer)
      self.timer = nil
      client.loop.schedule(after: 0) {
        self.finish(.failure(CargoError(.cancelled, "the request was cancelled")))
      }
    } else if let transfer {
      client.http.cancel(transfer)
    }
  }

  // MARK: - Tries

  func start(_ request: WebRequest) throws(CargoError) {
    var policy = RetryPolicy()
    policy.maximumTries = request.retries + 1
    policy.maximumTriesBeforeContact = policy.maximumTries
    policy.totalTime = request.timeout
    retries = RetryState(policy: policy, isRead: WebExchange.isRepeatable(request.method))
    try attempt(request)
  }

  /// Methods that do the same when they arrive twice (RFC 9110 §9.2.2).
  private static func isRepeatable(_ method: String) -> Bool {
    ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"].contains(method)
  }

  private func attempt(_ request: WebRequest) throws(CargoError) {
    let elapsed = Double(EventLoop.now() - start) / 1e9
    let left = max(request.timeout - elapsed, 0.001)
    var http = HTTPRequest(
      method: request.method, url: request.url.text, headers: try request.lines(),
      body: request.body,
      limits: HTTPLimits(
        responseBytes: request.maximumBytes, connectTimeout: min(10, left), totalTimeout: left),
      isReplayable: request.method == "GET" || request.method == "HEAD", collectsHeaders: true)
    http.acceptsBytes = { [unowned self] count in
      if request.acceptsBytes(count) { return true }
      isOutOfRoom = true
      return false
    }
    transfer = client.http.send(http) { [self] result in
      transfer = nil
      conclude(request, result)
    }
  }

  private func conclude(_ request: WebRequest, _ result: Result<HTTPResponse, HTTPFailure>) {
    let outcome: RetryState.Outcome
    switch result {
    case .success(let response):
      outcome = .answered(status: response.status, retryAfter: response.retryAfter)
    case .failure(let failure):
      if failure.reason == .cancelled { return finish(.failure(error(request, failure))) }
      outcome = .failed(failure.reason, mayHaveBeenSent: failure.mayHaveBeenSent)
    }
    if request.retries > 0 {
      let decision = retries.decide(
        outcome, elapsed: Double(EventLoop.now() - start) / 1e9,
        random: Double.random(in: 0..<1))
      if case .retry(let seconds) = decision {
        timer = client.loop.schedule(after: seconds) { [self] in
          timer = nil
          continueWith { () throws(CargoError) in try attempt(request) }
        }
        return
      }
    }
    switch result {
    case .failure(let failure): finish(.failure(error(request, failure)))
    case .success(let response):
      if let location = response.location, request.maximumRedirects > 0,
        [301, 302, 303, 307, 308].contains(response.status)
      {
        continueWith { () throws(CargoError) in
          try follow(request, location, status: response.status)
        }
      } else {
        finish(
          .success(
            WebResponse(
              status: response.status, headers: response.headers, body: response.body,
              url: request.url.text)))
      }
    }
  }

  private func follow(
    _ request: WebRequest, _ location: String, status: Int
  ) throws(CargoError) {
    redirects += 1
    guard redirects <= request.maximumRedirects else {
      throw CargoError(
        .http, "\(request.url.host) redirects more than \(request.maximumRedirects) times")
    }
    let target: WebURL
    do {
      target = try WebURL(location)
    } catch {
      throw CargoError(.http, "\(request.url.host) redirects: \(error.message)")
    }
    if let refusal = client.permissions.refusal(of: target) {
      throw CargoError(
        .permission, "\(request.url.host) redirects: \(refusal.message)", hint: refusal.hint)
    }
    try attempt(request.redirected(to: target, status: status))
  }

  private func continueWith(_ step: () throws(CargoError) -> Void) {
    do throws(CargoError) { try step() } catch { finish(.failure(error)) }
  }

  // MARK: - The end

  private func error(_ request: WebRequest, _ failure: HTTPFailure) -> CargoError {
    let elapsed = Double(EventLoop.now() - start) / 1e9
    switch failure.reason {
    case .cancelled: return CargoError(.cancelled, "the request was cancelled")
    case .refusedPeer:
      return CargoError(
        .permission, failure.message,
        hint: "addresses that are not public need a grant of their own, such as --allow-net "
          + "10.0.0.5:8080")
    case .timedOut, .unreachable:
      guard elapsed >= request.timeout - 0.05 else { return CargoError(.http, failure.message) }
      return CargoError(
        .timeout, "\(request.url.host) did not answer within the timeout",
        hint: "timeout is in seconds, 30 unless given")
    case .tooLarge where isOutOfRoom:
      return CargoError(
        .http, "the answer of \(request.url.host) does not fit into the memory limit",
        hint: "--memory-limit sets it")
    case .tooLarge:
      return CargoError(.http, failure.message, hint: "max_bytes sets the limit")
    default: return CargoError(.http, failure.message)
    }
  }

  private func finish(_ result: Result<WebResponse, CargoError>) {
    let completion = completion
    self.completion = nil
    completion?(result)
  }
}
