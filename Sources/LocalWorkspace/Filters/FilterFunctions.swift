import CargoClient
import SQLite

/// The SQL functions that compiled filters call. A connection that runs filters needs them.
///
/// - `cargo_contains(text, needles)`, `cargo_starts`, `cargo_ends`: whether one of the needles is in
///   the text, at its beginning or at its end, whatever the case of the letters; NULL when the first
///   argument is no text.
/// - `cargo_time(text)`: the moment in microseconds since 1970, NULL when the text is none.
enum FilterFunctions {
  /// Makes the functions known to a connection, once.
  static func register(on connection: Connection) throws {
    guard !connection.hasFunction("cargo_time") else { return }
    for place in Place.allCases {
      try connection.createFunction(place.rawValue, argumentCount: 2) { call in
        guard let needles = call.constant(1, Needles.self, Needles.init) else { return }
        if let found = call.withText(0, { needles.isFound(in: $0, at: place) }) {
          call.result(found)
        }
      }
    }
    try connection.createFunction("cargo_time", argumentCount: 1) { call in
      call.result(call.withText(0) { Instant($0)?.microseconds } ?? nil)
    }
  }

  /// Where a needle has to be.
  enum Place: String, CaseIterable, Sendable {
    case anywhere = "cargo_contains"
    case atStart = "cargo_starts"
    case atEnd = "cargo_ends"
  }

  /// The second argument of the text functions.
  static func needles(_ texts: [String]) -> SQLiteValue {
    var bytes: [UInt8] = []
    for text in texts {
      let folded = CaseFolding.fold(text)
      bytes += Array("\(folded.count):".utf8) + folded
    }
    return .utf8(bytes)
  }
}

/// Folded texts to look for, each written with its length before it.
private final class Needles {
  private var needles: [[UInt8]] = []

  init(_ encoded: UnsafeRawBufferPointer) {
    var position = 0
    while let colon = encoded[position...].firstIndex(of: UInt8(ascii: ":")) {
      let digits = String(decoding: encoded[position..<colon], as: UTF8.self)
      guard let count = Int(digits), count >= 0, colon + 1 + count <= encoded.count else { return }
      needles.append(Array(encoded[(colon + 1)..<(colon + 1 + count)]))
      position = colon + 1 + count
    }
  }

  func isFound(in text: UnsafeRawBufferPointer, at place: FilterFunctions.Place) -> Bool {
    if text.allSatisfy({ $0 < 0x80 }) {
      return needles.contains { matches($0, in: text, at: place) }
    }
    let folded = CaseFolding.fold(String(decoding: text, as: UTF8.self))
    return folded.withUnsafeBytes { bytes in
      needles.contains { matches($0, in: bytes, at: place) }
    }
  }

  private func matches(
    _ needle: [UInt8], in text: UnsafeRawBufferPointer, at place: FilterFunctions.Place
  ) -> Bool {
    let last = text.count - needle.count
    guard last >= 0 else { return false }
    return needle.withUnsafeBytes { needle in
      switch place {
      case .atStart: isEqual(needle, text, at: 0)
      case .atEnd: isEqual(needle, text, at: last)
      case .anywhere: (0...last).contains { isEqual(needle, text, at: $0) }
      }
    }
  }

  @inline(__always)
  private func isEqual(
    _ needle: UnsafeRawBufferPointer, _ text: UnsafeRawBufferPointer, at start: Int
  ) -> Bool {
    for offset in 0..<needle.count
    where CaseFolding.lower(text[start + offset]) != needle[offset] {
      return false
    }
    return true
  }
}
