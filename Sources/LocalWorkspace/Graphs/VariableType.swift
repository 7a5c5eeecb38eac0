import CargoClient

/// The types of `variables` and `end` nodes, and what a value becomes under each
/// (`cargo-platform.md` §5.3).
enum VariableType: String {
  case string, number, boolean, date, array, object, any

  /// The value as this type; null for what cannot be one. Nil, which is undefined, is null.
  func convert(_ value: JSONValue?) -> JSONValue {
    guard let value, !value.isNull else { return .null }
    switch self {
    case .any: return value
    case .string: return .string(value.text)
    case .number: return VariableType.number(value)
    case .boolean:
      switch value.string {
      case "true": return true
      case "false": return false
      default: return .bool(value.isTruthy)
      }
    case .date: return VariableType.date(value)
    case .array: return value.array != nil ? value : parsed(value) { $0.array != nil }
    case .object: return value.object != nil ? value : parsed(value) { $0.object != nil }
    }
  }

  private func parsed(_ value: JSONValue, if fits: (JSONValue) -> Bool) -> JSONValue {
    guard let text = value.string, let parsed = try? JSONValue(Array(text.utf8)), fits(parsed)
    else {
      return .null
    }
    return parsed
  }

  private static func number(_ value: JSONValue) -> JSONValue {
    if value.double != nil { return value }
    guard let text = value.string else { return .null }
    let trimmed = text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
    let digits = String(trimmed)
    if let number = Int64(digits) { return .int(number) }
    // Swift would take hexadecimal floats and names of infinities.
    let isDecimal = digits.utf8.allSatisfy {
      (48...57).contains($0) || "+-.eE".utf8.contains($0)
    }
    guard isDecimal, let number = Double(digits), number.isFinite else { return .null }
    return .double(number)
  }

  private static func date(_ value: JSONValue) -> JSONValue {
    if let number = value.double {
      // As far as JavaScript's dates reach.
      guard abs(number) <= 8.64e15 else { return .null }
      return .string(Timestamp.text(Int64(number)))
    }
    guard let text = value.string, let instant = Timestamp.parse(text) else { return .null }
    return .string(Timestamp.text(instant))
  }
}

extension JSONValue {
  /// JavaScript's truthiness.
  var isTruthy: Bool {
    switch self {
    case .null: false
    case .bool(let flag): flag
    case .int(let number): number != 0
    case .double(let number): number != 0 && !number.isNaN
    case .string(let text): !text.isEmpty
    case .array, .object: true
    }
  }

  /// The value as text: a text as it is, anything else as JSON.
  var text: String {
    if let string { return string }
    // Values that came from JSON can be written as JSON.
    return (try? canonicalBytes()).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}
