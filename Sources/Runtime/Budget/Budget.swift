public import CargoClient

/// The credits of a run: reserved before a call is sent, settled when its cost is known, so that
/// calls in parallel cannot spend more than the limit together (`design.md` §5).
///
/// A call that does not fit waits, in order, for calls in flight to settle below their worst case;
/// it is refused once nothing is in flight that could make room. Bound to the loop's thread; does no
/// I/O.
public final class Budget {
  /// A part of the budget that is set aside for one call.
  public struct Reservation: Equatable {
    fileprivate let id: UInt64
    /// How much.
    public let amount: Credits
  }

  /// Names a reservation that waits.
  public struct Ticket: Hashable {
    fileprivate let id: UInt64
  }

  /// The outcome of asking for a reservation.
  public typealias Outcome = Result<Reservation, CargoError>

  /// Whether an amount could be reserved.
  public enum Outlook: Sendable, Equatable {
    /// At once.
    case fits
    /// Perhaps, when calls in flight cost less than they could.
    case waits
    /// Not any more.
    case exceeds
  }

  private struct Waiting {
    let id: UInt64
    let amount: Credits
    let subject: String
    let completion: (Outcome) -> Void
  }

  /// The limit; nil for none.
  public let limit: Credits?
  /// What finished calls have cost.
  public private(set) var spent = Credits.zero
  /// What calls in flight may cost at worst.
  public private(set) var reserved = Credits.zero
  /// What calls may have cost whose outcome is not known yet, and perhaps never will be.
  public private(set) var unsettled = Credits.zero

  private var inFlight: Set<UInt64> = []
  private var kept: Set<UInt64> = []
  private var queue: [Waiting] = []
  private var nextID: UInt64 = 0
  private var isServing = false

  /// Makes a budget: the lowest of the limits that are given, none when none is.
  public init(_ limits: Credits?...) {
    limit = limits.compactMap(\.self).min()
  }

  /// What is left when every call in flight costs its worst; nil without a limit.
  public var available: Credits? { limit.map { $0 - spent - unsettled - reserved } }

  /// Looks whether an amount could be reserved, without doing so.
  public func quote(_ amount: Credits) -> Outlook {
    guard let limit else { return .fits }
    if amount > limit - spent - unsettled { return .exceeds }
    return queue.isEmpty && amount <= limit - spent - unsettled - reserved ? .fits : .waits
  }

  /// Sets `worst` aside. `completion` is called once: from within when the answer is known at once,
  /// else when calls in flight have settled.
  ///
  /// - Parameters:
  ///   - worst: the most the call may cost.
  ///   - subject: what is to be called, for the message of a refusal.
  /// - Returns: a ticket to give up waiting with.
  @discardableResult
  public func reserve(
    _ worst: Credits, for subject: String, completion: @escaping (Outcome) -> Void
  ) -> Ticket {
    let id = nextID
    nextID += 1
    switch quote(worst) {
    case .fits: completion(.success(grant(worst, id)))
    case .exceeds: completion(.failure(refusal(of: worst, for: subject)))
    case .waits:
      queue.append(Waiting(id: id, amount: worst, subject: subject, completion: completion))
    }
    return Ticket(id: id)
  }

  /// Gives up waiting: the completion will not be called. Returns whether it was still waiting.
  @discardableResult
  public func cancel(_ ticket: Ticket) -> Bool {
    guard let index = queue.firstIndex(where: { $0.id == ticket.id }) else { return false }
    queue.remove(at: index)
    serve()
    return true
  }

  /// The call has cost `actual`, which may be nothing (it was never sent, or refused). Also for a
  /// reservation that was kept, when its cost becomes known after all.
  public func settle(_ reservation: Reservation, actual: Credits) {
    if inFlight.remove(reservation.id) != nil {
      reserved -= reservation.amount
    } else if kept.remove(reservation.id) != nil {
      unsettled -= reservation.amount
    } else {
      return
    }
    spent += actual
    serve()
  }

  /// Nobody knows what the call has cost: the reservation is kept until somebody does.
  public func keep(_ reservation: Reservation) {
    guard inFlight.remove(reservation.id) != nil else { return }
    reserved -= reservation.amount
    kept.insert(reservation.id)
    unsettled += reservation.amount
    serve()
  }

  private func grant(_ amount: Credits, _ id: UInt64) -> Reservation {
    inFlight.insert(id)
    reserved += amount
    return Reservation(id: id, amount: amount)
  }

  /// Answers those at the head of the queue whose answer is known now.
  private func serve() {
    // A completion may settle or reserve in turn; the outermost call goes on with the queue.
    if isServing { return }
    isServing = true
    defer { isServing = false }
    while let head = queue.first, let limit {
      let room = limit - spent - unsettled
      if head.amount > room {
        queue.removeFirst()
        head.completion(.failure(refusal(of: head.amount, for: head.subject)))
      } else if head.amount <= room - reserved {
        queue.removeFirst()
        head.completion(.success(grant(head.amount, head.id)))
      } else {
        return
      }
    }
  }

  private func refusal(of worst: Credits, for subject: String) -> CargoError {
    let limit = limit ?? .zero
    var state = "\(spent) spent"
    if reserved > .zero { state += ", \(reserved) reserved for calls in flight" }
    if unsettled > .zero { state += ", \(unsettled) kept for calls whose cost is not known" }
    return CargoError(
      .budget,
      "\(subject) may cost \(worst) credits, more than is left of the budget of \(limit): \(state)",
      hint: "--budget \(spent + unsettled + reserved + worst) would cover it")
  }
}
