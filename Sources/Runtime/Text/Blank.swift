internal import CPlatform
public import CargoClient
import Glibc

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

  /// Calls `body` with the pieces between the exact text `separator`, which must not be empty; empty ones
  /// too.
  public static func forEachPiece(
    of text: UnsafeRawBufferPointer, between separator: [UInt8],
    _ body: (UnsafeRawBufferPointer) throws(CargoError) -> Void
  ) throws(CargoError) {
    var rest = text
    while let start = rest.baseAddress,
      let found = memmem(start, rest.count, separator, separator.count)
    {
      let length = UnsafeRawPointer(found) - start
      try body(UnsafeRawBufferPointer(rebasing: rest[..<length]))
      rest = UnsafeRawBufferPointer(rebasing: rest[(length + separator.count)...])
    }
    try body(rest)
  }

  /// Calls `body` with the pieces between runs of white space.
  public static func forEachWord(
    of text: String, _ body: (Substring) throws(CargoError) -> Void
  ) throws(CargoError) {
    var rest = Substring(text).unicodeScalars
    while true {
      rest = rest.drop(while: isBlank)
      if rest.isEmpty { return }
      let word = rest.prefix { !isBlank($0) }
      try body(Substring(word))
      rest = rest[word.endIndex...]
    }
  }
}
