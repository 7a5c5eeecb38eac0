import Testing

@testable import CargoClient

@Suite struct SQLTokenizerTests {
  private func cut(_ sql: String) throws -> [String] {
    try SQLTokenizer.tokens(of: sql).map { "\($0.kind):\($0.text)" }
  }

  @Test(
    arguments: [
      ("a.b", ["word:a", "symbol:.", "word:b"]),
      ("\"a\"\"b\" `c``d` [e f]", ["quotedName:a\"b", "quotedName:c`d", "quotedName:e f"]),
      ("'it''s'", ["string:it's"]),
      ("''", ["string:"]),
      ("x'0aFF' X''", ["blob:x'0aFF'", "blob:X''"]),
      ("xyz x", ["word:xyz", "word:x"]),
      (
        "1 1.5 .5 1e3 1.e-3 0x1F",
        ["1", "1.5", ".5", "1e3", "1.e-3", "0x1F"].map { "number:" + $0 }
      ),
      ("1.2.3", ["number:1.2", "number:.3"]),
      ("1e", nil),
      ("12ab", nil),
      ("0x", nil),
      ("?1 ? :a @b $c", ["?1", "?", ":a", "@b", "$c"].map { "parameter:" + $0 }),
      ("a--b\nc", ["word:a", "word:c"]),
      ("a/*--*/b/*open", ["word:a", "word:b"]),
      ("a-- to the end", ["word:a"]),
      (
        "a<=b<>c||d->>e->f",
        ["a", "<=", "b", "<>", "c", "||", "d", "->>", "e", "->", "f"].map {
          ("abcdef".contains($0) ? "word:" : "symbol:") + $0
        }
      ),
      ("größe$1", ["word:größe$1"]),
      ("ſelect", ["word:ſelect"]),
      ("\u{FEFF}SELECT", ["word:SELECT"]),
      ("'open", nil), ("\"open", nil), ("`open", nil), ("[open", nil),
      ("x'0'", nil), ("x'0g'", nil), ("a ! b", nil), ("a\0b", nil), ("'a\0b'", nil),
      ("a \\ b", nil),
      (": a", nil), ("", []), ("  \t\n", []),
    ] as [(String, [String]?)])
  func cutsAsSQLiteDoes(sql: String, expected: [String]?) throws {
    guard let expected else {
      #expect(throws: SQLTokenError.self) { try cut(sql) }
      return
    }
    #expect(try cut(sql) == expected)
  }

  @Test func onlyASCIILettersMakeAKeyword() throws {
    #expect(try SQLTokenizer.tokens(of: "SeLeCt")[0].keyword == "SELECT")
    #expect(try SQLTokenizer.tokens(of: "ſelect")[0].keyword != "SELECT")
    #expect(try SQLTokenizer.tokens(of: "\"select\"")[0].keyword == "")
  }

  @Test func anErrorShowsTheBeginningOnly() {
    let long = "'" + String(repeating: "é", count: 10_000)
    #expect {
      try cut(long)
    } throws: { ($0 as? SQLTokenError)?.message.count ?? .max < 100 }
  }
}
