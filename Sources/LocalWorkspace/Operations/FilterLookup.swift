import CargoClient
import SQLite

// Until the filter language is compiled: filters without conditions alone.
extension Model {
  private func condition(_ filter: JSONValue) throws -> String {
    guard filter["conjonction"] != nil else { return "0" }
    guard filter["groups"]?.array?.isEmpty ?? true else {
      throw CargoError.refused("filters with conditions are not available yet")
    }
    return "1"
  }

  /// How many records a filter lets through.
  func count(_ filter: JSONValue, in connection: Connection) throws -> Int64 {
    try connection.first(
      "SELECT count(*) FROM \(Model.quoted(table)) WHERE \(condition(filter))"
    ) { $0.int64(0) } ?? 0
  }

  /// Calls `row` for each record that a filter lets through, all columns in the model's order.
  func records(
    _ filter: JSONValue, sort: JSONValue? = nil, limit: Int64? = nil, offset: Int64 = 0,
    in connection: Connection, row: (Statement) throws -> Void
  ) throws {
    let names = columns.map { Model.quoted($0.slug) }.joined(separator: ", ")
    try connection.query(
      """
      SELECT \(names) FROM \(Model.quoted(table)) WHERE \(condition(filter))
      ORDER BY \(Model.quoted(idColumn)) LIMIT ? OFFSET ?
      """, [.integer(limit ?? -1), .integer(offset)], row: row)
  }
}
