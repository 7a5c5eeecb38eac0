import CargoClient
import SQLite

extension Handlers {
  static let storage: [String: Handler] = [
    "storage.query": .read { reading in
      var out = JSONWriter(capacity: 4_096)
      out.beginObject()
      out.key("rows")
      out.beginArray()
      try query(reading.arguments.text("query"), in: reading.connection) { row, writer in
        writer.write(row, to: &out)
      }
      out.endArray()
      out.endObject()
      return out.bytes
    }
  ]

  /// Runs one SELECT over the models and calls `row` for each of its rows (`cargo-platform.md` §7).
  static func query(
    _ sql: String, in connection: Connection, row: (Statement, RowWriter) throws -> Void
  ) throws {
    let models = try Model.all(in: connection)
    let catalog = QueryCatalog(
      tables: models.map {
        .init(dataset: $0.datasetSlug, model: $0.slug, physicalName: $0.table)
      })
    let rewritten = try QueryRewriter.rewrite(sql, catalog: catalog)
    do {
      try QueryGuard(tables: rewritten.tables).run(on: connection) {
        let statement = try connection.prepare(rewritten.sql)
        let writer = RowWriter(statement: statement, models: models)
        while try statement.step() { try row(statement, writer) }
      }
    } catch let error as SQLiteError {
      throw QueryError.translated(error, catalog: catalog)
    }
  }
}
