import CargoClient
import SQLite

/// One compilation: what is in scope, and the counters.
struct FilterCompilation {
  /// More conditions than any person writes: a request must not make a statement of any size.
  static let maximumConditions = 1_000

  let compiler: FilterCompiler
  /// The segments whose filters are being compiled, to find circles.
  var openSegments: [String] = []
  private var aliases = 0
  private var conditions = 0

  init(compiler: FilterCompiler) { self.compiler = compiler }

  /// A model and the alias of its table.
  struct Scope {
    let model: FilterModel
    let alias: String

    /// A column of the table.
    func column(_ slug: String) -> SQLFragment { "\(name: alias).\(name: slug)" }
    /// The table under its alias.
    var table: SQLFragment { "\(name: model.table) AS \(name: alias)" }
  }

  /// A scope of its own for a table inside a subquery.
  mutating func newScope(_ model: FilterModel) -> Scope {
    aliases += 1
    return Scope(model: model, alias: "t\(aliases)")
  }

  // MARK: Filter and groups

  /// A filter: groups joined by the outer `conjonction`.
  mutating func filter(
    _ filter: JSONValue, in scope: Scope, at path: FilterPath
  ) throws -> SQLFragment {
    guard let members = filter.object else {
      throw FilterError.invalid(path, "a filter is an object with conjonction and groups")
    }
    // Not an error on the platform either: a filter that says `conjunction` finds nothing.
    guard let joiner = try conjunction(of: filter, at: path) else { return .never }
    guard let groups = members["groups"]?.array else {
      throw FilterError.invalid(path.key("groups"), "groups is a list of groups of conditions")
    }
    var parts: [SQLFragment] = []
    for (index, group) in groups.enumerated() {
      let place = path.key("groups", index)
      guard group.object != nil, let conditions = group["conditions"]?.array else {
        throw FilterError.invalid(place, "a group is an object with conjonction and conditions")
      }
      guard let inner = try conjunction(of: group, at: place) else {
        parts.append(.never)
        continue
      }
      // A group without conditions says nothing: neither true nor false may come of it.
      if conditions.isEmpty { continue }
      parts.append(try self.conditions(conditions, joiner: inner, in: scope, at: place))
    }
    return parts.isEmpty ? .always : joiner.join(parts)
  }

  /// Conditions, each compiled, joined.
  mutating func conditions(
    _ conditions: [JSONValue], joiner: Joiner, in scope: Scope, at path: FilterPath
  ) throws -> SQLFragment {
    var parts: [SQLFragment] = []
    for (index, value) in conditions.enumerated() {
      parts.append(try condition(value, in: scope, at: path.key("conditions", index)))
    }
    return joiner.join(parts)
  }

  /// How parts are joined.
  enum Joiner: String {
    case and, or

    func join(_ parts: [SQLFragment]) -> SQLFragment {
      self == .and ? .all(parts) : .any(parts)
    }
  }

  /// The member `conjonction`; nil when it is missing.
  private func conjunction(of value: JSONValue, at path: FilterPath) throws -> Joiner? {
    guard let member = value["conjonction"] else { return nil }
    guard let joiner = member.string.flatMap(Joiner.init) else {
      throw FilterError.invalid(path.key("conjonction"), "conjonction is \"and\" or \"or\"")
    }
    return joiner
  }

  /// The member `conjonction` of nested conditions, where `and` goes without saying; nil when it is
  /// misspelt.
  func nestedConjunction(of value: JSONValue, at path: FilterPath) throws -> Joiner? {
    if value["conjonction"] == nil && value["conjunction"] == nil { return .and }
    return try conjunction(of: value, at: path)
  }

  // MARK: Conditions

  /// One condition of any kind.
  mutating func condition(
    _ value: JSONValue, in scope: Scope, at path: FilterPath
  ) throws -> SQLFragment {
    conditions += 1
    guard conditions <= Self.maximumConditions else {
      throw FilterError.invalid(path, "a filter has at most \(Self.maximumConditions) conditions")
    }
    guard value.object != nil else {
      throw FilterError.invalid(path, "a condition is an object with kind, columnSlug and operator")
    }
    let condition = FilterCondition(value: value, path: path)
    switch try condition.kind() {
    case .segment: return try segment(condition, in: scope)
    case .enrollment: return try enrollment(condition, in: scope)
    case .occurrence: return try occurrence(condition, in: scope)
    case .sql: return try clause(condition, in: scope)
    case let kind: return try columnCondition(condition, kind: kind, in: scope)
    }
  }

  /// A condition with `columnSlug`, about this model or a related one.
  private mutating func columnCondition(
    _ condition: FilterCondition, kind: FilterKind, in scope: Scope
  ) throws -> SQLFragment {
    guard let related = try condition.optionalText("relatedModelUuid")?.lowercased(),
      related != scope.model.uuid
    else { return try columnCondition(condition, kind: kind, of: scope) }
    let link = try link(from: scope, to: related, condition.path.key("relatedModelUuid"))
    let inner = try columnCondition(condition, kind: kind, of: link.scope)
    let found = link.contains(where: inner)
    // Without a related record the condition is asked of NULL.
    guard try holdsForNull(condition, kind: kind, of: link.scope) else { return found }
    return .any([found, link.isAbsent])
  }

  private func columnCondition(
    _ condition: FilterCondition, kind: FilterKind, of scope: Scope
  ) throws -> SQLFragment {
    let column = try condition.column(of: scope.model)
    let operation = try condition.operation(of: kind)
    if kind == .objectProperty {
      return try property(condition, operation, of: column, in: scope)
    }
    let name = scope.column(column.slug)
    if operation.asksForPresence { return presence(operation, of: name) }
    // A kind that is not the column's type finds nothing, negative operators included
    // (`cargo-platform.md` §6.2, §11 item 9); its values are looked at all the same.
    let compiled = try valueCondition(condition, kind, operation, of: name)
    return kind.rawValue == column.type ? compiled : .never
  }

  private func holdsForNull(
    _ condition: FilterCondition, kind: FilterKind, of scope: Scope
  ) throws -> Bool {
    let operation = try condition.operation(of: kind)
    switch operation {
    case .isNull, .isEmpty: return true
    case .isNot, .doesNotContain:
      let type = try condition.column(of: scope.model).type
      return compiler.negativeMatchesNull && (kind.rawValue == type || kind == .objectProperty)
    default: return false
    }
  }
}
