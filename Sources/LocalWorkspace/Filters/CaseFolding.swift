/// Texts without the difference between capitals and small letters, for `contains` and its like.
///
/// SQLite folds ASCII alone. Here every Unicode scalar goes to its capital and from there to its
/// small letter, so `ß` meets `SS` and `ς` meets `σ`. Composed and decomposed accents stay apart, as
/// they do for `is`.
enum CaseFolding {
  /// The folded text as UTF-8.
  static func fold(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      if scalar.isASCII {
        bytes.append(lower(UInt8(scalar.value)))
      } else {
        for capital in scalar.properties.uppercaseMapping.unicodeScalars {
          bytes.append(contentsOf: capital.properties.lowercaseMapping.utf8)
        }
      }
    }
    return bytes
  }

  /// The small letter of an ASCII byte.
  @inline(__always) static func lower(_ byte: UInt8) -> UInt8 {
    byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
  }
}
