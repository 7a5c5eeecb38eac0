/// Rows that come in pieces, in memory that does not grow with their number.
///
/// Bound to the loop's thread. Completions are called exactly once, on that thread, never from within
/// `next`.
public protocol RowSource: AnyObject {
  /// Gives the next rows; a piece without rows comes after the last. Ask for one piece at a time.
  func next(completion: @escaping (Result<RowPiece, CargoError>) -> Void)
  /// Lets everything go; a `next` under way fails.
  func close()
}

/// Some rows.
public struct RowPiece: Sendable {
  /// How the rows are written.
  public enum Form: Sendable {
    /// A JSON array of objects.
    case json
    /// A `RowBlockWriter`'s block.
    case block
  }

  /// How they are written.
  public let form: Form
  /// The rows.
  public let bytes: [UInt8]
  /// How many there are.
  public let count: Int

  /// Makes a piece.
  public init(_ form: Form, _ bytes: [UInt8], count: Int) {
    self.form = form
    self.bytes = bytes
    self.count = count
  }
}
