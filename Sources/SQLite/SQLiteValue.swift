/// A value as SQLite stores it.
public enum SQLiteValue: Sendable, Equatable {
  /// `NULL`.
  case null
  /// A 64-bit integer.
  case integer(Int64)
  /// A double.
  case real(Double)
  /// Text.
  case text(String)
  /// Text given as UTF-8 bytes.
  case utf8([UInt8])
  /// Bytes.
  case blob([UInt8])
}

extension SQLiteValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByNilLiteral
{
  /// Text.
  public init(stringLiteral value: String) { self = .text(value) }
  /// An integer.
  public init(integerLiteral value: Int64) { self = .integer(value) }
  /// A double.
  public init(floatLiteral value: Double) { self = .real(value) }
  /// `NULL`.
  public init(nilLiteral: ()) { self = .null }
}

extension SQLiteValue {
  /// Text, or `NULL` for nil.
  public static func optional(_ text: String?) -> SQLiteValue { text.map { .text($0) } ?? .null }
  /// An integer, or `NULL` for nil.
  public static func optional(_ number: Int64?) -> SQLiteValue {
    number.map { .integer($0) } ?? .null
  }
  /// A double, or `NULL` for nil.
  public static func optional(_ number: Double?) -> SQLiteValue {
    number.map { .real($0) } ?? .null
  }
}
