/// Makes text from outside safe to show on a terminal.
enum DisplayText {
  /// The text with control characters, stray bytes and invisible direction marks written out.
  ///
  /// An answer, a file or a recipe may hold sequences that move the cursor, rename the window or
  /// reorder a line (`design.md` §2); shown as `\u{1b}` they do nothing. Line feeds and tabs stay
  /// when `multiline` is true.
  static func escaped(_ text: some StringProtocol, multiline: Bool = false) -> String {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) { return String(text) }
    var result = ""
    for scalar in text.unicodeScalars {
      if multiline && (scalar == "\n" || scalar == "\t") || !isUnsafe(scalar) {
        result.unicodeScalars.append(scalar)
      } else {
        switch scalar {
        case "\n": result += "\\n"
        case "\r": result += "\\r"
        case "\t": result += "\\t"
        default: result += "\\u{" + String(scalar.value, radix: 16) + "}"
        }
      }
    }
    return result
  }

  /// Bytes as they may go to a terminal: the same, for several lines that may not be UTF-8.
  static func escaped(bytes: some Sequence<UInt8> & Collection<UInt8>) -> [UInt8] {
    let isPlain = bytes.allSatisfy { $0 >= 0x20 && $0 < 0x7f || $0 == 0x0a || $0 == 0x09 }
    if isPlain { return Array(bytes) }
    return Array(escaped(String(decoding: bytes, as: UTF8.self), multiline: true).utf8)
  }

  private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7f..<0xa0: true
    // Marks, embeddings, overrides and isolates of direction; line and paragraph separators.
    case 0x200e, 0x200f, 0x2028...0x202e, 0x2066...0x2069, 0xfeff: true
    default: false
    }
  }
}
