import Glibc
import SQLite

@testable import LocalWorkspace

/// A workspace file with two models, an internal table `runs`, and the way a query goes through it.
final class QueryFixture {
  let connection: Connection
  let catalog = QueryCatalog(tables: [
    .init(
      dataset: "default", model: "companies", physicalName: "datasets_default__models_companies"),
    .init(dataset: "default", model: "runs", physicalName: "datasets_default__models_runs"),
    .init(dataset: "hubspot", model: "contacts", physicalName: "datasets_hubspot__models_contacts"),
  ])
  private let path: String

  init() throws {
    var template = Array("/tmp/cargo-query-XXXXXX".utf8CString)
    close(mkstemp(&template))
    path = String(cString: &template)
    connection = try Connection(path: path, options: .init(usesWAL: false, synchronous: .off))
    try connection.executeScript(
      """
      CREATE TABLE datasets_default__models_companies (
        _id TEXT PRIMARY KEY, name TEXT, domain TEXT, employee_count NUMERIC, country TEXT,
        created_at TEXT);
      INSERT INTO datasets_default__models_companies VALUES
        ('rec-1', 'Acme Corp', 'acme.com', 500, 'US', '2024-01-01T00:00:00.000Z'),
        ('rec-2', 'Globex', 'globex.com', 1200, 'FR', '2024-06-01T10:30:00.000Z'),
        ('rec-3', 'Tiny', NULL, 5, NULL, NULL);
      CREATE TABLE datasets_default__models_runs (_id TEXT PRIMARY KEY, miles NUMERIC);
      INSERT INTO datasets_default__models_runs VALUES ('r', 26.2);
      CREATE TABLE datasets_hubspot__models_contacts (_id TEXT PRIMARY KEY, company TEXT, tags TEXT);
      INSERT INTO datasets_hubspot__models_contacts VALUES ('c-1', 'rec-1', '["a","b"]');
      CREATE TABLE runs (uuid TEXT, secret TEXT);
      INSERT INTO runs VALUES ('u', 'hidden');
      CREATE TABLE "with secrets" (secret TEXT);
      """)
  }

  deinit {
    for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) }
  }

  /// The rows of a query, each as its values joined by `|`.
  func rows(_ sql: String, timeLimit: Double = 5) throws -> [String] {
    try results(sql, timeLimit: timeLimit).map { $0.joined(separator: "|") }
  }

  /// The names of a query's columns.
  func columns(_ sql: String) throws -> [String] {
    let statement = try connection.prepare(QueryRewriter.rewrite(sql, catalog: catalog).sql)
    return (0..<statement.columnCount).map(statement.columnName)
  }

  private func results(_ sql: String, timeLimit: Double) throws -> [[String]] {
    let query = try QueryRewriter.rewrite(sql, catalog: catalog)
    do {
      let guardian = QueryGuard(
        tables: catalog.tables.map(\.physicalName), timeLimit: timeLimit)
      return try guardian.run(on: connection) {
        let statement = try connection.prepare(query.sql)
        var rows: [[String]] = []
        while try statement.step() {
          rows.append(
            (0..<statement.columnCount).map { statement.optionalString($0) ?? "NULL" })
        }
        return rows
      }
    } catch let error as SQLiteError {
      throw QueryError.translated(error, catalog: catalog)
    }
  }
}
