/// A token of a SQL text, as SQLite's own tokenizer would cut it.
public struct SQLToken: Equatable {
  /// What a token is.
  public enum Kind: Equatable {
    /// A bare word: a keyword or a name.
    case word
    /// A name in `"…"`, `` `…` `` or `[…]`; `text` holds it without quotes.
    case quotedName
    /// A text in `'…'`; `text` holds it without quotes.
    case string
    /// `x'…'`.
    case blob
    /// An integer or a decimal number.
    case number
    /// `?`, `?1`, `:name`, `@name`, `$name`.
    case parameter
    /// Anything else: an operator, a parenthesis, a comma.
    case symbol
  }

  /// What it is.
  public let kind: Kind
  /// The token as written; for names and texts in quotes, what is inside.
  public let text: String
  /// A bare word in upper case, to compare with keywords; empty for all else.
  public let keyword: String
  /// Where it stands in the bytes of the source.
  public let range: Range<Int>

  init(kind: Kind, text: String, range: Range<Int>) {
    self.kind = kind
    self.text = text
    self.range = range
    keyword = kind == .word ? text.asciiUppercased() : ""
  }

  /// Whether it is this symbol.
  public func isSymbol(_ symbol: String) -> Bool { kind == .symbol && text == symbol }

  /// Whether it can name a table or a column. SQLite takes a text in single quotes for a name where
  /// only a name can stand.
  public var canBeName: Bool { kind == .word || kind == .quotedName || kind == .string }
}

extension String {
  /// The text with `a`…`z` in upper case and all else as it is: how SQLite compares keywords and
  /// names. (`uppercased()` would make a keyword of `ſelect`.)
  public func asciiUppercased() -> String {
    String(decoding: utf8.map { $0 >= 0x61 && $0 <= 0x7A ? $0 - 0x20 : $0 }, as: UTF8.self)
  }

  /// The text as a name in SQL that can be nothing but a name.
  public var quotedSQLName: String {
    "\"" + split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }
}

/// A text that is no sequence of SQL tokens.
public struct SQLTokenError: Error, Equatable {
  /// What is wrong, without a full stop.
  public let message: String
}
