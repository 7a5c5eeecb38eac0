extension WhereExpression {
  /// The filter of the wire: each condition with the kind and the value fields that its column's type asks
  /// for, in two levels.
  ///
  /// - Parameters:
  ///   - model: the uuid of the model whose records are filtered.
  ///   - catalog: what is known of the workspace; the model and everything in `references` is in it.
  /// - Throws: An error of the kind `argument` that names the place: an unknown column, an operator that a
  ///   type does not have, a value of another type, more than 200 conditions.
  public func filter(model: String, catalog: FilterCatalog) throws(CargoError) -> JSONValue {
    var typing = WhereTyping(catalog: catalog)
    let tree = try typing.tree(root, of: try typing.model(model))
    guard let groups = BooleanGroups.smallest(of: tree),
      groups.count <= WhereExpression.maximumConditions
    else {
      throw CargoError(
        .argument,
        "the filter has more than \(WhereExpression.maximumConditions) conditions in two levels",
        hint: "is(…) takes many values; & of many | multiplies: make them segments, "
          + "or use storage.query")
    }
    return typing.filter(groups)
  }
}

/// Gives the conditions of an expression their kinds.
struct WhereTyping {
  typealias Model = FilterCatalog.Model
  let catalog: FilterCatalog
  /// The conditions as the wire has them; statement `n` of a tree is condition `n`.
  private var conditions: [JSONValue] = []
  private var numbers: [[UInt8]: Int] = [:]

  init(catalog: FilterCatalog) { self.catalog = catalog }

  // MARK: - The wire's filter

  func filter(_ groups: BooleanGroups) -> JSONValue {
    // Something that is always true is a filter without groups.
    if groups.groups.contains([]) { return ["conjonction": "and", "groups": []] }
    let inner = JSONValue.string(groups.outer.other.rawValue)
    // One group may be joined with nothing in either way; "and" is what everybody writes.
    let outer = groups.groups.count > 1 ? groups.outer.rawValue : "and"
    return [
      "conjonction": .string(outer),
      "groups": .array(
        groups.groups.map { group in
          ["conjonction": inner, "conditions": .array(group.map { conditions[$0] })]
        }),
    ]
  }

  /// The number of a condition; equal ones have one number.
  mutating func leaf(_ members: [(String, JSONValue)]) throws(CargoError) -> BooleanTree {
    let condition = JSONValue(members: members)
    let key = try condition.canonicalBytes()
    let number = numbers[key] ?? conditions.count
    if number == conditions.count {
      numbers[key] = number
      conditions.append(condition)
    }
    return .leaf(number)
  }

  // MARK: - The tree

  func model(_ uuid: String) throws(CargoError) -> Model {
    guard let model = catalog.models[uuid] else {
      throw CargoError(.argument, "the columns of the model \(uuid) are not known")
    }
    return model
  }

  func uuid(_ reference: FilterCatalog.Reference) throws(CargoError) -> String {
    guard let uuid = catalog.uuids[reference] else {
      throw CargoError(.argument, "there is no \(reference.kind.rawValue) '\(reference.name)'")
    }
    return uuid
  }

  /// The conditions under a node, or of its opposite.
  mutating func tree(
    _ node: WhereExpression.Node, of model: Model, isNegated: Bool = false
  ) throws(CargoError) -> BooleanTree {
    switch node {
    case .everything:
      guard !isNegated else { throw CargoError(.argument, "~where would match nothing") }
      return .all([])
    case .all(let items), .any(let items):
      var parts: [BooleanTree] = []
      for item in items { parts.append(try tree(item, of: model, isNegated: isNegated)) }
      if case .all = node { return isNegated ? .any(parts) : .all(parts) }
      return isNegated ? .all(parts) : .any(parts)
    case .not(let item):
      return try tree(item, of: model, isNegated: !isNegated)
    case .comparison(let column, let operation, let values):
      return try comparison(column, operation, values, of: model, isNegated)
    case .matches(let column, let filter):
      guard !isNegated else { throw noOpposite("matches", "turn the conditions inside it") }
      return try matches(column, filter, of: model)
    case .segment(let segment, let isIn):
      return try leaf([
        ("kind", "segment"), ("operator", isIn != isNegated ? "in" : "notIn"),
        ("segmentUuid", .string(try uuid(segment))),
      ])
    case .enrollment(let enrollment):
      return try counted(enrollment.count, isNegated) { typing, count throws(CargoError) in
        try typing.enrollment(enrollment, count)
      }
    case .occurrence(let related, let filter, let count):
      return try counted(count, isNegated) { typing, count throws(CargoError) in
        try typing.occurrence(related, filter, count)
      }
    case .sql(let name, let clause):
      guard !isNegated else { throw noOpposite("where.sql", "write NOT into the clause") }
      return try leaf([("kind", "sql"), ("name", .string(name)), ("clause", .string(clause))])
    }
  }

  func noOpposite(_ what: String, _ hint: String) -> CargoError {
    CargoError(
      .argument, "\(what) has no opposite on the platform: ~ cannot turn it", hint: hint)
  }

  // MARK: - Counting

