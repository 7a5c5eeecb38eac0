import CargoClient
import SQLite

/// Conditions that look beyond the record: related models, segments, events, SQL.
extension FilterCompilation {
  /// The way from a record to the rows that belong to it, in another table or in a list of events.
  ///
  /// Rows are found by `IN`, once for the whole statement, not once for each record: most workspaces
  /// have no index on the columns of relationships.
  struct Link {
    /// The record's end.
    let near: SQLFragment
    /// The other end.
    let far: SQLFragment
    /// The other table, with its alias.
    let source: SQLFragment
    /// The other model's scope.
    let scope: Scope
    /// What rows of the other table must satisfy always.
    var base: SQLFragment = .always

    /// Whether a row is there that satisfies something.
    func contains(where condition: SQLFragment) -> SQLFragment {
      "\(near) IN (\(rows(condition)))"
    }

    /// Whether no row is there that satisfies something.
    func lacks(_ condition: SQLFragment) -> SQLFragment {
      "(\(near) IS NULL OR \(near) NOT IN (\(rows(condition))))"
    }

    /// Whether no row is there at all.
    var isAbsent: SQLFragment { lacks(.always) }

    /// Whether the number of rows that satisfy something is as compared, where zero does not count.
    func contains(where condition: SQLFragment, count: SQLFragment) -> SQLFragment {
      "\(near) IN (\(rows(condition)) GROUP BY \(far) HAVING count(*) \(count))"
    }

    /// The same, for those that are not so.
    func lacks(_ condition: SQLFragment, count: SQLFragment) -> SQLFragment {
      """
      (\(near) IS NULL OR \
      \(near) NOT IN (\(rows(condition)) GROUP BY \(far) HAVING count(*) \(count)))
      """
    }

    private func rows(_ condition: SQLFragment) -> SQLFragment {
      // A NULL in the list would make NOT IN unknown.
      let filter = SQLFragment.all(["\(far) IS NOT NULL", base, condition])
      return "SELECT \(far) FROM \(source) WHERE \(filter)"
    }
  }

  /// The link to a related model.
  mutating func link(
    from scope: Scope, to uuid: String, _ path: FilterPath
  ) throws -> Link {
    guard let related = try compiler.resolver.model(uuid) else {
      throw FilterError.notFound("there is no model \(uuid)", path, code: "modelNotFound")
    }
    let model = scope.model
    for relationship in try compiler.resolver.relationships(of: model.uuid) {
      var ends: (near: String, far: String)?
      if relationship.fromModel == model.uuid && relationship.toModel == related.uuid {
        ends = (relationship.fromColumn, relationship.toColumn)
      } else if relationship.toModel == model.uuid && relationship.fromModel == related.uuid {
        ends = (relationship.toColumn, relationship.fromColumn)
      }
      guard let ends, model.column(ends.near) != nil, related.column(ends.far) != nil else {
        continue
      }
      let inner = newScope(related)
      return Link(
        near: scope.column(ends.near), far: inner.column(ends.far), source: inner.table,
        scope: inner)
    }
    throw FilterError.notFound(
      "\(model.slug) has no relationship with \(related.slug)", path,
      code: "relationshipNotFound")
  }

  // MARK: Segments

  /// `segment in` and `notIn`: of the same model by its filter, of a related one by its records.
  mutating func segment(
    _ condition: FilterCondition, in scope: Scope
  ) throws -> SQLFragment {
    let word = try condition.text("operator")
    guard word == "in" || word == "notIn" else {
      throw FilterError.unknown(word, among: ["in", "notIn"], condition.path.key("operator"))
    }
    let uuid = try condition.text("segmentUuid").lowercased()
    let place = condition.path.key("segmentUuid")
    guard let segment = try compiler.resolver.segment(uuid) else {
      throw FilterError.notFound("there is no segment \(uuid)", place, code: "segmentNotFound")
    }
    guard !openSegments.contains(uuid) else {
      throw FilterError.invalid(place, "segment \(uuid) leads back to itself")
    }
    openSegments.append(uuid)
    defer { openSegments.removeLast() }
    if segment.modelUUID == scope.model.uuid {
      let member = try membership(of: segment, uuid, in: scope)
      return word == "in" ? member : member.negated
    }
    let link = try link(from: scope, to: segment.modelUUID, place)
    let member = try membership(of: segment, uuid, in: link.scope)
    if word == "in" { return link.contains(where: member) }
    let lacks = link.lacks(member)
    return compiler.negativeMatchesNull ? lacks : .all(["\(link.near) IS NOT NULL", lacks])
  }

  /// Whether a record of the segment's own model is in it.
  private mutating func membership(
    of segment: FilterSegment, _ uuid: String, in scope: Scope
  ) throws -> SQLFragment {
    let path = FilterPath(description: "segment \(uuid): ")
    guard let limit = segment.limit else {
      return try filter(segment.filter, in: scope, at: path)
    }
    let inner = newScope(scope.model)
    let matches = try filter(segment.filter, in: inner, at: path)
    let order = try FilterSort.compile(segment.sort, of: inner.model, alias: inner.alias)
    let id = scope.model.idColumn
    return """
      \(scope.column(id)) IN (SELECT \(inner.column(id)) FROM \(inner.table) \
      WHERE \(matches) ORDER BY \(order) LIMIT \(value: .integer(limit)))
      """
  }

  // MARK: Counting

