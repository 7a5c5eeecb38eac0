public import CargoClient

/// Reserves what a paying call may cost before it is sent and settles when its cost is known.
public final class BudgetInterceptor: Interceptor, WorkObserver {
  private let budget: Budget
  private let pricing: any Pricing
  private let loop: EventLoop
  private let requiresBudget: Bool
  /// Reservations of work that was started and goes on, by its uuid.
  private var pending: [String: Budget.Reservation] = [:]

  /// Makes the interceptor.
  ///
  /// - Parameters:
  ///   - budget: the run's budget.
  ///   - pricing: what knows the prices.
  ///   - loop: the loop, on which refusals are delivered.
  ///   - requiresBudget: whether paying without any limit is refused (a live workspace).
  public init(budget: Budget, pricing: any Pricing, loop: EventLoop, requiresBudget: Bool) {
    self.budget = budget
    self.pricing = pricing
    self.loop = loop
    self.requiresBudget = requiresBudget
  }

  /// Lets a call through when the budget covers the worst it may cost.
  public func intercept(
    _ call: OperationCall, next: any CallHandler, completion: @escaping (CallResult) -> Void
  ) {
    // A local workspace without any limit: its ledger knows what was spent, nothing is held back.
    guard call.effect == .pay, budget.limit != nil || requiresBudget || call.maxCredits != nil
    else {
      next.handle(call, completion: completion)
      return
    }
    let passage = Passage(call: call, next: next, loop: loop, completion: completion)
    // Giving up while the price is on its way or the budget is waited for.
    call.canceller = {
      passage.end(CargoError(.cancelled, "\(passage.subject) was cancelled"))
    }
    pricing.quote(call) { [self] quote in
      guard !passage.isOver else { return }
      switch quote.flatMap({ worstCase($0, passage) }) {
      case .failure(let error): passage.end(error)
      case .success(.zero): passage.goOn()
      case .success(let worst): reserve(worst, passage)
      }
    }
  }

  /// The amount to reserve: the price's bound, or the recipe's own.
  private func worstCase(_ quote: Quote, _ passage: Passage) -> Result<Credits, CargoError> {
    let operation = passage.call.operation.name
    let ceiling = passage.call.maxCredits.flatMap { Credits($0) }
    switch (quote, ceiling) {
    case (.atMost(let worst), let ceiling?) where worst > ceiling:
      return .failure(
        CargoError(
          .budget,
          "\(passage.subject) may cost \(worst) credits, above its max_credits of \(ceiling)",
          operation: operation))
    case (.atMost(let worst), _): return .success(worst)
    case (.unbounded, let ceiling?): return .success(ceiling)
    case (.unbounded(let reason), nil):
      return .failure(
        CargoError(
          .budget, "nobody can say what \(passage.subject) may cost: \(reason)",
          operation: operation, hint: "give the call max_credits = N"))
    }
  }

  private func reserve(_ worst: Credits, _ passage: Passage) {
    if requiresBudget && budget.limit == nil {
      passage.end(
        CargoError(
          .budget,
          "\(passage.subject) may cost \(worst) credits, and this run has no budget",
          hint: "--budget \(worst) or more, or budget = { credits = … } in the manifest"))
      return
    }
    let ticket = budget.reserve(worst, for: passage.subject) { [self] outcome in
      switch outcome {
      case .failure(let error): passage.end(error)
      case .success(let reservation):
        let accepted = passage.call.onAccepted
        passage.call.onAccepted = { uuid in
          passage.uuid = uuid
          accepted?(uuid)
        }
        passage.goOn { [self] result in settle(reservation, after: result, passage) }
      }
    }
    passage.abandon = { [budget] in budget.cancel(ticket) }
  }

  /// What a call has cost, as far as its outcome tells.
  private func settle(
    _ reservation: Budget.Reservation, after result: CallResult, _ passage: Passage
  ) {
    if let credits = passage.call.credits.flatMap({ Credits($0) }) {
      budget.settle(reservation, actual: credits)
    } else if let uuid = passage.uuid {
      // Started and not waited for, or the wait was given up; or finished without a word of its cost.
      pending[uuid] = reservation
      budget.keep(reservation)
    } else if case .failure(let error) = result, BudgetInterceptor.wasRefused(error) {
      budget.settle(reservation, actual: .zero)
    } else {
      budget.keep(reservation)
    }
  }

  /// Work that went on has ended.
  func workEnded(uuid: String, credits: Credits) {
    guard let reservation = pending.removeValue(forKey: uuid) else { return }
    budget.settle(reservation, actual: credits)
  }

  /// Whether an error means that no work was started.
  private static func wasRefused(_ error: CargoError) -> Bool {
    switch error.kind {
    case .unknown, .run, .timeout: false
    case .cargo, .http: (error.status ?? 0) < 500
    case .permission, .budget, .argument, .cancelled, .journal, .file: true
    }
  }
}

/// A call on its way through the interceptor: it goes on or ends here, whichever comes first.
private final class Passage {
  let call: OperationCall
  /// The remote work, once it is known.
  var uuid: String?
  private(set) var isOver = false
  /// Gives up what is waited for.
  var abandon: (() -> Void)?
  private let next: any CallHandler
  private let loop: EventLoop
  private let completion: (CallResult) -> Void

  init(
    call: OperationCall, next: any CallHandler, loop: EventLoop,
    completion: @escaping (CallResult) -> Void
  ) {
    self.call = call
    self.next = next
    self.loop = loop
    self.completion = completion
  }

  /// What is called, for messages.
  var subject: String { call.actionName ?? call.operation.name }

  /// Hands the call to the next handler; from there on only that one ends it.
  func goOn(_ settle: @escaping (CallResult) -> Void = { _ in }) {
    guard !isOver else { return }
    isOver = true
    call.canceller = nil
    next.handle(call) { [completion] result in
      settle(result)
      completion(result)
    }
  }

  /// Ends the call here, unless it has gone on or ended. The completion comes at the loop's next
  /// turn: what ends a call may be known at once, and completions are never called from within one.
  func end(_ error: CargoError) {
    guard !isOver else { return }
    isOver = true
    call.canceller = nil
    abandon?()
    var error = error
    error.operation = call.operation.name
    loop.schedule(after: 0) { [completion] in completion(.failure(error)) }
  }
}
