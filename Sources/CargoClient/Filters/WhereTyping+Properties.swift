extension WhereTyping {
  /// A property in a condition.
  struct PropertyPlace {
    let column: String
    let property: String
    /// As the recipe wrote it.
    let text: String
    var related: [(String, JSONValue)] = []
  }

  /// `where.meta.plan:is("pro")`: of an object itself; of a list, in one element of it.
  mutating func property(
    _ property: String, of slug: String, _ name: WhereColumn, _ type: FilterKind,
    _ operation: WhereOperator, _ values: [JSONValue], _ related: [(String, JSONValue)],
    _ model: Model, _ isNegated: Bool
  ) throws(CargoError) -> BooleanTree {
    switch type {
    case .object:
      let place = PropertyPlace(
        column: slug, property: property, text: name.description, related: related)
      return try self.property(place, operation, values, isNegated)
    case .array:
      guard !isNegated else {
        throw noOpposite("\(name):\(operation.name)", "ask for what an element should be instead")
      }
      var column = name
      column.property = nil
      return try matches(
        column, .comparison(WhereColumn(slug: property), operation, values), of: model)
    default:
      throw CargoError(
        .argument, "\(name): \(Self.article(type)) column has no properties",
        hint: "only object and array columns have them")
    }
  }

  mutating func property(
    _ place: PropertyPlace, _ operation: WhereOperator, _ values: [JSONValue], _ isNegated: Bool
  ) throws(CargoError) -> BooleanTree {
    guard isNegated else { return try property(place, operation, values) }
    guard let opposite = operation.opposite else {
      throw noOpposite("\(place.text):\(operation.name)", "ask for what it should be instead")
    }
    return try property(place, opposite, values)
  }

  private mutating func property(
    _ place: PropertyPlace, _ operation: WhereOperator, _ values: [JSONValue]
  ) throws(CargoError) -> BooleanTree {
    switch operation {
    case .greaterOrEqual:
      return .any([try property(place, .greaterThan, values), try property(place, .is, values)])
    case .lowerOrEqual:
      return .any([try property(place, .lowerThan, values), try property(place, .is, values)])
    case .isTrue: return try leaf(place, .is, [("value", true)])
    case .isFalse: return try leaf(place, .is, [("value", false)])
    case .isNull, .isNotNull, .isEmpty, .isNotEmpty:
      return try leaf(place, operation)
    case .between:
      for value in values { try checkRange(value, place, operation) }
      guard values.count == 2 else { break }
      return try leaf(place, operation, [("value", values[0]), ("otherValue", values[1])])
    default:
      var parts: [BooleanTree] = []
      for value in values {
        switch operation {
        case .greaterThan, .lowerThan: try checkRange(value, place, operation)
        case .is, .isNot: break
        default: try checkText(value, place, operation)
        }
        parts.append(try leaf(place, operation, [("value", value)]))
      }
      let isNegative = operation == .isNot || operation == .doesNotContain
      return parts.count == 1 ? parts[0] : isNegative ? .all(parts) : .any(parts)
    }
    throw CargoError(.argument, "\(place.text): between takes two values")
  }

  private mutating func leaf(
    _ place: PropertyPlace, _ operation: WhereOperator, _ values: [(String, JSONValue)] = []
  ) throws(CargoError) -> BooleanTree {
    try leaf(
      [
        ("kind", "objectProperty"), ("columnSlug", .string(place.column)),
        ("propertyName", .string(place.property)), ("operator", .string(operation.rawValue)),
      ] + values + place.related)
  }

  private func checkRange(
    _ value: JSONValue, _ place: PropertyPlace, _ operation: WhereOperator
  ) throws(CargoError) {
    if value.double != nil { return }
    if let text = value.string, WhereDate.isDate(text) { return }
    throw CargoError(
      .argument, "\(place.text): \(operation.name) takes a number or a date on a property")
  }

  private func checkText(
    _ value: JSONValue, _ place: PropertyPlace, _ operation: WhereOperator
  ) throws(CargoError) {
    if value.string != nil { return }
    throw CargoError(.argument, "\(place.text): \(operation.name) takes a text")
  }
}
