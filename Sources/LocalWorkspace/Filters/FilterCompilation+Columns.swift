import CargoClient
import SQLite

/// The operators of conditions on a column.
extension FilterCompilation {
  /// `isNull`, `isEmpty` and their opposites.
  func presence(_ operation: FilterOperator, of column: SQLFragment) -> SQLFragment {
    switch operation {
    case .isNull: "\(column) IS NULL"
    case .isNotNull: "\(column) IS NOT NULL"
    case .isEmpty: "(\(column) IS NULL OR \(column) = '')"
    default: "(\(column) IS NOT NULL AND \(column) <> '')"
    }
  }

  func valueCondition(
    _ condition: FilterCondition, _ kind: FilterKind, _ operation: FilterOperator,
    of column: SQLFragment
  ) throws -> SQLFragment {
    if let opposed = operation.opposed {
      return unless(try valueCondition(condition, kind, opposed, of: column), column)
    }
    switch kind {
    case .string: return try text(condition, operation, of: column)
    case .number: return try number(condition, operation, of: column)
    case .date: return try date(condition, operation, of: column)
    case .boolean: return "\(column) = \(operation == .isTrue ? "1" : "0")"
    default: return try matchConditions(condition, kind, of: column)
    }
  }

  /// The opposite of a positive condition, true for NULL unless the compiler is told otherwise.
  func unless(_ positive: SQLFragment, _ column: SQLFragment) -> SQLFragment {
    compiler.negativeMatchesNull
      ? positive.negated : .all(["\(column) IS NOT NULL", positive.negated])
  }

  private func text(
    _ condition: FilterCondition, _ operation: FilterOperator, of column: SQLFragment
  ) throws -> SQLFragment {
    let texts = try condition.texts()
    switch operation {
    case .contains: return find(texts, .anywhere, in: column)
    case .startsWith: return find(texts, .atStart, in: column)
    case .endsWith: return find(texts, .atEnd, in: column)
    default: return isOne(of: texts, column)
    }
  }

  /// Whether one of some texts is found in a text.
  func find(
    _ texts: [String], _ place: FilterFunctions.Place, in column: SQLFragment
  ) -> SQLFragment {
    guard !texts.isEmpty else { return .never }
    let function = SQLFragment(text: place.rawValue)
    return "\(function)(\(column), \(value: FilterFunctions.needles(texts)))"
  }

  /// Whether a text is one of several, in a form that can use an index.
  func isOne(of texts: [String], _ column: SQLFragment) -> SQLFragment {
    let bound = texts.map { SQLFragment(text: "?", bindings: [.text($0)]) }
    if bound.isEmpty { return .never }
    if bound.count == 1 { return "\(column) = \(bound[0])" }
    // SQLite binds a limited number of values: long lists travel as one. Its JSON ends texts at NUL.
    if bound.count > 64, !texts.contains(where: { $0.utf8.contains(0) }),
      let json = try? JSONValue.array(texts.map { .string($0) }).canonicalBytes()
    {
      return "\(column) IN (SELECT value FROM json_each(\(value: .utf8(json))))"
    }
    return "\(column) IN (\(.list(bound)))"
  }

  private func number(
    _ condition: FilterCondition, _ operation: FilterOperator, of column: SQLFragment
  ) throws -> SQLFragment {
    switch operation {
    // SQLite puts every text after every number; a text in a column of numbers is not greater.
    case .greaterThan:
      let value = try condition.number()
      return "(\(column) > \(value: value) AND typeof(\(column)) <> 'text')"
    case .lowerThan: return "\(column) < \(value: try condition.number())"
    case .between:
      let (first, last) = ("firstValue", "lastValue")
      return """
        \(column) BETWEEN \(value: try condition.number(first)) \
        AND \(value: try condition.number(last))
        """
    default:
      let values = try condition.numbers()
      if values.count == 1 { return "\(column) = \(value: values[0])" }
      let list = SQLFragment.list(values.map { "\(value: $0)" })
      return values.isEmpty ? .never : "\(column) IN (\(list))"
    }
  }

  private func date(
    _ condition: FilterCondition, _ operation: FilterOperator, of column: SQLFragment
  ) throws -> SQLFragment {
    try dateRanges(condition, operation, firstKey: "firstValue", lastKey: "lastValue")
      .map { $0.contains(column) }.joinedByAny
  }

  /// The spans of time that a date condition with a positive operator asks for.
  func dateRanges(
    _ condition: FilterCondition, _ operation: FilterOperator, firstKey: String, lastKey: String
  ) throws -> [TimeRange] {
    let now = compiler.now
    switch operation {
    case .greaterThan: return [.after(try condition.date(now: now).instant)]
    case .lowerThan: return [.before(try condition.date(now: now).instant)]
    case .between:
      return [
        TimeRange(
          first: try condition.date(firstKey, now: now).instant,
          last: try condition.date(lastKey, now: now).instant)
      ]
    default:
      return try condition.dates(now: now).map {
        $0.isDay ? .day(of: $0.instant) : TimeRange(first: $0.instant, last: $0.instant)
      }
    }
  }
}

extension [SQLFragment] {
  /// One of these holds.
  var joinedByAny: SQLFragment { .any(self) }
}
