import CargoClient

extension QueryRewriter {
  /// Words that follow a table and are not its alias.
  private static let afterTable: Set<String> = [
    "AS", "ON", "USING", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "WINDOW", "UNION",
    "EXCEPT", "INTERSECT", "JOIN", "INNER", "LEFT", "RIGHT", "FULL", "OUTER", "CROSS", "NATURAL",
    "INDEXED", "NOT", "SELECT", "FROM", "VALUES", "SET", "AND", "OR", "IS", "IN", "LIKE", "BETWEEN",
    "WHEN", "THEN", "ELSE", "END", "COLLATE", "ASC", "DESC", "WITH", "RETURNING",
  ]
  /// Functions that stand for a table and show nothing but their argument.
  static let tableFunctions: Set<String> = ["JSON_EACH", "JSON_TREE"]

  /// The name that a common table expression goes by.
  static func commonTableName(_ name: String) -> String {
    backquoted(QueryError.commonTablePrefix + name.asciiUppercased())
  }

  // MARK: In the place of a table

  /// Writes what stands in the place of a table. False when it is no table at all, which SQLite
  /// reports better.
  mutating func tableReference() throws -> Bool {
    frames[frames.count - 1].expectsTable = false
    let token = tokens[index]
    if token.isSymbol("(") {
      copy()
      var frame = Frame()
      // A subquery, or a join in parentheses.
      let opensQuery =
        index < tokens.count && ["SELECT", "WITH", "VALUES"].contains(tokens[index].keyword)
      frame.isInFrom = !opensQuery
      frame.expectsTable = !opensQuery
      frames.append(frame)
      return true
    }
    guard token.canBeName else { return false }
    let isDotted = index + 1 < tokens.count && tokens[index + 1].isSymbol(".")
    if !isDotted && token.kind == .word && Self.afterTable.contains(token.keyword) { return false }
    try tableName(isMember: false)
    return true
  }

  /// Writes the table's name in SQLite and, where none is given, the alias by which the recipe will
  /// call it.
  /// - Parameter isMember: After `IN`, where a table has no alias.
  mutating func tableName(isMember: Bool) throws {
    let (parts, end) = chain(from: index)
    let following = end < tokens.count ? tokens[end] : nil
    if parts.count == 1 && following?.isSymbol("(") == true {
      // After IN a word and a parenthesis may also be a function of the next expression's kind: only
      // the two table functions pass.
      guard Self.tableFunctions.contains(parts[0].asciiUppercased()) else {
        throw QueryError.tableNotFound(parts[0])
      }
      copy()
      return
    }
    let alias: String
    if parts.count == 1 && isCommonTable(parts[0]) {
      emit(.quotedName, Self.commonTableName(parts[0]))
      alias = parts[0]
    } else if let table = catalog.table(split(parts)) {
      emit(.quotedName, Self.backquoted(table.physicalName))
      tables.insert(table.physicalName)
      alias = table.model
    } else {
      throw QueryError.tableNotFound(parts.joined(separator: "."), hint: suggestion(split(parts)))
    }
    index = end
    if !isMember && !isAlias(following) {
      pieces.append(Piece(kind: .word, text: "AS", gap: true))
      pieces.append(Piece(kind: .quotedName, text: Self.backquoted(alias), gap: true))
    }
  }

  private func isAlias(_ token: SQLToken?) -> Bool {
    guard let token else { return false }
    if token.kind == .quotedName || token.kind == .string || token.keyword == "AS" { return true }
    return token.kind == .word && !Self.afterTable.contains(token.keyword)
  }

  private func isCommonTable(_ name: String) -> Bool {
    let name = name.asciiUppercased()
    return frames.contains { $0.commonTables.contains(name) }
  }

  private func suggestion(_ parts: [String]) -> String? {
    let names = catalog.tables.map(\.name)
    if parts.count == 1, let table = catalog.tables.first(where: { $0.model == parts[0] }) {
      return "write \(table.name)"
    }
    return NearestName.suggest(parts.joined(separator: "."), among: names).map {
      "did you mean \($0)?"
    }
  }

  // MARK: In the place of a column

