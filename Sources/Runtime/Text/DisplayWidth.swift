import CPlatform

/// How many columns of a terminal a text takes.
public enum DisplayWidth {
  /// The columns of a text: two for wide East Asian characters and emoji, none for marks that
  /// combine.
  public static func columns(of text: some StringProtocol) -> Int {
    if isPlain(text) { return text.utf8.count }
    return text.reduce(0) { $0 + columns(of: $1) }
  }

  /// The text cut to at most `columns`, with an ellipsis in its last one when anything was cut.
  public static func truncated(_ text: String, to columns: Int) -> String {
    if columns <= 0 { return "" }
    if isPlain(text) && text.utf8.count <= columns || self.columns(of: text) <= columns {
      return text
    }
    var result = ""
    var used = 0
    for character in text {
      let width = self.columns(of: character)
      if used + width > columns - 1 { break }
      used += width
      result.append(character)
    }
    return result + "…"
  }

  /// The text with spaces after it, or before it, up to `columns`.
  public static func padded(_ text: String, to columns: Int, right: Bool = false) -> String {
    let missing = columns - self.columns(of: text)
    if missing <= 0 { return text }
    let spaces = String(repeating: " ", count: missing)
    return right ? spaces + text : text + spaces
  }

  private static func isPlain(_ text: some StringProtocol) -> Bool {
    text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f }
  }

  private static func columns(of character: Character) -> Int {
    var widest = 0
    for scalar in character.unicodeScalars {
      // Two regional indicators are a flag; the emoji selector makes a sign wide.
      if (0x1f1e6...0x1f1ff).contains(scalar.value) || scalar.value == 0xfe0f { return 2 }
      widest = max(widest, Int(platform_columns(scalar.value)))
    }
    return widest
  }
}
