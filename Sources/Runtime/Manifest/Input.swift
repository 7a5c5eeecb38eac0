import CargoClient

/// The value of an input, converted and checked.
public enum InputValue: Sendable, Hashable {
  /// Text.
  case string(String)
  /// A whole number.
  case integer(Int64)
  /// A number.
  case number(Double)
  /// True or false.
  case boolean(Bool)
  /// Texts.
  case list([String])
}

extension InputValue: CustomStringConvertible {
  /// As it would be written on the command line.
  public var description: String {
    switch self {
    case .string(let text): text
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .boolean(let value): "\(value)"
    case .list(let items): items.joined(separator: ", ")
    }
  }
}

/// One input that a manifest declares.
public struct Input: Sendable, Equatable {
  /// Its name in `inputs`, in snake_case.
  public let name: String
  /// Its type.
  public let type: InputType
  /// What it is when nobody gives it.
  public let defaultValue: InputValue?
  /// The least number.
  public let min: Double?
  /// The largest number.
  public let max: Double?
  /// The only values; empty for any.
  public let choices: [InputValue]
  /// One line of help.
  public let help: String?
  /// Whether the recipe refuses to run without it.
  public let isRequired: Bool

  /// The types an input may have.
  public enum InputType: String, Sendable, CaseIterable {
    case string, integer, number, boolean
    /// Texts, by repeating the flag.
    case list
  }

  /// The flag on the command line, without its dashes: `per-row` for `per_row`.
  public var flag: String { String(name.map { $0 == "_" ? "-" : $0 }) }

  /// Reads a declaration.
  init(name: String, _ node: ManifestNode, at path: String) throws(ManifestError) {
    let table = try ManifestTable(
      node, at: path,
      keys: ["type", "default", "min", "max", "choices", "help", "required"])
    self.name = name
    type = try Input.type(table)
    help = try table.string("help")
    (min, max) = try Input.bounds(table, type)
    choices = try Input.choices(table, type)
    if let node = table["default"] {
      defaultValue = try Input.value(node, type, at: table.field("default"))
    } else {
      defaultValue = nil
    }
    let required = try table.boolean("required")
    if required == true && defaultValue != nil {
      throw ManifestError(table.field("required"), "cannot be true beside a default")
    }
    isRequired = required ?? (defaultValue == nil)
    if let defaultValue, let reason = refusal(of: defaultValue) {
      throw ManifestError(table.field("default"), reason)
    }
  }

  private static func type(_ table: ManifestTable) throws(ManifestError) -> InputType {
    if let name = try table.string("type") {
      if let type = InputType(rawValue: name) { return type }
      let known = InputType.allCases.map(\.rawValue)
      throw ManifestError(
        table.field("type"), "is not known: \(name)",
        hint: NearestName.suggest(name, among: known).map { "did you mean \($0)?" }
          ?? "one of \(known.joined(separator: ", "))")
    }
    switch table["default"] {
    case .integer: return .integer
    case .number: return .number
    case .boolean: return .boolean
    case .list: return .list
    default: return .string
    }
  }

  private static func bounds(
    _ table: ManifestTable, _ type: InputType
  ) throws(ManifestError) -> (min: Double?, max: Double?) {
    func bound(_ key: String) throws(ManifestError) -> Double? {
      guard let node = table[key] else { return nil }
      guard type == .integer || type == .number else {
        throw ManifestError(
          table.field(key), "is for numbers, and this is of type \(type.rawValue)")
      }
      switch node {
      case .integer(let value): return Double(value)
      case .number(let value) where type == .number && !value.isNaN: return value
      default:
        throw table.mismatch(key, type == .integer ? "a whole number" : "a number", node)
      }
    }
    let (min, max) = (try bound("min"), try bound("max"))
    if let min, let max, min > max {
      throw ManifestError(table.field("min"), "is above max")
    }
    return (min, max)
  }

  private static func choices(
    _ table: ManifestTable, _ type: InputType
  ) throws(ManifestError) -> [InputValue] {
    guard let node = table["choices"] else { return [] }
    guard type != .boolean else {
      throw ManifestError(table.field("choices"), "is not for booleans")
    }
    guard let items = ManifestTable.items(node), !items.isEmpty else {
      throw ManifestError(table.field("choices"), "must be a list of values, not \(node.kind)")
    }
    var choices: [InputValue] = []
    for (index, item) in items.enumerated() {
      choices.append(
        try value(
          item, type == .list ? .string : type, at: "\(table.field("choices"))[\(index + 1)]"))
    }
    return choices
  }

  /// A value of the manifest (a default, a choice) as the input's type.
  private static func value(
    _ node: ManifestNode, _ type: InputType, at path: String
  ) throws(ManifestError) -> InputValue {
    switch (type, node) {
    case (.string, .string(let text)): return .string(text)
    case (.integer, .integer(let value)): return .integer(value)
    case (.number, .integer(let value)): return .number(Double(value))
    case (.number, .number(let value)) where value.isFinite: return .number(value)
    case (.boolean, .boolean(let value)): return .boolean(value)
    case (.integer, .number(let value)):
      if let whole = Int64(exactly: value) { return .integer(whole) }
    case (.list, _):
      guard let items = ManifestTable.items(node) else { break }
      var texts: [String] = []
      for (index, item) in items.enumerated() {
        guard case .string(let text) = item else {
          throw ManifestError("\(path)[\(index + 1)]", "must be a string, not \(item.kind)")
        }
        texts.append(text)
      }
      return .list(texts)
    default: break
    }
    throw ManifestError(path, "must be \(type.article), not \(node.kind)")
  }

  /// Why a value of the right type is not allowed; nil when it is.
  func refusal(of value: InputValue) -> String? {
    switch value {
    case .integer(let number): return outOfBounds(Double(number)) ?? notAChoice(value)
    case .number(let number): return outOfBounds(number) ?? notAChoice(value)
    case .list(let items):
      for item in items {
        if let reason = notAChoice(.string(item)) { return reason }
      }
      return nil
    case .string, .boolean: return notAChoice(value)
    }
  }

  private func outOfBounds(_ value: Double) -> String? {
    if let min, value < min { return "must be at least \(Input.text(min))" }
    if let max, value > max { return "must be at most \(Input.text(max))" }
    return nil
  }

  private func notAChoice(_ value: InputValue) -> String? {
    if choices.isEmpty || choices.contains(value) { return nil }
    return "must be one of \(choices.map(\.description).joined(separator: ", "))"
  }

  /// A bound without needless decimals.
  static func text(_ value: Double) -> String {
    Int64(exactly: value).map(String.init) ?? "\(value)"
  }
}

extension Input.InputType {
  /// For messages: "a whole number".
  var article: String {
    switch self {
    case .string: "a string"
    case .integer: "a whole number"
    case .number: "a number"
    case .boolean: "true or false"
    case .list: "a list of strings"
    }
  }
}
