import CargoClient
import SQLite

extension Model {
  /// What filters have to know of the model.
  var filterModel: FilterModel {
    FilterModel(
      uuid: uuid, slug: slug, table: table, idColumn: idColumn, timeColumn: timeColumn,
      columns: columns.map { .init(slug: $0.slug, type: $0.type.rawValue) })
  }

  /// The compiler of filters over this model, as of now.
  func filterCompiler(in connection: Connection) throws -> FilterCompiler {
    try FilterFunctions.register(on: connection)
    return FilterCompiler(
      model: filterModel, resolver: FilterLookup(connection: connection),
      now: Instant(microseconds: Timestamp.now() * 1_000),
      clauseGuard: SQLClauseGuard(connection: connection))
  }

  /// How many records a filter lets through.
  func count(_ filter: JSONValue, in connection: Connection) throws -> Int64 {
    var count: Int64 = 0
    let select = try filterCompiler(in: connection).count(filter)
    try Model.run(select, in: connection) { count = $0.int64(0) }
    return count
  }

  /// Calls `row` for each record that a filter lets through, all columns in the model's order.
  func records(
    _ filter: JSONValue, sort: JSONValue? = nil, limit: Int64? = nil, offset: Int64 = 0,
    in connection: Connection, row: (Statement) throws -> Void
  ) throws {
    let select = try filterCompiler(in: connection).select(
      columns.map(\.slug), filter: filter, sort: sort, limit: limit, offset: offset)
    try Model.run(select, in: connection, row)
  }

  /// Runs a compiled filter. Not by a kept statement: a recipe may send filters without end.
  private static func run(
    _ select: SQLFragment, in connection: Connection, _ row: (Statement) throws -> Void
  ) throws {
    let statement = try connection.prepare(select.text)
    try statement.bind(select.bindings)
    func step() throws {
      while try statement.step() { try row(statement) }
    }
    guard select.hasRawSQL else { return try step() }
    // SQL that came with the request may never end, or fail in its own ways.
    do {
      try QueryGuard.limitTime(on: connection, step)
    } catch let error as SQLiteError {
      throw QueryError.translated(error, catalog: QueryCatalog(tables: []))
    }
  }
}

/// Finds in the workspace's file what a filter refers to.
struct FilterLookup: FilterResolver {
  let connection: Connection

  func model(_ uuid: String) throws -> FilterModel? {
    do {
      return try Model.find(uuid, in: connection).filterModel
    } catch let error as CargoError where error.status == 404 {
      return nil
    }
  }

  func relationships(of modelUUID: String) throws -> [FilterRelationship] {
    try Relationship.all(of: modelUUID, in: connection).map {
      FilterRelationship(
        fromModel: $0.fromModel, fromColumn: $0.fromColumn, toModel: $0.toModel,
        toColumn: $0.toColumn)
    }
  }

  func segment(_ uuid: String) throws -> FilterSegment? {
    let segment = try connection.first(
      Segment.selection + " WHERE uuid = ?", [.text(uuid)], row: { Segment(row: $0) })
    return try segment.map { segment in
      FilterSegment(
        modelUUID: segment.modelUUID, filter: try JSONValue(segment.filter, kind: .cargo),
        sort: try segment.sort.map { try JSONValue($0, kind: .cargo) }, limit: segment.limit)
    }
  }

  /// Runs are what enrollment counts: entered when made, left when ended (`cargo-platform.md` §6.3).
  func events(_ activity: FilterActivity) -> FilterEvents? {
    switch activity {
    case .workflowEntered:
      FilterEvents(
        select: """
          SELECT workflow_uuid, record_id, NULL AS node_slug, created_at AS time FROM cargo_runs
          """, clock: .milliseconds)
    case .workflowLeft:
      FilterEvents(
        select: """
          SELECT workflow_uuid, record_id, NULL AS node_slug, finished_at AS time FROM cargo_runs
          WHERE finished_at IS NOT NULL
          """, clock: .milliseconds)
    case .workflowNodeExecuted:
      FilterEvents(
        select: """
          SELECT r.workflow_uuid, r.record_id, json_extract(e.value, '$.nodeSlug') AS node_slug,
            json_extract(e.value, '$.finishedAt') AS time
          FROM cargo_runs AS r, json_each(r.executions) AS e
          WHERE json_extract(e.value, '$.status') = 'success'
          """, clock: .iso8601)
    }
  }
}
