import CargoClient
import SQLite

/// A piece of SQL and the values bound in it, in the order of its `?`.
///
/// Built by interpolation that knows only fragments, names and values: text from outside cannot get
/// into the SQL by accident.
///
///     "\(column) = \(value: .text(country))"
struct SQLFragment: Equatable, Sendable {
  /// The SQL.
  var text: String
  /// What is bound.
  var bindings: [SQLiteValue] = []
  /// Whether a part of it came with the request as SQL (`sql` conditions).
  var hasRawSQL = false

  /// True for every row.
  static let always: SQLFragment = "1"
  /// True for no row.
  static let never: SQLFragment = "0"

  /// All of these hold.
  static func all(_ parts: [SQLFragment]) -> SQLFragment {
    let parts = parts.filter { $0 != .always }
    if parts.contains(.never) { return .never }
    return balanced(parts[...], " AND ") ?? .always
  }

  /// One of these holds.
  static func any(_ parts: [SQLFragment]) -> SQLFragment {
    let parts = parts.filter { $0 != .never }
    if parts.contains(.always) { return .always }
    return balanced(parts[...], " OR ") ?? .never
  }

  /// This does not hold: false or unknown.
  var negated: SQLFragment {
    if self == .always { return .never }
    return self == .never ? .always : "(\(self)) IS NOT TRUE"
  }

  /// The parts in a list, with commas.
  static func list(_ parts: [SQLFragment]) -> SQLFragment {
    SQLFragment(
      text: parts.map(\.text).joined(separator: ", "), bindings: parts.flatMap(\.bindings),
      hasRawSQL: parts.contains(where: \.hasRawSQL))
  }

  /// Parts joined as a tree of equal halves: SQLite limits the depth of an expression, not its size.
  private static func balanced(_ parts: ArraySlice<SQLFragment>, _ joiner: String) -> SQLFragment? {
    guard parts.count > 1 else { return parts.first }
    let middle = parts.startIndex + parts.count / 2
    guard let left = balanced(parts[..<middle], joiner),
      let right = balanced(parts[middle...], joiner)
    else { return nil }
    return SQLFragment(
      text: "(\(left.text)\(joiner)\(right.text))", bindings: left.bindings + right.bindings,
      hasRawSQL: left.hasRawSQL || right.hasRawSQL)
  }
}

extension SQLFragment: ExpressibleByStringInterpolation {
  init(stringLiteral value: String) { self.init(text: value) }

  init(stringInterpolation: StringInterpolation) { self = stringInterpolation.fragment }

  /// What may stand between the literal parts.
  struct StringInterpolation: StringInterpolationProtocol {
    var fragment = SQLFragment(text: "")

    init(literalCapacity: Int, interpolationCount: Int) {
      fragment.text.reserveCapacity(literalCapacity)
    }

    mutating func appendLiteral(_ literal: String) { fragment.text += literal }

    /// Another fragment with its values.
    mutating func appendInterpolation(_ other: SQLFragment) {
      fragment.text += other.text
      fragment.bindings += other.bindings
      fragment.hasRawSQL = fragment.hasRawSQL || other.hasRawSQL
    }

    /// A name, quoted.
    mutating func appendInterpolation(name: String) { fragment.text += name.quotedSQLName }

    /// A value, bound.
    mutating func appendInterpolation(value: SQLiteValue) {
      fragment.text += "?"
      fragment.bindings.append(value)
    }
  }
}
