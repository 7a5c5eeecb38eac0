public import CargoClient

/// What a call may cost at worst.
public enum Quote: Sendable, Equatable {
  /// At most this much; zero is free.
  case atMost(Credits)
  /// Nobody can say: why.
  case unbounded(reason: String)
}

/// Tells what calls may cost.
public protocol Pricing: AnyObject {
  /// Quotes a call. `completion` is called exactly once, from within when the price is known.
  func quote(
    _ call: OperationCall, completion: @escaping (Result<Quote, CargoError>) -> Void)
}