  private mutating func counted(
    _ count: WhereCount, _ isNegated: Bool,
    _ make: (inout WhereTyping, WhereCount) throws(CargoError) -> BooleanTree
  ) throws(CargoError) -> BooleanTree {
    guard isNegated else { return try make(&self, count) }
    var parts: [BooleanTree] = []
    for opposite in count.opposites { parts.append(try make(&self, opposite)) }
    return parts.count == 1 ? parts[0] : .any(parts)
  }

  private mutating func enrollment(
    _ enrollment: WhereEnrollment, _ count: WhereCount
  ) throws(CargoError) -> BooleanTree {
    var members: [(String, JSONValue)] = [
      ("kind", "enrollment"), ("workflowUuid", .string(try uuid(enrollment.workflow))),
      ("activityKind", .string(enrollment.activity)),
    ]
    if let node = enrollment.node { members.append(("nodeSlug", .string(node))) }
    return try leaf(members + count.members)
  }

  /// The conditions on the related records are one list on the wire.
  private mutating func occurrence(
    _ related: FilterCatalog.Reference, _ filter: WhereExpression.Node, _ count: WhereCount
  ) throws(CargoError) -> BooleanTree {
    let uuid = try uuid(related)
    var inner = WhereTyping(catalog: catalog)
    let tree = try inner.tree(filter, of: try model(uuid))
    guard let list = BooleanGroups.smallest(of: tree).flatMap({ BooleanList($0) }) else {
      throw CargoError(
        .argument, "where.occurrence: the filter mixes & and |, which the platform cannot count by",
        hint: "join two occurrences instead")
    }
    return try leaf(
      [
        ("kind", "occurrence"), ("relatedModelUuid", .string(uuid)),
        ("conjonction", .string(list.joiner.rawValue)),
        ("conditions", .array(list.statements.map { inner.conditions[$0] })),
      ] + count.members)
  }

  // MARK: - JSON

  /// One element of the list, or the object, satisfies the filter on its properties. That distributes over
  /// `|`, so that any filter becomes conditions with one list each.
  mutating func matches(
    _ name: WhereColumn, _ filter: WhereExpression.Node, of model: Model
  ) throws(CargoError) -> BooleanTree {
    let (column, type, related) = try column(name, of: model)
    guard type == .object || type == .array else {
      throw CargoError(
        .argument, "\(name): \(Self.article(type)) column has no properties",
        hint: "only object and array columns have them")
    }
    guard name.property == nil else {
      throw CargoError(.argument, "\(name): filters look one property deep")
    }
    var inner = WhereTyping(catalog: catalog)
    let tree = try inner.properties(filter, of: column)
    guard let groups = BooleanGroups.groups(of: tree, .or), !groups.contains([]) else {
      throw CargoError(.argument, "\(name):matches(…) has too many conditions, or none")
    }
    let lists =
      groups.allSatisfy { $0.count == 1 }
      ? [BooleanList(joiner: .or, statements: groups.flatMap { $0 })]
      : groups.map { BooleanList(joiner: .and, statements: $0) }
    var parts: [BooleanTree] = []
    for list in lists {
      let joiner = list.statements.count > 1 ? list.joiner : .and
      parts.append(
        try leaf(
          [
            ("kind", .string(type.rawValue)), ("columnSlug", .string(column)),
            ("operator", "matchConditions"), ("conjonction", .string(joiner.rawValue)),
            ("conditions", .array(list.statements.map { inner.conditions[$0] })),
          ] + related))
    }
    return parts.count == 1 ? parts[0] : .any(parts)
  }

  /// The filter inside matches(): what it calls columns are properties.
  private mutating func properties(
    _ node: WhereExpression.Node, of column: String, isNegated: Bool = false
  ) throws(CargoError) -> BooleanTree {
    switch node {
    case .all(let items), .any(let items):
      var parts: [BooleanTree] = []
      for item in items { parts.append(try properties(item, of: column, isNegated: isNegated)) }
      if case .all = node { return isNegated ? .any(parts) : .all(parts) }
      return isNegated ? .all(parts) : .any(parts)
    case .not(let item):
      return try properties(item, of: column, isNegated: !isNegated)
    case .comparison(let name, let operation, let values)
    where name.property == nil && name.related == nil:
      let place = "where.\(column) matches \(name.slug)"
      return try property(
        PropertyPlace(column: column, property: name.slug, text: place), operation, values,
        isNegated)
    default:
      throw CargoError(
        .argument, "where.\(column):matches(…) takes conditions on properties only",
        hint: "as in where.\(column):matches(where.plan:is(\"pro\") & where.seats:gt(3))")
    }
  }
}

/// Statements joined in one way.
struct BooleanList {
  let joiner: BooleanGroups.Joiner
  let statements: [Int]

  init(joiner: BooleanGroups.Joiner, statements: [Int]) {
    self.joiner = joiner
    self.statements = statements
  }

  /// Nil when the groups need two levels.
  init?(_ groups: BooleanGroups) {
    if groups.groups.count <= 1 {
      self.init(joiner: groups.outer.other, statements: groups.groups.first ?? [])
    } else if groups.groups.allSatisfy({ $0.count == 1 }) {
      self.init(joiner: groups.outer, statements: groups.groups.flatMap { $0 })
    } else {
      return nil
    }
  }
}

extension JSONValue {
  /// An object.
  init(members: [(String, JSONValue)]) {
    var object = JSONObject()
    for (key, value) in members { object[key] = value }
    self = .object(object)
  }
}
