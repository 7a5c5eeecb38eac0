/// A filter that a recipe built with `where` (`design.md` §4.1): a tree of conditions without kinds, which
/// the columns of the model give it.
///
/// The JSON that it is read from is what `where.lua` builds: each node says in the member `cargo.where`
/// what it is.
public struct WhereExpression {
  /// The member that tells such a node from a filter of the wire.
  public static let mark = "cargo.where"

  /// The most conditions of a filter.
  public static let maximumConditions = 200

  let root: Node

  /// A part of the tree.
  indirect enum Node {
    case everything
    case all([Node])
    case any([Node])
    case not(Node)
    case comparison(WhereColumn, WhereOperator, [JSONValue])
    case matches(WhereColumn, Node)
    case segment(FilterCatalog.Reference, isIn: Bool)
    case enrollment(WhereEnrollment)
    case occurrence(FilterCatalog.Reference, Node, WhereCount)
    case sql(name: String, clause: String)
  }

  /// Whether a value is such a tree.
  public static func isWhere(_ value: JSONValue) -> Bool { value[mark] != nil }

  /// Reads a tree.
  /// - Throws: An error of the kind `argument` about what `where.lua` cannot see is wrong.
  public init(_ value: JSONValue) throws(CargoError) {
    root = try WhereExpression.node(value)
  }

  /// Everything that is named and needs a uuid; models of whose columns something is said are among it.
  public var references: Set<FilterCatalog.Reference> {
    var found: Set<FilterCatalog.Reference> = []
    WhereExpression.collect(root, into: &found)
    return found
  }

  private static func collect(_ node: Node, into found: inout Set<FilterCatalog.Reference>) {
    switch node {
    case .everything, .sql: break
    case .all(let items), .any(let items):
      for item in items { collect(item, into: &found) }
    case .not(let item): collect(item, into: &found)
    // What is in the parentheses of matches() are properties.
    case .comparison(let column, _, _), .matches(let column, _):
      if let related = column.related { found.insert(related) }
    case .segment(let segment, _): found.insert(segment)
    case .enrollment(let enrollment): found.insert(enrollment.workflow)
    case .occurrence(let model, let filter, _):
      found.insert(model)
      collect(filter, into: &found)
    }
  }

  // MARK: - Reading

  private static func node(_ value: JSONValue) throws(CargoError) -> Node {
    switch value[mark]?.string {
    case "all": return .everything
    case "and": return .all(try items(value))
    case "or": return .any(try items(value))
    case "not": return .not(try node(value["item"] ?? .null))
    case "condition":
      guard let word = value["operator"]?.string, let operation = WhereOperator(rawValue: word)
      else { break }
      // An empty Lua table may have become an object.
      return .comparison(try column(value["of"]), operation, value["values"]?.array ?? [])
    case "matches":
      return .matches(try column(value["of"]), try node(value["filter"] ?? .null))
    case "segment":
      return .segment(
        .init(.segment, value["segment"]?.string ?? ""), isIn: value["is_in"]?.bool ?? true)
    case "enrollment":
      return .enrollment(try WhereEnrollment(WhereOptions("enrollment", value["options"])))
    case "occurrence":
      return try occurrence(WhereOptions("occurrence", value["options"]))
    case "sql":
      return .sql(name: value["name"]?.string ?? "", clause: value["clause"]?.string ?? "")
    case "column":
      let text = try column(value).description
      throw CargoError(
        .argument, "\(text) is a column and no condition",
        hint: "say what of it, as in \(text):is(…)")
    default: break
    }
    throw CargoError(.argument, "this is no condition made with where")
  }

  private static func items(_ value: JSONValue) throws(CargoError) -> [Node] {
    var items: [Node] = []
    for item in value["items"]?.array ?? [] { items.append(try node(item)) }
    return items
  }

  private static func column(_ value: JSONValue?) throws(CargoError) -> WhereColumn {
    guard let slug = value?["cargo.column"]?.string else {
      throw CargoError(.argument, "this is no condition made with where")
    }
    return WhereColumn(
      slug: slug, property: value?["cargo.property"]?.string,
      related: value?["cargo.related"]?.string.map { .init(.model, $0) })
  }

  private static func occurrence(_ options: WhereOptions) throws(CargoError) -> Node {
    try options.check(["model", "filter", "frequency", "period"])
    guard let model = options.text("model", "model_uuid", "related_model", "related_model_uuid")
    else {
      throw options.refused("model is missing", "the related model whose records are counted")
    }
    var filter = Node.everything
    if let value = options["filter"] {
      guard isWhere(value) else {
        throw options.refused("filter must be made with where", nil)
      }
      filter = try node(value)
    }
    return .occurrence(.init(.model, model), filter, try WhereCount(options))
  }
}

/// A column as an expression names it.
struct WhereColumn: CustomStringConvertible {
  let slug: String
  /// A property of the object in it.
  var property: String?
  /// The related model whose column it is.
  var related: FilterCatalog.Reference?

  /// As the recipe writes it.
  var description: String {
    "where" + (related.map { ".related(\"\($0.name)\")" } ?? "") + Self.field(slug)
      + (property.map(Self.field) ?? "")
  }

  private static func field(_ name: String) -> String {
    let isName =
      name.utf8.first.map { $0 > 0x39 } == true
      && name.utf8.allSatisfy {
        $0 == 0x5F || ($0 >= 0x30 && $0 <= 0x39) || ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A)
      }
    return isName ? "." + name : "[\"\(name)\"]"
  }
}

/// What recipes can say of a column: the operators of the wire, and what is composed of them.
enum WhereOperator: String, CaseIterable {
  case `is`, isNot, contains, doesNotContain, startsWith, endsWith
  case greaterThan, lowerThan, greaterOrEqual, lowerOrEqual, between
  case isNull, isNotNull, isEmpty, isNotEmpty, isTrue, isFalse

  /// The wire's operator; nil for what is composed.
  var wire: FilterOperator? { FilterOperator(rawValue: rawValue) }

  /// The name in recipes.
  var name: String {
    switch self {
    case .greaterThan: "gt"
    case .lowerThan: "lt"
    case .greaterOrEqual: "gte"
    case .lowerOrEqual: "lte"
    default: FilterOperator.name(rawValue)
    }
  }
}

extension FilterOperator {
  /// The name in recipes: `isNotNull` is `is_not_null`.
  var name: String {
    switch self {
    case .greaterThan: "gt"
    case .lowerThan: "lt"
    case .matchConditions: "matches"
    default: Self.name(rawValue)
    }
  }

  fileprivate static func name(_ word: String) -> String { OperationTable.canonicalName(word) }
}
