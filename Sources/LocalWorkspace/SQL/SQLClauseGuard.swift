import CargoClient
import SQLite

/// Looks at the raw SQL of a `sql` condition before it becomes part of a statement
/// (`cargo-platform.md` §6.4).
///
/// The clause is cut into tokens and written anew, so no comment is left in it. It is then prepared
/// twice on the real table, alone as a column and in parentheses as a condition, under an authorizer
/// that admits this table and listed functions. What is balanced in both places is one expression and
/// cannot reach out of its parentheses.
struct SQLClauseGuard {
  /// The longest clause, in bytes.
  static let maximumLength = 10_000

  let connection: Connection

  /// The clause, ready to stand in parentheses.
  /// - Throws: `CargoError` that says what is wrong with it.
  func checked(_ clause: String, of model: FilterModel, alias: String) throws -> String {
    guard clause.utf8.count <= Self.maximumLength else {
      throw QueryError.syntax("the clause is longer than \(Self.maximumLength) bytes")
    }
    let text = try rendered(clause)
    let table = "\(model.table.quotedSQLName) AS \(alias.quotedSQLName)"
    let guardian = QueryGuard(tables: [model.table], allowsRecursion: false)
    do {
      try guardian.run(on: connection) {
        let column = try connection.prepare("SELECT \(text) FROM \(table)")
        let condition = try connection.prepare("SELECT 1 FROM \(table) WHERE (\(text))")
        guard column.columnCount == 1, column.unparsedCount == 0, column.isReadOnly,
          condition.columnCount == 1, condition.unparsedCount == 0
        else { throw QueryError.syntax("a clause is one expression") }
      }
    } catch let error as SQLiteError where error.isDenied {
      throw QueryError.syntax(
        "a clause reads the columns of \(model.slug) and calls harmless functions, nothing else")
    } catch let error as SQLiteError {
      throw QueryError.translated(error, catalog: QueryCatalog(tables: []))
    }
    return text
  }

  private func rendered(_ clause: String) throws -> String {
    let tokens: [SQLToken]
    do {
      tokens = try SQLTokenizer.tokens(of: clause)
    } catch let error as SQLTokenError {
      throw QueryError.syntax(error.message)
    }
    var depth = 0
    for token in tokens {
      if token.isSymbol("(") { depth += 1 }
      if token.isSymbol(")") { depth -= 1 }
      guard depth >= 0 else { throw QueryError.syntax("a parenthesis is closed and not opened") }
      guard !token.isSymbol(";"), token.kind != .parameter else {
        throw QueryError.syntax("\"\(token.text)\" cannot stand in a clause")
      }
    }
    guard depth == 0 else { throw QueryError.syntax("a parenthesis is opened and not closed") }
    guard !tokens.isEmpty else { throw QueryError.syntax("the clause is empty") }
    return tokens.map(QueryRewriter.text).joined(separator: " ")
  }
}
