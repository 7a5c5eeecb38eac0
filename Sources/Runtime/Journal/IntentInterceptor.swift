public import CargoClient

/// Writes down what a call intends before it is sent, and what became of it afterwards.
public final class IntentInterceptor: Interceptor {
  private let journal: Journal

  /// Makes the interceptor.
  public init(_ journal: Journal) { self.journal = journal }

  /// Sends the call on once its intent is on the disk.
  public func intercept(
    _ call: OperationCall, next: any CallHandler, completion: @escaping (CallResult) -> Void
  ) {
    var isCancelled = false
    call.canceller = { isCancelled = true }
    journal.intend(call.operation.name, action: call.actionName, arguments: call.arguments) {
      [journal] result in
      call.canceller = nil
      switch result {
      case .failure(var error):
        error.operation = call.operation.name
        completion(.failure(error))
      case .success(let step) where isCancelled:
        let message = "\(call.actionName ?? call.operation.name) was cancelled"
        journal.record(
          step, .failed(message: message + " before it was sent", body: nil, credits: nil))
        completion(.failure(CargoError(.cancelled, message, operation: call.operation.name)))
      case .success(let step):
        IntentInterceptor.send(call, step, journal, next, completion)
      }
    }
  }

  private static func send(
    _ call: OperationCall, _ step: Journal.Step, _ journal: Journal, _ next: any CallHandler,
    _ completion: @escaping (CallResult) -> Void
  ) {
    var wasAccepted = false
    let accepted = call.onAccepted
    call.onAccepted = { uuid in
      wasAccepted = true
      journal.accept(step, uuid: uuid)
      accepted?(uuid)
    }
    next.handle(call) { result in
      if let outcome = outcome(of: result, call, wasAccepted: wasAccepted) {
        journal.record(step, outcome)
      }
      completion(result)
    }
  }

  /// What to write down; nil while the remote work goes on and can be attached to again.
  private static func outcome(
    of result: CallResult, _ call: OperationCall, wasAccepted: Bool
  ) -> Journal.Outcome? {
    let credits = call.credits.flatMap { Credits($0) }
    switch result {
    case .success(let answer):
      return .done(body: answer.body, rows: answer.rows, credits: credits)
    case .failure(let error):
      switch error.kind {
      case .unknown: return .unknown(message: error.message)
      case .run: break
      default: if wasAccepted { return nil }
      }
      return .failed(message: error.message, body: error.body, credits: credits)
    }
  }
}
