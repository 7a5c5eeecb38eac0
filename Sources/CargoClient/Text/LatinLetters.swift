/// Latin letters without their marks.
///
/// Unicode's own names say which letter one is ("LATIN SMALL LETTER E WITH ACUTE"), so no table has to
/// be kept: every Latin letter of the running Unicode version is known.
public enum LatinLetters {
  /// The scalar in plain small letters: `É` is `e`, `ß` is `ss`, `Æ` is `ae`; a mark that combines with
  /// the letter before it is empty. Nil for all that is no Latin letter.
  public static func plain(_ scalar: Unicode.Scalar) -> String? {
    if scalar.isASCII {
      switch scalar {
      case "a"..."z": return String(scalar)
      case "A"..."Z": return String(scalar).lowercased()
      default: return nil
      }
    }
    if scalar.properties.generalCategory == .nonspacingMark { return "" }
    guard scalar.properties.isAlphabetic, let name = scalar.properties.name else { return nil }
    var words = name.split(separator: " ")[...]
    if words.first == "FULLWIDTH" { words.removeFirst() }
    guard words.popFirst() == "LATIN", let size = words.popFirst(),
      size == "SMALL" || size == "CAPITAL", let kind = words.popFirst(),
      kind == "LETTER" || kind == "LIGATURE", let letter = words.first
    else { return nil }
    if let special = specials[letter] { return special }
    // OU, DZ, FFI; other words describe shapes ("TURNED", "INSULAR").
    return letter.utf8.count <= (kind == "LIGATURE" ? 3 : 2) ? letter.lowercased() : nil
  }

  private static let specials: [Substring: String] = [
    "SHARP": "ss", "DOTLESS": "i", "ETH": "d", "THORN": "th", "ENG": "n", "SCHWA": "e", "KRA": "k",
    "LONG": "s", "EZH": "z",
  ]
}
