/// One request of a transport over all its tries.
final class HTTPExchange {
  /// What an exchange needs of its transport.
  struct Surroundings {
    let client: HTTPClient
    let loop: EventLoop
    let policy: RetryPolicy
    /// Tells whether the server has ever answered, and takes in that it has.
    let contact: Contact
  }

  /// Whether a server has ever answered.
  final class Contact { var isMade = false }

  private let surroundings: Surroundings
  private let request: HTTPRequest
  private let isRead: Bool
  /// The same request elsewhere, tried once when the first place answers 404.
  private var alternative: (target: String, wasRight: () -> Void)?
  private let answer: HTTPAnswer
  private let interpret: (HTTPResponse) -> TransportResult
  private var completion: ((TransportResult) -> Void)?

  private var retries: RetryState
  private var firstTry: UInt64 = 0
  private var transfer: HTTPTransfer?
  private var timer: EventLoop.TimerID?
  private var isCancelled = false

  init(
    _ request: HTTPRequest, answer: HTTPAnswer, surroundings: Surroundings,
    alternative: (target: String, wasRight: () -> Void)? = nil,
    interpret: ((HTTPResponse) -> TransportResult)? = nil,
    completion: @escaping (TransportResult) -> Void
  ) {
    self.request = request
    self.answer = answer
    self.surroundings = surroundings
    self.alternative = alternative
    self.interpret = interpret ?? answer.interpret
    self.completion = completion
    isRead = answer.isRead
    retries = RetryState(policy: surroundings.policy, isRead: answer.isRead)
  }

  func start() {
    firstTry = EventLoop.now()
    attempt(request)
  }

  /// Gives up what can be given up: not a request that writes or pays and has left.
  func cancel() {
    isCancelled = true
    if let timer {
      surroundings.loop.cancel(timer)
      self.timer = nil
      surroundings.loop.schedule(after: 0) { self.finishCancelled() }
    } else if let transfer, isRead || !transfer.hasLeft {
      surroundings.client.cancel(transfer)
    }
  }

  private func attempt(_ request: HTTPRequest) {
    transfer = surroundings.client.send(request) { result in self.conclude(result) }
  }

  private func conclude(_ result: Result<HTTPResponse, HTTPFailure>) {
    transfer = nil
    let outcome: RetryState.Outcome
    switch result {
    case .success(let response):
      surroundings.contact.isMade = true
      if response.status == 404, let alternative, !isCancelled {
        self.alternative = nil
        return tryElsewhere(alternative, instead: response)
      }
      outcome = .answered(status: response.status, retryAfter: response.retryAfter)
    case .failure(let failure):
      if failure.reason == .cancelled { return finish(.failure(answer.failure(failure))) }
      outcome = .failed(failure.reason, mayHaveBeenSent: failure.mayHaveBeenSent)
    }
    let decision = retries.decide(
      outcome, elapsed: Double(EventLoop.now() - firstTry) / 1e9,
      random: Double.random(in: 0..<1), hasContact: surroundings.contact.isMade)
    act(on: decision, result)
  }

  private func act(
    on decision: RetryState.Decision, _ result: Result<HTTPResponse, HTTPFailure>
  ) {
    switch (decision, result) {
    case (.retry, _) where isCancelled: finishCancelled()
    case (.retry(let seconds), _):
      timer = surroundings.loop.schedule(after: seconds) {
        self.timer = nil
        self.attempt(self.request)
      }
    case (.accept, .success(let response)): finish(interpret(response))
    case (.accept, .failure(let failure)): finish(.failure(answer.failure(failure)))
    case (.retryTooLate(let seconds), .success(let response)):
      finish(.failure(answer.tooLate(response, after: seconds)))
    case (.unknown, .success(let response)):
      let phrase = HTTPAnswer.phrase(response.status)
      let why = "\(answer.host) answered \(response.status) \(phrase)"
      finish(.failure(answer.unknown(why, status: response.status)))
    case (.unknown, .failure(let failure)), (.retryTooLate, .failure(let failure)):
      finish(.failure(answer.unknown(failure.message, status: nil)))
    }
  }

  /// Tries the other spelling of the route; 404 there too means that the first answer was meant.
  private func tryElsewhere(
    _ alternative: (target: String, wasRight: () -> Void), instead first: HTTPResponse
  ) {
    var request = request
    request.target = alternative.target
    transfer = surroundings.client.send(request) { [self] result in
      if case .success(let response) = result {
        guard response.status != 404 else { return conclude(.success(first)) }
        alternative.wasRight()
      }
      conclude(result)
    }
  }

  private func finishCancelled() {
    let cancelled = HTTPFailure(reason: .cancelled, message: "", mayHaveBeenSent: false)
    finish(.failure(answer.failure(cancelled)))
  }

  private func finish(_ result: TransportResult) {
    let completion = completion
    self.completion = nil
    completion?(result)
  }
}
