extension WhereTyping {
  /// A column's slug, its type, and the members that say that it is a related model's.
  func column(
    _ name: WhereColumn, of model: Model
  ) throws(CargoError) -> (slug: String, type: FilterKind, related: [(String, JSONValue)]) {
    var owner = model
    var related: [(String, JSONValue)] = []
    if let reference = name.related {
      let uuid = try uuid(reference)
      owner = try self.model(uuid)
      related = [("relatedModelUuid", .string(uuid))]
    }
    guard let type = owner.columns[name.slug] else {
      let near = NearestName.suggest(name.slug, among: owner.columns.keys)
      let known = owner.columns.keys.sorted()
      throw CargoError(
        .argument, "\(name): \(owner.slug) has no column '\(name.slug)'", code: "columnNotFound",
        hint: near.map { "did you mean '\($0)'?" }
          ?? "it has \(known.prefix(20).joined(separator: ", "))")
    }
    let kind = FilterKind(rawValue: type).flatMap { $0.operators.isEmpty ? nil : $0 }
    return (name.slug, kind ?? .any, related)
  }

  static func article(_ kind: FilterKind) -> String {
    ([.object, .array, .any].contains(kind) ? "an " : "a ") + kind.rawValue
  }

  /// A condition on a column, or on a property of what is in it.
  mutating func comparison(
    _ name: WhereColumn, _ operation: WhereOperator, _ values: [JSONValue], of model: Model,
    _ isNegated: Bool
  ) throws(CargoError) -> BooleanTree {
    let (slug, type, related) = try column(name, of: model)
    if let property = name.property {
      return try self.property(
        property, of: slug, name, type, operation, values, related, model, isNegated)
    }
    let place = ColumnPlace(slug: slug, kind: type, related: related, text: name.description)
    if isNegated { return try opposite(place, operation, values) }
    return try condition(place, operation, values)
  }

  /// A column in a condition.
  struct ColumnPlace {
    let slug: String
    let kind: FilterKind
    let related: [(String, JSONValue)]
    /// As the recipe wrote it.
    let text: String
  }

  private mutating func condition(
    _ place: ColumnPlace, _ operation: WhereOperator, _ values: [JSONValue]
  ) throws(CargoError) -> BooleanTree {
    switch (operation, place.kind) {
    case (.is, .boolean), (.isNot, .boolean):
      return try truth(place, operation, values)
    // Only texts can be empty without being null.
    case (.isEmpty, let kind) where kind != .string:
      return try leaf(place, .isNull)
    case (.isNotEmpty, let kind) where kind != .string:
      return try leaf(place, .isNotNull)
    case (.greaterOrEqual, _):
      return .any([
        try condition(place, .greaterThan, values), try condition(place, .is, values),
      ])
    case (.lowerOrEqual, _):
      return .any([
        try condition(place, .lowerThan, values), try condition(place, .is, values),
      ])
    default: break
    }
    guard let wire = operation.wire, place.kind.operators.contains(wire) else {
      throw impossible(place, operation)
    }
    for value in values { try check(value, place) }
    switch (wire, place.kind) {
    case (_, _) where wire.asksForPresence || place.kind == .boolean:
      return try leaf(place, wire)
    case (_, .string):
      return try leaf(place, wire, [("values", .array(values))])
    case (.between, _):
      guard values.count == 2 else { throw impossible(place, operation) }
      return try leaf(place, wire, [("firstValue", values[0]), ("lastValue", values[1])])
    default:
      var parts: [BooleanTree] = []
      for value in values { parts.append(try leaf(place, wire, [("value", value)])) }
      return parts.count == 1 ? parts[0] : wire == .isNot ? .all(parts) : .any(parts)
    }
  }

  private mutating func leaf(
    _ place: ColumnPlace, _ operation: FilterOperator, _ values: [(String, JSONValue)] = []
  ) throws(CargoError) -> BooleanTree {
    try leaf(
      [
        ("kind", .string(place.kind.rawValue)), ("columnSlug", .string(place.slug)),
        ("operator", .string(operation.rawValue)),
      ] + values + place.related)
  }

  /// `is(true)` and `is_not(true)`.
  private mutating func truth(
    _ place: ColumnPlace, _ operation: WhereOperator, _ values: [JSONValue]
  ) throws(CargoError) -> BooleanTree {
    guard values.count == 1, let value = values[0].bool else {
      throw CargoError(
        .argument, "\(place.text) is a boolean column: \(operation.name) takes true or false")
    }
    let asked: FilterOperator = value ? .isTrue : .isFalse
    if operation == .is { return try leaf(place, asked) }
    let other: FilterOperator = value ? .isFalse : .isTrue
    return .any([try leaf(place, other), try leaf(place, .isNull)])
  }

