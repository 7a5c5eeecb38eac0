/// White space in texts that were copied from somewhere.
public enum Blank {
  /// Whether a scalar is white space, or takes no space and shows nothing (zero-width spaces, the byte
  /// order mark, direction marks).
  public static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x20, 0x09...0x0d: true
    case ..<0x80: false
    case 0x180e, 0x200b...0x200f, 0x202a...0x202e, 0x2060, 0xfeff: true
    default: scalar.properties.isWhitespace
    }
  }

  /// The text without white space at its ends.
  public static func trimmed(_ text: some StringProtocol) -> String {
    var scalars = Substring(text).unicodeScalars
    while let first = scalars.first, isBlank(first) { scalars.removeFirst() }
    while let last = scalars.last, isBlank(last) { scalars.removeLast() }
    return String(scalars)
  }

  /// The pieces between runs of white space.
  public static func words(of text: some StringProtocol) -> [String] {
    Substring(text).unicodeScalars.split(whereSeparator: isBlank).map { String($0) }
  }

  /// The pieces between the exact text `separator`, empty ones too; `separator` must not be empty.
  public static func pieces(of text: String, between separator: String) -> [String] {
    let bytes = Array(text.utf8)
    let mark = Array(separator.utf8)
    var pieces: [String] = []
    var start = 0
    var position = 0
    while position + mark.count <= bytes.count {
      if bytes[position] == mark[0] && bytes[position..<(position + mark.count)].elementsEqual(mark)
      {
        pieces.append(String(decoding: bytes[start..<position], as: UTF8.self))
        position += mark.count
        start = position
      } else {
        position += 1
      }
    }
    pieces.append(String(decoding: bytes[start...], as: UTF8.self))
    return pieces
  }
}
