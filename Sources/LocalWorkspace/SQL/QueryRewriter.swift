import CargoClient

/// A query as SQLite is given it.
struct RewrittenQuery: Equatable {
  /// The statement.
  let sql: String
  /// The physical names of the models it reads, sorted.
  let tables: [String]
  /// Whether its rows come in a stated order (`QueryRewriter.hasTopLevelOrderBy`).
  let isOrdered: Bool
}

/// Turns a recipe's SELECT into one that SQLite understands (`cargo-platform.md` §7.1 and §7.2).
///
/// Works on tokens, never on the raw text: texts in quotes and comments can hide nothing. In the
/// place of a table, a name must be a common table expression in scope or a model; all else is
/// "Table not found". Common table expressions get names that no table has (`with:X`), so that the
/// `QueryGuard` can tell them from the tables of the workspace that have the same name.
struct QueryRewriter {
  /// The longest query, in bytes.
  static let maximumLength = 1_000_000

  let catalog: QueryCatalog
  let tokens: [SQLToken]
  /// The next token.
  var index = 0
  /// What was written so far.
  var pieces: [Piece] = []
  /// Open parentheses, the statement itself first.
  var frames = [Frame()]
  /// The tokens that name a common table expression where it is defined.
  var definitions: Set<Int> = []
  /// The physical names of the models met.
  var tables: Set<String> = []

  /// A piece of the new text: a token or what replaces it.
  struct Piece {
    /// What it is; a replaced expression counts as a word.
    var kind: SQLToken.Kind
    /// The new text.
    var text: String
    /// Whether there was a blank or a comment before it.
    var gap: Bool
    /// Whether it is the current instant, so that arithmetic on it keeps the time of day.
    var isInstant = false
  }

  /// What is known inside one pair of parentheses.
  struct Frame {
    /// Common table expressions defined here, in upper case.
    var commonTables: Set<String> = []
    /// Between FROM and the next clause, where a comma goes before a table.
    var isInFrom = false
    /// The next thing is a table.
    var expectsTable = false
    /// The arguments of `DATE_SUB` and its like.
    var dateCall: DateCall?
  }

  /// Rewrites a query.
  /// - Throws: `CargoError` with the texts of `cargo-platform.md` §7.3.
  static func rewrite(_ sql: String, catalog: QueryCatalog) throws -> RewrittenQuery {
    guard sql.utf8.count <= maximumLength else {
      throw QueryError.syntax("the query is longer than \(maximumLength) bytes")
    }
    var rewriter = QueryRewriter(catalog: catalog, tokens: try statement(sql))
    return try rewriter.run()
  }

  /// Whether the rows of a query come in a stated order: an ORDER BY outside all parentheses. A text
  /// that is no SQL has none.
  static func hasTopLevelOrderBy(_ sql: String) -> Bool {
    guard let tokens = try? SQLTokenizer.tokens(of: sql) else { return false }
    return hasTopLevelOrderBy(tokens)
  }

  private static func hasTopLevelOrderBy(_ tokens: [SQLToken]) -> Bool {
    var depth = 0
    for (index, token) in tokens.enumerated() {
      if token.isSymbol("(") { depth += 1 }
      if token.isSymbol(")") { depth -= 1 }
      if depth == 0 && token.keyword == "ORDER" && index + 1 < tokens.count
        && tokens[index + 1].keyword == "BY"
      {
        return true
      }
    }
    return false
  }

  /// The tokens of the only statement, without the semicolon at its end.
  private static func statement(_ sql: String) throws -> [SQLToken] {
    var tokens: [SQLToken]
    do {
      tokens = try SQLTokenizer.tokens(of: sql)
    } catch let error as SQLTokenError {
      throw QueryError.syntax(error.message)
    }
    while tokens.last?.isSymbol(";") == true { tokens.removeLast() }
    guard let first = tokens.first, first.keyword == "SELECT" || first.keyword == "WITH",
      !tokens.contains(where: { $0.isSymbol(";") })
    else { throw QueryError.notOneSelect }
    if let parameter = tokens.first(where: { $0.kind == .parameter }) {
      throw QueryError.syntax("parameters are not supported: \"\(parameter.text)\"")
    }
    return tokens
  }