  // MARK: - Opposites

  private mutating func opposite(
    _ place: ColumnPlace, _ operation: WhereOperator, _ values: [JSONValue]
  ) throws(CargoError) -> BooleanTree {
    if let simple = operation.opposite { return try condition(place, simple, values) }
    let parts: [(WhereOperator, [JSONValue])]
    switch (operation, place.kind) {
    case (.isTrue, .boolean): parts = [(.isFalse, [])]
    case (.isFalse, .boolean): parts = [(.isTrue, [])]
    // A date without a time is a day for some operators and its first moment for others.
    case (.greaterThan, .number): parts = [(.lowerOrEqual, values)]
    case (.greaterOrEqual, .number): parts = [(.lowerThan, values)]
    case (.lowerThan, .number): parts = [(.greaterOrEqual, values)]
    case (.lowerOrEqual, .number): parts = [(.greaterThan, values)]
    case (.between, .number) where values.count == 2:
      parts = [(.lowerThan, [values[0]]), (.greaterThan, [values[1]])]
    default:
      guard let wire = operation.wire ?? FilterOperator(rawValue: "greaterThan"),
        place.kind.operators.contains(wire)
      else { throw impossible(place, operation) }
      throw noOpposite("\(place.text):\(operation.name)", "ask for what it should be instead")
    }
    var trees = [try condition(place, .isNull, [])]
    for (operation, values) in parts { trees.append(try condition(place, operation, values)) }
    return .any(trees)
  }

  // MARK: - Refusals

  private func impossible(_ place: ColumnPlace, _ operation: WhereOperator) -> CargoError {
    var names = place.kind.operators.map(\.name)
    if names.contains("gt") { names += ["gte", "lte"] }
    if place.kind == .boolean { names += ["is", "is_not"] }
    return CargoError(
      .argument, "\(place.text): \(Self.article(place.kind)) column has no \(operation.name)",
      hint: "it has \(names.joined(separator: ", "))")
  }

  private func check(_ value: JSONValue, _ place: ColumnPlace) throws(CargoError) {
    let wanted: String
    switch place.kind {
    case .string:
      if value.string != nil { return }
      wanted = "a text"
    case .number:
      if value.double != nil { return }
      wanted = "a number"
    case .date:
      if let text = value.string, WhereDate.isDate(text) { return }
      wanted = "a date (\"2024-12-31\") or an age (\"3 months\")"
    default: return
    }
    let text = (try? value.canonicalBytes()).map { String(decoding: $0, as: UTF8.self) } ?? "?"
    throw CargoError(
      .argument,
      "\(place.text) is \(Self.article(place.kind)) column: a value must be \(wanted), got \(text)")
  }
}

extension WhereOperator {
  /// The operator that says the contrary by itself.
  var opposite: WhereOperator? {
    switch self {
    case .is: .isNot
    case .isNot: .is
    case .contains: .doesNotContain
    case .doesNotContain: .contains
    case .isNull: .isNotNull
    case .isNotNull: .isNull
    case .isEmpty: .isNotEmpty
    case .isNotEmpty: .isEmpty
    default: nil
    }
  }
}

/// Texts that conditions on dates take: ISO 8601 from the day on, or an age.
enum WhereDate {
  static func isDate(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    if isAge(text) { return true }
    guard bytes.count >= 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
      [0, 1, 2, 3, 5, 6, 8, 9].allSatisfy({ isDigit(bytes[$0]) })
    else { return false }
    let month = (bytes[5] - 48) * 10 + (bytes[6] - 48)
    let day = (bytes[8] - 48) * 10 + (bytes[9] - 48)
    guard (1...12).contains(month), (1...31).contains(day) else { return false }
    return bytes.count == 10 || bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: " ")
  }

  /// "3 months" (`cargo-platform.md` §6.2).
  private static func isAge(_ text: String) -> Bool {
    let words = text.split(separator: " ")
    guard words.count == 2, words[0].utf8.allSatisfy(isDigit) else { return false }
    let unit = words[1].hasSuffix("s") ? words[1].dropLast() : words[1]
    return ["day", "week", "month", "year"].contains(unit)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }
}
