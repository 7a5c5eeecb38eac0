/// A SELECT that is read in pages, by LIMIT and OFFSET at its end (`cargo-platform.md` §7.2).
public struct PagedStatement {
  /// The statement without its own LIMIT, OFFSET and final semicolon.
  private let text: String
  /// The most rows in all; nil for no end.
  public let limit: Int64?
  /// How many rows its own OFFSET leaves out.
  private let offset: Int64

  /// Whether a statement has an order: an ORDER BY outside all parentheses. A text that cannot be read is
  /// left to whoever runs it.
  public static func isOrdered(_ sql: String) -> Bool {
    guard let tokens = try? SQLTokenizer.tokens(of: sql) else { return true }
    return isOrdered(tokens)
  }

  private static func isOrdered(_ tokens: [SQLToken]) -> Bool {
    let words = outer(tokens)
    return zip(words, words.dropFirst()).contains {
      tokens[$0].keyword == "ORDER" && tokens[$1].keyword == "BY" && $1 == $0 + 1
    }
  }

  /// The positions of the tokens outside all parentheses.
  private static func outer(_ tokens: [SQLToken]) -> [Int] {
    var depth = 0
    return tokens.indices.filter { index in
      if tokens[index].isSymbol("(") { depth += 1 }
      defer { if tokens[index].isSymbol(")") { depth -= 1 } }
      return depth == 0
    }
  }

  /// Takes a statement apart.
  /// - Throws: An error of the kind `argument` when it has no order, or a LIMIT that is no number.
  public init(_ sql: String) throws(CargoError) {
    var tokens: [SQLToken]
    do {
      tokens = try SQLTokenizer.tokens(of: sql)
    } catch {
      throw CargoError(
        .argument, "the statement cannot be read in pages: it is no plain SQL",
        hint: "use storage.query with LIMIT and OFFSET")
    }
    while tokens.last?.isSymbol(";") == true { tokens.removeLast() }
    guard Self.isOrdered(tokens) else { throw Self.withoutOrder }
    let end = tokens.last?.range.upperBound ?? 0
    let bytes = Array(sql.utf8)
    guard
      let start = Self.outer(tokens).last(where: {
        tokens[$0].keyword == "LIMIT" || tokens[$0].keyword == "OFFSET"
          || tokens[$0].keyword == "FETCH"
      })
    else {
      text = String(decoding: bytes[..<end], as: UTF8.self)
      (limit, offset) = (nil, 0)
      return
    }
    var position = start
    if tokens[start].keyword == "OFFSET",
      let limit = Self.outer(tokens).last(where: { tokens[$0].keyword == "LIMIT" }),
      limit == start - 2
    {
      position = limit
    }
    (limit, offset) = try Self.window(tokens[position...].map { $0 })
    text = String(decoding: bytes[..<tokens[position].range.lowerBound], as: UTF8.self)
  }

  /// The refusal of a statement without ORDER BY.
  public static let withoutOrder = CargoError(
    .argument, "the statement has no ORDER BY, so its rows come in no fixed order",
    hint: "end it with ORDER BY and a column that tells rows apart")

  /// Reads `LIMIT n`, `LIMIT n OFFSET m` or `LIMIT m, n`.
  private static func window(_ tokens: [SQLToken]) throws(CargoError) -> (Int64?, Int64) {
    func number(_ index: Int) -> Int64? {
      tokens.indices.contains(index) && tokens[index].kind == .number
        ? Int64(tokens[index].text) : nil
    }
    if tokens[0].keyword == "LIMIT", let first = number(1) {
      if tokens.count == 2 { return (first, 0) }
      if tokens.count == 4, let second = number(3) {
        if tokens[2].keyword == "OFFSET" { return (first, second) }
        if tokens[2].isSymbol(",") { return (second, first) }
      }
    }
    throw CargoError(
      .argument, "the statement's own LIMIT must be at its end and a plain number",
      hint: "LIMIT 1000, or LIMIT 1000 OFFSET 50")
  }

  /// The statement for some of the rows.
  public func page(limit: Int64, offset: Int64) -> String {
    // On a line of its own, should the text end in a comment.
    "\(text)\nLIMIT \(limit) OFFSET \(self.offset + offset)"
  }
}