  /// Writes a name in an expression. `default.companies.name` becomes `companies.name`, the alias
  /// that `tableName` gave.
  mutating func columnReference() {
    let (parts, end) = chain(from: index)
    let last = end < tokens.count && tokens[end].isSymbol("*") && tokens[end - 1].isSymbol(".")
    let owners = split(last ? parts : Array(parts.dropLast()))
    guard !owners.isEmpty, !isCall(end), let table = catalog.table(owners), !isShadowed(owners)
    else { return copyChain(to: end) }
    emit(.quotedName, Self.backquoted(table.model))
    pieces.append(Piece(kind: .symbol, text: ".", gap: false))
    if last {
      index = end
    } else {
      pieces.append(
        Piece(
          kind: .quotedName, text: Self.backquoted(split(parts).last ?? ""), gap: false))
      index = end
    }
    if last {
      pieces.append(Piece(kind: .symbol, text: "*", gap: false))
      index += 1
    }
  }

  private func isCall(_ end: Int) -> Bool { end < tokens.count && tokens[end].isSymbol("(") }

  /// A common table expression may have a model's physical name.
  private func isShadowed(_ owners: [String]) -> Bool {
    owners.count == 1 && isCommonTable(owners[0])
  }

  private mutating func copyChain(to end: Int) {
    repeat { copy() } while index < end
  }

  /// The names `a.b.c` from a token on, without quotes, and the token after them. After a dot without
  /// a name behind it (`a.*`) the token is the one after the dot.
  private func chain(from start: Int) -> (parts: [String], end: Int) {
    var parts = [tokens[start].text]
    var end = start + 1
    while end < tokens.count && tokens[end].isSymbol(".") {
      end += 1
      guard end < tokens.count, tokens[end].canBeName else { break }
      parts.append(tokens[end].text)
      end += 1
    }
    return (parts, end)
  }

  /// BigQuery puts a whole dotted name into one pair of quotes.
  private func split(_ parts: [String]) -> [String] {
    parts.flatMap { $0.split(separator: ".").map(String.init) }
  }

  // MARK: Common table expressions

  /// Writes WITH and notes the names it defines. All of them are known in all bodies of the same
  /// WITH, in the rest of the parentheses, and nowhere else.
  mutating func commonTables() throws {
    var next = index + 1
    if next < tokens.count && tokens[next].keyword == "RECURSIVE" { next += 1 }
    var found: [Int] = []
    while let end = definitionEnd(from: next) {
      found.append(next)
      next = end
      guard next < tokens.count, tokens[next].isSymbol(",") else { break }
      next += 1
    }
    if frames.count == 1 && index == 0 {
      guard next < tokens.count, ["SELECT", "VALUES"].contains(tokens[next].keyword) else {
        throw found.isEmpty
          ? QueryError.syntax("WITH wants a name and a query: WITH x AS (SELECT …) SELECT …")
          : QueryError.notOneSelect
      }
    }
    for definition in found {
      frames[frames.count - 1].commonTables.insert(tokens[definition].text.asciiUppercased())
      definitions.insert(definition)
    }
    copy()
  }

  /// Where `name (columns) AS NOT MATERIALIZED (…)` ends; nil when there is no such thing.
  private func definitionEnd(from start: Int) -> Int? {
    guard start < tokens.count, tokens[start].canBeName else { return nil }
    var next = start + 1
    if next < tokens.count && tokens[next].isSymbol("(") {
      guard let end = groupEnd(from: next) else { return nil }
      next = end
    }
    guard next < tokens.count, tokens[next].keyword == "AS" else { return nil }
    next += 1
    while next < tokens.count && ["NOT", "MATERIALIZED"].contains(tokens[next].keyword) {
      next += 1
    }
    guard next < tokens.count, tokens[next].isSymbol("(") else { return nil }
    return groupEnd(from: next)
  }

  /// The token after the parenthesis that closes the one at `start`.
  private func groupEnd(from start: Int) -> Int? {
    var depth = 0
    for position in start..<tokens.count {
      if tokens[position].isSymbol("(") { depth += 1 }
      if tokens[position].isSymbol(")") { depth -= 1 }
      if depth == 0 { return position + 1 }
    }
    return nil
  }
}
