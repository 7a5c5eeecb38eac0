import CargoClient
import SQLite

/// One condition of a filter as the request wrote it, and the place of it.
struct FilterCondition {
  let value: JSONValue
  let path: FilterPath

  // MARK: Members

  /// The kind.
  func kind() throws -> FilterKind {
    let word = try text("kind")
    guard let kind = FilterKind(rawValue: word) else {
      throw FilterError.unknown(
        word, among: FilterKind.allCases.map(\.rawValue), path.key("kind"))
    }
    return kind
  }

  /// The operator, which the kind must have.
  func operation(of kind: FilterKind) throws -> FilterOperator {
    try operation(among: kind.operators, "operator", of: "kind \"\(kind.rawValue)\" has ")
  }

  private func operation(
    among allowed: [FilterOperator], _ key: String, of owner: String
  ) throws -> FilterOperator {
    let word = try text(key)
    if let operation = FilterOperator(rawValue: word), allowed.contains(operation) {
      return operation
    }
    let words = allowed.map(\.rawValue)
    let nearest =
      FilterOperator.synonym(of: word, among: allowed)?.rawValue
      ?? NearestName.suggest(word, among: words)
    throw FilterError.invalid(
      path.key(key),
      owner + "no operator \"\(word)\""
        + (nearest.map { ", did you mean \"\($0)\"?" }
          ?? "; it has " + words.joined(separator: ", ")))
  }

  /// The model's column that the condition is about.
  func column(of model: FilterModel) throws -> FilterModel.Column {
    // Computed columns' own filters say `slug` (`cargo-platform.md` §11 item 5).
    let key = value["columnSlug"] == nil && value["slug"] != nil ? "slug" : "columnSlug"
    let slug = try text(key)
    guard let column = model.column(slug) else {
      throw FilterError.column(slug, of: model, path.key(key))
    }
    return column
  }

  /// A text that must be there.
  func text(_ key: String) throws -> String {
    guard let text = try optionalText(key) else {
      throw FilterError.invalid(path.key(key), "\(key) is missing")
    }
    return text
  }

  /// A text that may be missing or null.
  func optionalText(_ key: String) throws -> String? {
    guard let member = value[key], !member.isNull else { return nil }
    guard let text = member.string else {
      throw FilterError.invalid(path.key(key), "\(key) is a text")
    }
    return text
  }

  /// A member that is itself a condition, such as `frequency`.
  func nested(_ key: String) -> FilterCondition? {
    guard let member = value[key], !member.isNull else { return nil }
    return FilterCondition(value: member, path: path.key(key))
  }

  // MARK: Values

  /// The value and its place. `value` and `values` stand for each other.
  private func given(_ key: String) throws -> (value: JSONValue, path: FilterPath) {
    let other = ["value": "values", "values": "value"][key]
    let used = value[key] == nil && other.map { value[$0] != nil } == true ? other ?? key : key
    guard let member = value[used] else {
      throw FilterError.invalid(path.key(key), "\(key) is missing")
    }
    guard !member.isNull else {
      throw FilterError.invalid(path.key(used), "\(used) is null; ask for null by \"isNull\"")
    }
    return (member, path.key(used))
  }

  /// The value as a list: a single one is a list of one.
  func list(_ key: String) throws -> [(value: JSONValue, path: FilterPath)] {
    let (member, place) = try given(key)
    guard let elements = member.array else { return [(member, place)] }
    return elements.enumerated().map { index, element in
      (element, FilterPath(description: "\(place)[\(index)]"))
    }
  }

  /// The only value.
  func single(_ key: String) throws -> (value: JSONValue, path: FilterPath) {
    let values = try list(key)
    guard values.count == 1 else {
      throw FilterError.invalid(path.key(key), "\(key) is one value, not \(values.count)")
    }
    return values[0]
  }

  /// `values` as texts; numbers and truth values as they are written in JSON.
  func texts() throws -> [String] {
    try list("values").map { element, place in
      switch element {
      case .string(let text): return text
      case .int(let number): return String(number)
      case .double, .bool:
        return String(decoding: try element.canonicalBytes(), as: UTF8.self)
      default: throw FilterError.invalid(place, "a condition on texts wants texts")
      }
    }
  }

  /// `value` as numbers.
  func numbers() throws -> [SQLiteValue] {
    try list("value").map { element, place in
      guard let number = Self.number(element) else { throw Self.noNumber(place) }
      return number
    }
  }

  /// A value as a number.
  func number(_ key: String = "value") throws -> SQLiteValue {
    let (element, place) = try single(key)
    guard let number = Self.number(element) else { throw Self.noNumber(place) }
    return number
  }

  private static func noNumber(_ place: FilterPath) -> CargoError {
    FilterError.invalid(place, "a condition on numbers wants a number")
  }

  /// A number, or a text that is one.
  static func number(_ value: JSONValue) -> SQLiteValue? {
    switch value {
    case .int(let number): return .integer(number)
    case .double(let number): return .real(number)
    case .string(let text):
      if let number = Int64(text) { return .integer(number) }
      guard text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }),
        let number = Double(text), number.isFinite
      else { return nil }
      return .real(number)
    default: return nil
    }
  }

  /// A moment, and whether it is a whole day.
  typealias Date = (instant: Instant, isDay: Bool)

  /// `value` as dates.
  func dates(now: Instant) throws -> [Date] {
    try list("value").map { try Self.date($0, $1, now: now) }
  }

  /// A value as a date.
  func date(_ key: String = "value", now: Instant) throws -> Date {
    let (element, place) = try single(key)
    return try Self.date(element, place, now: now)
  }

  private static func date(_ value: JSONValue, _ place: FilterPath, now: Instant) throws -> Date {
    guard let date = value.string.flatMap({ date($0, now: now) }) else {
      throw FilterError.invalid(
        place, "a condition on dates wants a date (\"2024-12-31\") or an age (\"3 months\")")
    }
    return date
  }

  /// A date, or the moment of an age. An age names a day where a day is compared.
  static func date(_ text: String, now: Instant) -> Date? {
    Instant.parse(text) ?? RelativeAge.moment(text, before: now).map { ($0, true) }
  }
}
