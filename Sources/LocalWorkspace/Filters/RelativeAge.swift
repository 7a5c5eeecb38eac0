import CargoClient

/// A span such as `3 months`, counted back from now (`cargo-platform.md` §6.4).
enum RelativeAge {
  /// The units, in singular.
  static let units = ["day", "week", "month", "year"]

  /// The moment that lies a span like `3 months` before `now`; nil when the text is no span.
  static func moment(_ text: String, before now: Instant) -> Instant? {
    let words = text.split(separator: " ")
    guard words.count == 2, words[0].utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
      let count = Int(words[0])
    else { return nil }
    return moment(count, unit: String(words[1]), before: now)
  }

  /// The moment that lies so many units before `now`; nil for an unknown unit or a span longer than
  /// ten thousand years.
  static func moment(_ count: Int, unit: String, before now: Instant) -> Instant? {
    var unit = unit.lowercased()
    if unit.hasSuffix("s") { unit.removeLast() }
    guard count >= 0, count <= 3_660_000 else { return nil }
    switch unit {
    case "day": return now.adding(days: -Int64(count))
    case "week": return now.adding(days: -7 * Int64(count))
    case "month" where count <= 120_000: return now.adding(months: -count)
    case "year" where count <= 10_000: return now.adding(months: -12 * count)
    default: return nil
    }
  }
}
