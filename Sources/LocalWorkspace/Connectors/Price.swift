/// What an action costs. Amounts are millionths of a credit, so that sums are exact.
public struct Price: Sendable, Equatable {
  /// What the amount is charged for (`gtm-recipes.md`, "Prices").
  public enum Shape: String, Sendable, CaseIterable {
    /// Each call that is answered, found or not.
    case call
    /// Each record that comes back.
    case returned
    /// Each call that finds something; a miss is free.
    case hit
  }

  /// What is charged for.
  public let shape: Shape
  /// The amount, in millionths of a credit.
  public let microcredits: Int64

  /// Makes a price.
  public init(_ shape: Shape, microcredits: Int64) {
    self.shape = shape
    self.microcredits = microcredits
  }

  /// Makes a price from credits.
  public init(_ shape: Shape, credits: Double) {
    self.init(shape, microcredits: Int64((credits * 1e6).rounded()))
  }

  /// Costs nothing.
  public static let free = Price(.call, microcredits: 0)

  /// What an answer costs, in millionths of a credit.
  func charge(isHit: Bool, returnedCount: Int) -> Int64 {
    switch shape {
    case .call: microcredits
    case .returned: microcredits * Int64(returnedCount)
    case .hit: isHit ? microcredits : 0
    }
  }
}
