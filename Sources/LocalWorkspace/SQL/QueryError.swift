import CargoClient
import SQLite

/// The errors of `storage.query`, in the words of `cargo-platform.md` §7.3.
enum QueryError {
  /// The first word of the names that `QueryRewriter` gives to common table expressions.
  static let commonTablePrefix = "with:"

  /// A table that is no model.
  static func tableNotFound(_ name: String, hint: String? = nil) -> CargoError {
    error("Table not found: \(name)", hint: hint)
  }

  /// A text that is no SQL.
  static func syntax(_ message: String) -> CargoError { error("Syntax error: \(message)") }

  /// Several statements, or one that is no SELECT.
  static var notOneSelect: CargoError { error("Only a single SELECT statement is allowed") }

  /// What SQLite said, in the platform's words.
  static func translated(_ failure: SQLiteError, catalog: QueryCatalog) -> CargoError {
    if failure.isInterrupted {
      return error(
        "The query was ended because it ran too long", code: "queryTimeout",
        hint: "narrow it with WHERE or LIMIT")
    }
    if failure.isTooBig {
      return error("The query makes a value that is too large", code: "queryTooLarge")
    }
    let message = readable(failure.message, catalog: catalog)
    if let name = suffix(of: message, after: "no such column: ") {
      // The same text in double quotes is a name in SQL, a trap for those who come from BigQuery.
      return error(
        "Column not found: \(name)", hint: "names stand in double quotes, texts in single ones")
    }
    if let name = suffix(of: message, after: "no such table: ") { return tableNotFound(name) }
    if failure.isDenied, let access = suffix(of: message, after: "access to "),
      let end = access.firstRange(of: " is prohibited")
    {
      return tableNotFound(String(access[..<end.lowerBound]))
    }
    return syntax(message)
  }

  private static func error(_ message: String, code: String? = nil, hint: String? = nil)
    -> CargoError
  {
    .refused(message, code: code, hint: hint)
  }

  /// The message with models named as recipes name them.
  private static func readable(_ message: String, catalog: QueryCatalog) -> String {
    var text = message.replacing(commonTablePrefix, with: "")
    for table in catalog.tables { text = text.replacing(table.physicalName, with: table.name) }
    return text
  }

  private static func suffix(of text: String, after prefix: String) -> String? {
    text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : nil
  }
}
