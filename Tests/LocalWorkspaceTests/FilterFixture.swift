import CargoClient
import Glibc
import SQLite

@testable import LocalWorkspace

/// Two linked models with awkward rows, segments and events, as JSON and in a real SQLite file.
final class FilterFixture {
  /// The moment from which ages count: 2024-07-15T12:00:00Z.
  static let now = Instant(microseconds: 1_721_044_800_000_000)

  let connection: Connection
  let companies: FilterModel
  let deals: FilterModel
  let companyRows: [JSONValue]
  let dealRows: [JSONValue]
  let segments: [String: FilterSegment]
  /// (workflow, record, node, milliseconds) by activity.
  let events: [FilterActivity: [(workflow: String, record: String, node: String?, time: Int64)]]
  private let path: String

  init() throws {
    func columns(_ pairs: KeyValuePairs<String, String>) -> [FilterModel.Column] {
      pairs.map { .init(slug: $0.key, type: $0.value) }
    }
    companies = FilterModel(
      uuid: "m-companies", slug: "companies", table: "datasets_default__models_companies",
      idColumn: "_id", timeColumn: "d",
      columns: columns([
        "_id": "string", "s": "string", "n": "number", "d": "date", "b": "boolean", "o": "object",
        "a": "array", "v": "vector", "x": "any",
      ]))
    deals = FilterModel(
      uuid: "m-deals", slug: "deals", table: "datasets_default__models_deals", idColumn: "_id",
      timeColumn: "closed",
      columns: columns([
        "_id": "string", "company": "string", "stage": "string", "amount": "number",
        "closed": "date", "info": "object",
      ]))
    companyRows = FilterRows.companies
    dealRows = FilterRows.deals
    segments = FilterRows.segments
    events = FilterRows.events
    var template = Array("/tmp/cargo-filter-XXXXXX".utf8CString)
    close(mkstemp(&template))
    path = String(cString: &template)
    connection = try Connection(path: path, options: .init(usesWAL: false, synchronous: .off))
    try FilterFunctions.register(on: connection)
    try fill()
  }

  deinit {
    for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) }
  }

  /// The compiler for a model.
  func compiler(_ model: FilterModel? = nil, negativeMatchesNull: Bool = true) -> FilterCompiler {
    FilterCompiler(
      model: model ?? companies, resolver: self, now: Self.now,
      negativeMatchesNull: negativeMatchesNull,
      clauseGuard: SQLClauseGuard(connection: connection))
  }

  /// The ids of the records that the compiled filter finds, in the order of the sort.
  func ids(
    _ filter: JSONValue, sort: JSONValue? = nil, limit: Int64? = nil, offset: Int64 = 0,
    of model: FilterModel? = nil, negativeMatchesNull: Bool = true
  ) throws -> [String] {
    let compiler = compiler(model, negativeMatchesNull: negativeMatchesNull)
    let select = try compiler.select(
      ["_id"], filter: filter, sort: sort, limit: limit, offset: offset)
    var ids: [String] = []
    try connection.query(select.text, select.bindings) { ids.append($0.string(0)) }
    return ids
  }

  /// The ids that one condition finds.
  func ids(where condition: JSONValue, negativeMatchesNull: Bool = true) throws -> [String] {
    try ids(Self.filter(condition), negativeMatchesNull: negativeMatchesNull)
  }

  /// A filter of one condition.
  static func filter(_ condition: JSONValue) -> JSONValue {
    ["conjonction": "and", "groups": [["conjonction": "and", "conditions": [condition]]]]
  }

  // MARK: The file

  private func fill() throws {
    try connection.execute("BEGIN")
    try store(companyRows, companies)
    try store(dealRows, deals)
    try connection.executeScript(
      """
      CREATE INDEX companies_s ON datasets_default__models_companies (s);
      CREATE INDEX companies_d ON datasets_default__models_companies (d);
      CREATE TABLE runs (kind TEXT, workflow TEXT, record TEXT, node TEXT, at INTEGER);
      """)
    for (kind, list) in events {
      for event in list {
        try connection.run(
          "INSERT INTO runs VALUES (?, ?, ?, ?, ?)",
          [
            .text(kind.rawValue), .text(event.workflow), .text(event.record),
            .optional(event.node), .integer(event.time),
          ])
      }
    }
    try connection.execute("COMMIT")
  }

  private func store(_ rows: [JSONValue], _ model: FilterModel) throws {
    let affinity = ["number": "NUMERIC", "boolean": "INTEGER"]
    let definitions = model.columns.map { column in
      column.slug.quotedSQLName + " " + (affinity[column.type] ?? "TEXT")
        + (column.slug == model.idColumn ? " PRIMARY KEY" : "")
    }
    try connection.execute(
      "CREATE TABLE \(model.table.quotedSQLName) (\(definitions.joined(separator: ", ")))")
    let marks = model.columns.map { _ in "?" }.joined(separator: ", ")
    for row in rows {
      try connection.run(
        "INSERT INTO \(model.table.quotedSQLName) VALUES (\(marks))",
        try model.columns.map { try stored(row[$0.slug] ?? .null, $0.type) })
    }
  }

  private func stored(_ value: JSONValue, _ type: String) throws -> SQLiteValue {
    if value.isNull { return .null }
    switch (type, value) {
    case ("object", _), ("array", _), ("any", _), ("vector", _):
      // A text here stands for what is in the file although it is no JSON.
      if let text = value.string { return .text(text) }
      return .utf8(try value.canonicalBytes())
    case (_, .string(let text)): return .text(text)
    case (_, .int(let number)): return .integer(number)
    case (_, .double(let number)): return .real(number)
    case (_, .bool(let bool)): return .integer(bool ? 1 : 0)
    default: return .null
    }
  }
}

extension FilterFixture: FilterResolver {
  func model(_ uuid: String) -> FilterModel? {
    [companies, deals].first { $0.uuid == uuid }
  }

  func relationships(of modelUUID: String) -> [FilterRelationship] {
    [
      FilterRelationship(
        fromModel: "m-deals", fromColumn: "company", toModel: "m-companies", toColumn: "_id")
    ]
  }

  func segment(_ uuid: String) -> FilterSegment? { segments[uuid] }

  func events(_ activity: FilterActivity) -> FilterEvents? {
    FilterEvents(
      select: """
        SELECT workflow AS workflow_uuid, record AS record_id, node AS node_slug, at AS time
        FROM runs WHERE kind = '\(activity.rawValue)'
        """, clock: .milliseconds)
  }
}
