import CargoClient
import SQLite

/// Conditions on the JSON in object and array columns.
extension FilterCompilation {
  /// A property of a JSON object, as SQL sees it.
  private struct Property {
    /// SQLite's name of its type (`json_type`), NULL when it is missing.
    let type: SQLFragment
    /// Its value; objects and arrays as text.
    let value: SQLFragment

    /// A property of a text that is an object, or NULL.
    init(_ name: String, of object: SQLFragment) {
      if Property.isPlain(name) {
        let path = SQLFragment(text: "?", bindings: [.text("$." + name)])
        type = "json_type(\(object), \(path))"
        value = "json_extract(\(object), \(path))"
      } else {
        // SQLite's paths cannot name every key; the table of members can.
        let key = SQLFragment(text: "?", bindings: [.text(name)])
        type = "(SELECT type FROM json_each(\(object)) WHERE key = \(key) LIMIT 1)"
        value = "(SELECT value FROM json_each(\(object)) WHERE key = \(key) LIMIT 1)"
      }
    }

    private static func isPlain(_ name: String) -> Bool {
      !name.isEmpty
        && name.utf8.allSatisfy {
          $0 == 0x5F || ($0 >= 0x30 && $0 <= 0x39) || ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A)
        }
    }

    /// NULL when the property is missing or null.
    var presence: SQLFragment { "nullif(\(type), 'null')" }
  }

  /// A condition of kind `objectProperty` on an object column itself.
  func property(
    _ condition: FilterCondition, _ operation: FilterOperator, of column: FilterModel.Column,
    in scope: Scope
  ) throws -> SQLFragment {
    let object = json(scope.column(column.slug), type: "object")
    let compiled = try property(condition, operation, of: object)
    return column.type == "object" || operation.asksForPresence ? compiled : .never
  }

  /// `matchConditions`: the object, or one element of the array, satisfies the nested conditions.
  func matchConditions(
    _ condition: FilterCondition, _ kind: FilterKind, of column: SQLFragment
  ) throws -> SQLFragment {
    guard let nested = condition.value["conditions"]?.array else {
      throw FilterError.invalid(
        condition.path.key("conditions"), "matchConditions wants a list of conditions")
    }
    let joiner = try nestedConjunction(of: condition.value, at: condition.path)
    let document = json(column, type: kind == .object ? "object" : "array")
    // An element that is no object has no properties.
    let object: SQLFragment =
      kind == .object ? document : "CASE WHEN e.type = 'object' THEN e.value END"
    var parts: [SQLFragment] = []
    for (index, value) in nested.enumerated() {
      let inner = FilterCondition(value: value, path: condition.path.key("conditions", index))
      guard value.object != nil, try inner.kind() == .objectProperty else {
        throw FilterError.invalid(
          inner.path.key("kind"), "matchConditions takes conditions of kind \"objectProperty\"")
      }
      parts.append(try property(inner, inner.operation(of: .objectProperty), of: object))
    }
    guard let joiner else { return .never }
    let matches: SQLFragment = parts.isEmpty ? .always : joiner.join(parts)
    return kind == .object
      ? .all(["\(document) IS NOT NULL", matches])
      : "EXISTS (SELECT 1 FROM json_each(\(document)) AS e WHERE \(matches))"
  }

  /// The column's text when it is JSON of a type, else NULL. CASE, because SQLite's JSON functions
  /// stop the statement at a text that is not JSON.
  private func json(_ column: SQLFragment, type: SQLFragment) -> SQLFragment {
    """
    CASE WHEN json_valid(\(column)) THEN \
    CASE WHEN json_type(\(column)) = '\(type)' THEN \(column) END END
    """
  }

  // MARK: One property

  private func property(
    _ condition: FilterCondition, _ operation: FilterOperator, of object: SQLFragment
  ) throws -> SQLFragment {
    let property = Property(try condition.text("propertyName"), of: object)
    switch operation {
    case .isNull: return "\(property.presence) IS NULL"
    case .isNotNull: return "\(property.presence) IS NOT NULL"
    case .isEmpty: return try isEmpty(property)
    case .isNotEmpty: return try isEmpty(property).negated
    default:
      if let opposed = operation.opposed {
        return unless(try positive(condition, opposed, property), property.presence)
      }
      return try positive(condition, operation, property)
    }
  }

  private func isEmpty(_ property: Property) throws -> SQLFragment {
    """
    (\(property.presence) IS NULL OR (\(property.type) = 'text' AND \(property.value) = ''))
    """
  }

  private func positive(
    _ condition: FilterCondition, _ operation: FilterOperator, _ property: Property
  ) throws -> SQLFragment {
    switch operation {
    case .contains: return try find(condition, .anywhere, property)
    case .startsWith: return try find(condition, .atStart, property)
    case .endsWith: return try find(condition, .atEnd, property)
    case .greaterThan, .lowerThan, .between: return try range(condition, operation, property)
    default: return .any(try condition.list("value").map { try isEqual($0, $1, property) })
    }
  }

  private func find(
    _ condition: FilterCondition, _ place: FilterFunctions.Place, _ property: Property
  ) throws -> SQLFragment {
    .all(["\(property.type) = 'text'", find(try condition.texts(), place, in: property.value)])
  }

  /// Equality of the same type: the text "5" is not the number 5.
  private func isEqual(
    _ value: JSONValue, _ place: FilterPath, _ property: Property
  ) throws -> SQLFragment {
    switch value {
    case .string(let text):
      return .all(["\(property.type) = 'text'", "\(property.value) = \(value: .text(text))"])
    case .int(let number): return isEqual(.integer(number), property)
    case .double(let number): return isEqual(.real(number), property)
    case .bool(let bool): return bool ? "\(property.type) = 'true'" : "\(property.type) = 'false'"
    default:
      throw FilterError.invalid(
        place, "a property is compared with a text, a number or a truth value")
    }
  }

  private func isEqual(_ number: SQLiteValue, _ property: Property) -> SQLFragment {
    .all([isNumber(property), "\(property.value) = \(value: number)"])
  }

  private func isNumber(_ property: Property) -> SQLFragment {
    "\(property.type) IN ('integer', 'real')"
  }

  /// Numbers are compared with numbers, dates with texts that are dates.
  private func range(
    _ condition: FilterCondition, _ operation: FilterOperator, _ property: Property
  ) throws -> SQLFragment {
    let keys = operation == .between ? ["value", "otherValue"] : ["value"]
    let values = try keys.map { try condition.single($0) }
    let numbers = values.compactMap { FilterCondition.number($0.value) }
    if numbers.count == values.count {
      let comparison: SQLFragment =
        switch operation {
        case .greaterThan: "\(property.value) > \(value: numbers[0])"
        case .lowerThan: "\(property.value) < \(value: numbers[0])"
        default: "\(property.value) BETWEEN \(value: numbers[0]) AND \(value: numbers[1])"
        }
      return .all([isNumber(property), comparison])
    }
    for (value, place) in values {
      guard let text = value.string,
        FilterCondition.date(text, now: compiler.now) != nil
      else {
        throw FilterError.invalid(
          place, "\"\(operation.rawValue)\" on a property wants a number or a date")
      }
    }
    let ranges = try dateRanges(
      condition, operation, firstKey: "value", lastKey: "otherValue")
    return .all([
      "\(property.type) = 'text'", ranges.map { $0.contains(property.value) }.joinedByAny,
    ])
  }
}
