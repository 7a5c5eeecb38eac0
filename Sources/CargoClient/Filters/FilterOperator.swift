/// The operators of conditions (`cargo-platform.md` §6.2); the raw values are the wire's.
public enum FilterOperator: String, CaseIterable, Sendable {
  case `is`, isNot, contains, doesNotContain, startsWith, endsWith
  case greaterThan, lowerThan, between
  case isNull, isNotNull, isEmpty, isNotEmpty
  case isTrue, isFalse
  case matchConditions

  /// Whether the operator asks only whether there is a value: it works on columns of every type.
  public var asksForPresence: Bool {
    switch self {
    case .isNull, .isNotNull, .isEmpty, .isNotEmpty: true
    default: false
    }
  }

  /// The operator whose opposite this one is.
  public var opposed: FilterOperator? {
    switch self {
    case .isNot: .is
    case .doesNotContain: .contains
    default: nil
    }
  }

  /// What people write for an operator whose name is far from theirs.
  private static let synonyms: [String: FilterOperator] = [
    "=": .is, "==": .is, "eq": .is, "equals": .is, "equal": .is, "in": .is, "anyOf": .is,
    "!=": .isNot, "<>": .isNot, "neq": .isNot, "notEquals": .isNot, "notIn": .isNot,
    "notContains": .doesNotContain, "like": .contains, "includes": .contains,
    ">": .greaterThan, "gt": .greaterThan, "moreThan": .greaterThan, "after": .greaterThan,
    "<": .lowerThan, "lt": .lowerThan, "lessThan": .lowerThan, "before": .lowerThan,
    "null": .isNull, "missing": .isNull, "exists": .isNotNull, "notNull": .isNotNull,
    "range": .between, "true": .isTrue, "false": .isFalse, "blank": .isEmpty,
  ]

  /// The allowed operator that someone who wrote `word` most likely meant.
  public static func synonym(of word: String, among allowed: [FilterOperator]) -> FilterOperator? {
    synonyms[word].flatMap { allowed.contains($0) ? $0 : nil }
  }
}

/// The kinds of conditions; those before `objectProperty` are also the types of columns.
public enum FilterKind: String, CaseIterable, Sendable {
  case string, number, date, boolean, object, array, vector, any
  case objectProperty, segment, enrollment, occurrence, sql

  /// The operators that a kind has; empty for kinds that have their own members.
  public var operators: [FilterOperator] {
    let presence: [FilterOperator] = [.isNull, .isNotNull]
    let empty: [FilterOperator] = [.isEmpty, .isNotEmpty]
    let text: [FilterOperator] = [
      .is, .isNot, .contains, .doesNotContain, .startsWith, .endsWith,
    ]
    let range: [FilterOperator] = [.greaterThan, .lowerThan, .between]
    return switch self {
    case .string: text + presence + empty
    case .number, .date: [.is, .isNot] + range + presence
    case .boolean: [.isTrue, .isFalse] + presence
    case .object, .array: presence + [.matchConditions]
    case .vector, .any: presence
    case .objectProperty: text + range + presence + empty
    case .segment, .enrollment, .occurrence, .sql: []
    }
  }
}
