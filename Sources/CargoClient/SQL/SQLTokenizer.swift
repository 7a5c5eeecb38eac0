/// Cuts a SQL text into tokens by SQLite's rules (https://sqlite.org/lang.html, "tokenize").
///
/// White space and comments are left out; the ranges of the tokens tell where they were. What SQLite
/// reads as the end of the text (a NUL byte) or as no token at all is an error here, so that no part
/// of a statement is judged that SQLite would not see, or the other way round.
public struct SQLTokenizer {
  private let bytes: [UInt8]
  private var position = 0

  /// All tokens of a text.
  /// - Throws: `SQLTokenError`.
  public static func tokens(of sql: String) throws -> [SQLToken] {
    var tokenizer = SQLTokenizer(bytes: Array(sql.utf8))
    var tokens: [SQLToken] = []
    while let token = try tokenizer.next() { tokens.append(token) }
    return tokens
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private func byte(_ offset: Int = 0) -> UInt8 {
    position + offset < bytes.count ? bytes[position + offset] : 0
  }

  private mutating func next() throws -> SQLToken? {
    skipBlanks()
    guard position < bytes.count else { return nil }
    let start = position
    switch byte() {
    case UInt8(ascii: "'"): return try quoted(.string, start, close: byte())
    case UInt8(ascii: "\""), UInt8(ascii: "`"): return try quoted(.quotedName, start, close: byte())
    case UInt8(ascii: "["): return try bracketed(start)
    case UInt8(ascii: "x"), UInt8(ascii: "X"):
      return byte(1) == UInt8(ascii: "'") ? try blob(start) : word(start)
    case UInt8(ascii: "0")...UInt8(ascii: "9"): return try number(start)
    case UInt8(ascii: ".") where Self.isDigit(byte(1)): return try number(start)
    case UInt8(ascii: "?"):
      position += 1
      while Self.isDigit(byte()) { position += 1 }
      return token(.parameter, start)
    case UInt8(ascii: ":"), UInt8(ascii: "@"), UInt8(ascii: "$"), UInt8(ascii: "#"):
      return try parameter(start)
    case let first where Self.isWordByte(first): return word(start)
    default: return try symbol(start)
    }
  }

  private func token(_ kind: SQLToken.Kind, _ start: Int, text: String? = nil) -> SQLToken {
    SQLToken(
      kind: kind, text: text ?? String(decoding: bytes[start..<position], as: UTF8.self),
      range: start..<position)
  }

  // MARK: Between tokens

  private mutating func skipBlanks() {
    while position < bytes.count {
      switch byte() {
      case 0x20, 0x09, 0x0A, 0x0C, 0x0D: position += 1
      case 0xEF where byte(1) == 0xBB && byte(2) == 0xBF: position += 3
      case UInt8(ascii: "-") where byte(1) == UInt8(ascii: "-"):
        while position < bytes.count && byte() != 0x0A { position += 1 }
      case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "*"): skipComment()
      default: return
      }
    }
  }

  private mutating func skipComment() {
    position += 2
    while position < bytes.count {
      if byte() == UInt8(ascii: "*") && byte(1) == UInt8(ascii: "/") {
        position += 2
        return
      }
      position += 1
    }
  }

  // MARK: Tokens

  private mutating func quoted(
    _ kind: SQLToken.Kind, _ start: Int, close: UInt8
  ) throws -> SQLToken {
    var inside: [UInt8] = []
    position += 1
    while position < bytes.count {
      if byte() == 0 { break }
      if byte() == close {
        guard byte(1) == close else {
          position += 1
          return token(kind, start, text: String(decoding: inside, as: UTF8.self))
        }
        position += 1
      }
      inside.append(byte())
      position += 1
    }
    throw SQLTokenError(message: "a quote is opened and not closed: \(excerpt(start))")
  }

  private mutating func bracketed(_ start: Int) throws -> SQLToken {
    guard let end = bytes[start...].firstIndex(of: UInt8(ascii: "]")),
      !bytes[start..<end].contains(0)
    else { throw SQLTokenError(message: "a bracket is opened and not closed: \(excerpt(start))") }
    position = end + 1
    let inside = String(decoding: bytes[(start + 1)..<end], as: UTF8.self)
    return token(.quotedName, start, text: inside)
  }

  private mutating func blob(_ start: Int) throws -> SQLToken {
    position += 2
    while Self.isHexDigit(byte()) { position += 1 }
    guard byte() == UInt8(ascii: "'"), (position - start) % 2 == 0 else {
      throw unrecognized(start)
    }
    position += 1
    return token(.blob, start)
  }

  private mutating func number(_ start: Int) throws -> SQLToken {
    if byte() == UInt8(ascii: "0"), byte(1) | 0x20 == UInt8(ascii: "x"), Self.isHexDigit(byte(2)) {
      position += 2
      while Self.isHexDigit(byte()) { position += 1 }
    } else {
      skipDigits()
      if byte() == UInt8(ascii: ".") {
        position += 1
        skipDigits()
      }
      if byte() | 0x20 == UInt8(ascii: "e") {
        let signed = byte(1) == UInt8(ascii: "+") || byte(1) == UInt8(ascii: "-")
        if Self.isDigit(byte(signed ? 2 : 1)) {
          position += signed ? 2 : 1
          skipDigits()
        }
      }
    }
    guard !Self.isWordByte(byte()) else { throw unrecognized(start) }
    return token(.number, start)
  }

  private mutating func skipDigits() {
    while Self.isDigit(byte()) { position += 1 }
  }

  private mutating func parameter(_ start: Int) throws -> SQLToken {
    position += 1
    while Self.isWordByte(byte()) { position += 1 }
    guard position > start + 1 else { throw unrecognized(start) }
    return token(.parameter, start)
  }

  private mutating func word(_ start: Int) -> SQLToken {
    while Self.isWordByte(byte()) { position += 1 }
    return token(.word, start)
  }

  private mutating func symbol(_ start: Int) throws -> SQLToken {
    position += symbolLength()
    guard position > start else { throw unrecognized(start) }
    return token(.symbol, start)
  }

  /// The length of the operator that begins here; 0 when there is none.
  private func symbolLength() -> Int {
    let (first, second) = (byte(), byte(1))
    switch (Character(UnicodeScalar(first)), Character(UnicodeScalar(second))) {
    case ("-", ">"): return byte(2) == UInt8(ascii: ">") ? 3 : 2
    case ("|", "|"), ("<", "="), ("<", ">"), ("<", "<"), (">", "="), (">", ">"), ("=", "="),
      ("!", "="):
      return 2
    default: return "()+-*/%,;=<>&|~.".utf8.contains(first) ? 1 : 0
    }
  }

  private func unrecognized(_ start: Int) -> SQLTokenError {
    SQLTokenError(message: "unrecognized token: \(excerpt(start))")
  }

  /// The text from a place on, as far as an error message needs it.
  private func excerpt(_ start: Int) -> String {
    let rest = String(decoding: bytes[start...].prefix(60), as: UTF8.self)
    let line = rest.prefix { !$0.isNewline }.prefix(30)
    return "\"" + line.filter { !($0.asciiValue.map { $0 < 0x20 || $0 == 0x7F } ?? false) } + "\""
  }

  // MARK: Bytes

  private static func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }

  private static func isHexDigit(_ byte: UInt8) -> Bool {
    isDigit(byte) || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "f"))
  }

  /// Whether a byte can stand inside a bare word. Everything beyond ASCII can.
  private static func isWordByte(_ byte: UInt8) -> Bool {
    isDigit(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "$") || byte >= 0x80
      || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z"))
  }
}
