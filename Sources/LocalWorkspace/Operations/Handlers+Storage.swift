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
        try checkSize(of: out, "storage.each, with an ORDER BY, gives any number of rows")
      }
      out.endArray()
      out.endObject()
      return out.bytes
    },
    "storage.download": .read { reading in
      if reading.arguments["format"]?.string == "parquet" {
        throw CargoError.refused(
          "parquet is not available on a local workspace", code: "formatNotSupported",
          hint: "leave out format for CSV")
      }
      let sql = reading.arguments.text("query")
      let connection = reading.connection
      let names = try columnNames(of: sql, in: connection)
      let url = try Export.write(columns: names, of: reading) { write in
        try query(sql, in: connection) { row, _ in try write(row) }
      }
      return JSONWriter.object { $0.field("url", url) }
    },
  ]

  /// The largest answer, in bytes: it is made outside of what a recipe's memory is limited to.
  private static let answerLimit = 256 << 20

  /// Ends an answer of rows that grows too large.
  static func checkSize(of answer: JSONWriter, _ hint: String) throws(CargoError) {
    if answer.bytes.count <= answerLimit { return }
    throw CargoError(
      .cargo, "The answer is larger than \(answerLimit >> 20) MiB", code: "answerTooLarge",
      hint: hint)
  }

  /// The columns of a query: a file has its header before its first row.
  private static func columnNames(of sql: String, in connection: Connection) throws -> [String] {
    var names: [String] = []
    try prepared(sql, in: connection) { statement, _ in
      names = (0..<statement.columnCount).map(statement.columnName)
    }
    return names
  }

  /// Runs one SELECT over the models and calls `row` for each of its rows (`cargo-platform.md` §7).
  static func query(
    _ sql: String, in connection: Connection, row: (Statement, RowWriter) throws -> Void
  ) throws {
    try prepared(sql, in: connection) { statement, models in
      let writer = RowWriter(statement: statement, models: models)
      while try statement.step() { try row(statement, writer) }
    }
  }

  private static func prepared(
    _ sql: String, in connection: Connection, _ body: (Statement, [Model]) throws -> Void
  ) throws {
    let models = try Model.all(in: connection)
    let catalog = QueryCatalog(models)
    let rewritten = try QueryRewriter.rewrite(sql, catalog: catalog)
    do {
      try QueryGuard(tables: rewritten.tables).run(on: connection) {
        try body(connection.prepare(rewritten.sql), models)
      }
    } catch let error as SQLiteError {
      throw QueryError.translated(error, catalog: catalog)
    }
  }
}

extension QueryCatalog {
  /// The tables of models.
  init(_ models: [Model]) {
    self.init(
      tables: models.map {
        Table(dataset: $0.datasetSlug, model: $0.slug, physicalName: $0.table)
      })
  }
}
