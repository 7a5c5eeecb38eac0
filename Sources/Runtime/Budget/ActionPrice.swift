import CargoClient

/// What one execution of an action costs: a fixed part, and a part for each record that it returns
/// (`cargo-platform.md` §3.8, `credits.costs`).
public struct ActionPrice: Sendable, Equatable {
  /// Paid for each call, at most; an action that charges only for hits may cost less.
  public var perCall: Credits
  /// Paid for each record that comes back.
  public var perRecord: Credits

  /// Makes a price.
  public init(perCall: Credits, perRecord: Credits = .zero) {
    self.perCall = perCall
    self.perRecord = perRecord
  }

  /// Whether it costs nothing.
  public var isFree: Bool { perCall == .zero && perRecord == .zero }

  /// The most one call may cost.
  ///
  /// - Parameter limit: the most records that the call's data lets come back; nil when it says
  ///   nothing.
  public func worst(limit: Int?) -> Credits? {
    if perRecord == .zero { return perCall }
    return limit.map { perCall + perRecord * $0 }
  }
}