  /// `occurrence`: how many related records satisfy conditions.
  mutating func occurrence(
    _ condition: FilterCondition, in scope: Scope
  ) throws -> SQLFragment {
    let uuid = try condition.text("relatedModelUuid")
    let link = try link(from: scope, to: uuid, condition.path.key("relatedModelUuid"))
    let nested = condition.value["conditions"].map { $0.isNull ? [] : $0.array } ?? []
    guard let nested else {
      throw FilterError.invalid(
        condition.path.key("conditions"), "conditions is a list of conditions")
    }
    let joiner = try nestedConjunction(of: condition.value, at: condition.path)
    let matches = try conditions(
      nested, joiner: joiner ?? .and, in: link.scope, at: condition.path)
    var parts = [nested.isEmpty ? .always : matches]
    if let period = try period(condition), let column = link.scope.model.timeColumn {
      parts.append(period.contains(link.scope.column(column)))
    }
    let counted = try frequency(condition, of: link, where: .all(parts))
    return joiner == nil ? .never : counted
  }

  /// `enrollment`: how often a record went through a workflow.
  mutating func enrollment(
    _ condition: FilterCondition, in scope: Scope
  ) throws -> SQLFragment {
    let workflow = try condition.text("workflowUuid").lowercased()
    let word = try condition.text("activityKind")
    guard let activity = FilterActivity(rawValue: word) else {
      throw FilterError.unknown(
        word, among: FilterActivity.allCases.map(\.rawValue), condition.path.key("activityKind"))
    }
    let inner = newScope(scope.model)
    let none = "SELECT NULL AS workflow_uuid, NULL AS record_id, NULL AS node_slug, NULL AS time"
    let events = compiler.resolver.events(activity)
    var base: [SQLFragment] = [
      "\(inner.column("workflow_uuid")) = \(value: .text(workflow))"
    ]
    if activity == .workflowNodeExecuted {
      let node = try condition.text("nodeSlug")
      base.append("\(inner.column("node_slug")) = \(value: .text(node))")
    }
    if let period = try period(condition) {
      let time = inner.column("time")
      base.append(
        events?.clock == .milliseconds ? period.contains(milliseconds: time) : period.contains(time)
      )
    }
    let link = Link(
      near: scope.column(scope.model.idColumn), far: inner.column("record_id"),
      source: "(\(SQLFragment(text: events?.select ?? none))) AS \(name: inner.alias)",
      scope: inner, base: .all(base))
    return try frequency(condition, of: link, where: .always)
  }

  /// Tests the number of rows by `frequency` (`cargo-platform.md` §6.3).
  private func frequency(
    _ condition: FilterCondition, of link: Link, where matches: SQLFragment
  ) throws -> SQLFragment {
    guard let frequency = condition.nested("frequency"), frequency.value.object != nil else {
      throw FilterError.invalid(
        condition.path.key("frequency"), "frequency is {\"operator\": \"not\"} or has a value")
    }
    let word = try frequency.text("operator")
    if word == "not" { return link.lacks(matches) }
    guard ["moreThan", "lessThan", "exactly"].contains(word) else {
      throw FilterError.unknown(
        word, among: ["not", "moreThan", "lessThan", "exactly"], frequency.path.key("operator"))
    }
    let number = try frequency.count()
    let count: SQLFragment = "\(value: .integer(Int64(number)))"
    switch (word, number) {
    case ("moreThan", 0): return link.contains(where: matches)
    case ("moreThan", _): return link.contains(where: matches, count: "> \(count)")
    case ("lessThan", 0): return .never
    case ("lessThan", 1), ("exactly", 0): return link.lacks(matches)
    case ("lessThan", _): return link.lacks(matches, count: ">= \(count)")
    default: return link.contains(where: matches, count: "= \(count)")
    }
  }

  /// The span of time that `period` asks for; nil when there is none.
  private func period(_ condition: FilterCondition) throws -> TimeRange? {
    guard let period = condition.nested("period") else { return nil }
    let word = try period.text("operator")
    guard ["moreThan", "lessThan", "exactly"].contains(word) else {
      throw FilterError.unknown(
        word, among: ["moreThan", "lessThan", "exactly"], period.path.key("operator"))
    }
    let count = try period.count()
    let unit = try period.text("unit")
    let now = compiler.now
    guard let moment = RelativeAge.moment(count, unit: unit, before: now) else {
      throw FilterError.unknown(unit, among: RelativeAge.units, period.path.key("unit"))
    }
    switch word {
    case "lessThan": return TimeRange(first: TimeRange.after(moment).first, last: now)
    case "exactly": return .day(of: moment)
    // "More than 0 days" means any time in the past, this moment included.
    default: return count == 0 ? TimeRange(first: nil, last: now) : .before(moment)
    }
  }

  // MARK: SQL

  /// `sql`: a clause that the guard has looked at.
  func clause(_ condition: FilterCondition, in scope: Scope) throws -> SQLFragment {
    let clause = try condition.text("clause")
    guard let clauseGuard = compiler.clauseGuard else {
      throw FilterError.invalid(condition.path, "conditions of kind \"sql\" are not allowed here")
    }
    do {
      let checked = try clauseGuard.checked(clause, of: scope.model, alias: scope.alias)
      return SQLFragment(text: "(\(checked))", hasRawSQL: true)
    } catch let error as CargoError {
      throw FilterError.invalid(condition.path.key("clause"), error.message)
    }
  }
}

extension FilterCondition {
  /// The value of a frequency or period: a whole number from 0 on.
  func count() throws -> Int {
    let (element, place) = try single("value")
    guard let number = element.integer, number >= 0, number <= 1_000_000_000 else {
      throw FilterError.invalid(place, "value is a whole number from 0 on")
    }
    return Int(number)
  }
}
