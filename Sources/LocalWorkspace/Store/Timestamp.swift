import CargoClient

/// An instant in milliseconds since 1970, UTC: how times are stored.
enum Timestamp {
  /// Now.
  static func now() -> Int64 { Instant.now().microseconds / 1_000 }

  /// ISO 8601 with milliseconds: `2026-08-01T09:30:00.000Z`.
  static func text(_ milliseconds: Int64) -> String {
    String(decoding: bytes(milliseconds), as: UTF8.self)
  }

  /// The same as UTF-8.
  static func bytes(_ milliseconds: Int64) -> [UInt8] {
    Instant(microseconds: milliseconds &* 1_000).iso
  }

  /// Reads `2026-08-01`, `2026-08-01T09:30:00Z`, with fractions and offsets; nil when it is neither.
  static func parse(_ text: String) -> Int64? {
    (Instant.parse(text)?.instant.microseconds).map { $0.floorDivided(by: 1_000).quotient }
  }
}
