import CargoClient
import SQLite

extension Model {
  /// Stores a new row, with an id of its own where it has none, and returns the id.
  ///
  /// - Parameters:
  ///   - values: by column; the model has them all.
  ///   - subject: the row in messages, `records[3]: `.
  /// - Throws: `recordAlreadyExists` when the id is taken.
  func insert(
    _ values: [String: SQLiteValue], subject: String = "", in connection: Connection
  ) throws -> SQLiteValue {
    var values = values
    if values[idColumn] == nil || values[idColumn] == .null {
      values[idColumn] = .text(Identifier.make())
    }
    let columns = columns.filter { values[$0.slug] != nil }
    do {
      try connection.run(
        """
        INSERT INTO \(Model.quoted(table))
          (\(columns.map { Model.quoted($0.slug) }.joined(separator: ", ")))
        VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))
        """, columns.map { values[$0.slug] ?? .null })
    } catch let error as SQLiteError where error.isConstraint {
      throw CargoError.refused(
        "\(subject)a record with this \(idColumn) is there already", code: "recordAlreadyExists")
    }
    return values[idColumn] ?? .null
  }
}
