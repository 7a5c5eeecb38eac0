/// Finds the name that someone most likely meant ("did you mean").
public enum NearestName {
  /// The candidate nearest to `name`, or nil when none is near enough to be worth naming.
  ///
  /// Case, underscores, dashes and dots weigh nothing; a third of the letters may differ by Damerau
  /// and Levenshtein's count, and a name that begins with the other also counts.
  public static func suggest(_ name: String, among candidates: some Sequence<String>) -> String? {
    let wanted = folded(name)
    guard !wanted.isEmpty else { return nil }
    var best: (name: String, cost: Int)?
    for candidate in candidates where candidate != name {
      let letters = folded(candidate)
      guard let cost = cost(wanted, letters) else { continue }
      if let current = best {
        // Equal costs go by name, so that the answer does not hang on the order of a dictionary.
        guard (cost, candidate) < (current.cost, current.name) else { continue }
      }
      best = (candidate, cost)
    }
    return best?.name
  }

  /// Letters and digits in lower case.
  private static func folded(_ name: String) -> [UInt8] {
    name.utf8.compactMap { byte in
      switch byte {
      case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: " "): nil
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte + 32
      default: byte
      }
    }
  }

  /// How far apart two names are; nil when too far.
  private static func cost(_ a: [UInt8], _ b: [UInt8]) -> Int? {
    if a == b { return 0 }
    let shorter = min(a.count, b.count)
    let allowed = max(1, max(a.count, b.count) / 3)
    let distance =
      max(a.count, b.count) - shorter > allowed
      ? Int.max : distance(a, b, atMost: allowed)
    // A name of one letter is near every other name of one letter: that helps nobody.
    if distance <= allowed && distance < shorter { return distance * 2 }
    if shorter >= 3 && (b.starts(with: a) || a.starts(with: b)) { return allowed * 2 + 1 }
    return nil
  }

  /// Insertions, deletions, replacements and swaps of neighbours from `a` to `b`; `Int.max` when
  /// more than `limit`.
  static func distance(_ a: [UInt8], _ b: [UInt8], atMost limit: Int) -> Int {
    if a.isEmpty || b.isEmpty {
      return max(a.count, b.count) <= limit ? max(a.count, b.count) : .max
    }
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    var current = last
    for i in 1...a.count {
      current[0] = i
      var least = i
      for j in 1...b.count {
        let replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
        current[j] = min(last[j] + 1, current[j - 1] + 1, replaced)
        if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
          current[j] = min(current[j], beforeLast[j - 2] + 1)
        }
        least = min(least, current[j])
      }
      if least > limit { return .max }
      (beforeLast, last, current) = (last, current, beforeLast)
    }
    return last[b.count] <= limit ? last[b.count] : .max
  }
}