  // MARK: The pass

  private mutating func run() throws -> RewrittenQuery {
    while index < tokens.count { try step() }
    for frame in frames { try Self.checkClosed(frame) }
    return RewrittenQuery(
      sql: pieces.map { ($0.gap ? " " : "") + $0.text }.joined(),
      tables: tables.sorted(), isOrdered: Self.hasTopLevelOrderBy(tokens))
  }

  private mutating func step() throws {
    let token = tokens[index]
    if frames[frames.count - 1].expectsTable, try tableReference() { return }
    switch token.kind {
    case .symbol:
      symbol(token)
      if token.isSymbol(")") { try close() }
    case .word where definitions.contains(index), .quotedName where definitions.contains(index),
      .string where definitions.contains(index):
      emit(.quotedName, Self.commonTableName(token.text))
      index += 1
    case .word: try word(token)
    case .quotedName: columnReference()
    default: copy()
    }
  }

  private mutating func symbol(_ token: SQLToken) {
    copy()
    if token.isSymbol("(") {
      frames.append(Frame())
    } else if token.isSymbol(",") && frames[frames.count - 1].isInFrom {
      frames[frames.count - 1].expectsTable = true
    }
  }

  private mutating func close() throws {
    // One parenthesis too many is SQLite's to report.
    guard frames.count > 1 else { return }
    let frame = frames.removeLast()
    try Self.checkClosed(frame)
  }

  private mutating func word(_ token: SQLToken) throws {
    if isQualified { return copy() }
    switch token.keyword {
    case "WITH": try commonTables()
    case "FROM" where !isDistinctFrom:
      frames[frames.count - 1].isInFrom = true
      frames[frames.count - 1].expectsTable = true
      copy()
    case "JOIN":
      frames[frames.count - 1].expectsTable = frames[frames.count - 1].isInFrom
      copy()
    case "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "WINDOW", "UNION", "EXCEPT", "INTERSECT",
      "SELECT":
      frames[frames.count - 1].isInFrom = false
      copy()
    case "IN":
      copy()
      if index < tokens.count && tokens[index].canBeName { try tableName(isMember: true) }
    default:
      if try !dateExpression(token) { columnReference() }
    }
  }

  /// Whether the next token comes after a dot, where every word is a name.
  private var isQualified: Bool { index > 0 && tokens[index - 1].isSymbol(".") }

  private var isDistinctFrom: Bool {
    guard index >= 2, tokens[index - 1].keyword == "DISTINCT" else { return false }
    return ["IS", "NOT"].contains(tokens[index - 2].keyword)
  }

  // MARK: Writing

  /// Whether there was something between the next token and the one before it.
  var hasGap: Bool {
    index > 0 && tokens[index].range.lowerBound > tokens[index - 1].range.upperBound
  }

  /// Writes a piece in the place of the next token.
  mutating func emit(_ kind: SQLToken.Kind, _ text: String, gap: Bool? = nil) {
    pieces.append(Piece(kind: kind, text: text, gap: gap ?? hasGap))
  }

  /// Writes the next token as it is.
  mutating func copy() {
    let token = tokens[index]
    emit(token.kind, Self.text(token))
    index += 1
  }

  /// A token as SQLite is given it.
  static func text(_ token: SQLToken) -> String {
    switch token.kind {
    // In back quotes, because SQLite takes an unknown name in double quotes for a text.
    case .quotedName: backquoted(token.text)
    case .string:
      "'"
        + token.text.split(separator: "'", omittingEmptySubsequences: false).joined(
          separator: "''") + "'"
    default: token.text
    }
  }

  /// A name in back quotes.
  static func backquoted(_ name: String) -> String {
    "`" + name.split(separator: "`", omittingEmptySubsequences: false).joined(separator: "``") + "`"
  }
}
