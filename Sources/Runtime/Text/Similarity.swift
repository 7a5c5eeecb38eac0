/// How alike two texts are.
public enum Similarity {
  /// Longer texts are compared by their beginning, so many Unicode scalars of it: the time grows with the
  /// square of the length.
  public static let maximumLength = 2_000

  /// Jaro–Winkler: 1 for equal texts, 0 for texts without a common character; a common beginning of up
  /// to four characters counts more (weight 0.1). Capitals and white space at the ends make no
  /// difference. (Winkler, "String Comparator Metrics", 1990.)
  public static func jaroWinkler(_ a: String, _ b: String) -> Double {
    let a = characters(of: a)
    let b = characters(of: b)
    if a == b { return 1 }
    let jaro = jaro(a, b)
    let common = zip(a, b).prefix { $0 == $1 }.prefix(4).count
    return jaro + Double(common) * 0.1 * (1 - jaro)
  }

  private static func characters(of text: String) -> [Character] {
    // Cut before anything else: a single character may be of any size.
    var beginning = String.UnicodeScalarView()
    beginning.append(contentsOf: text.unicodeScalars.prefix(maximumLength))
    return Array(Blank.trimmed(String(beginning)).lowercased())
  }

  private static func jaro(_ a: [Character], _ b: [Character]) -> Double {
    if a.isEmpty || b.isEmpty { return 0 }
    let reach = max(0, max(a.count, b.count) / 2 - 1)
    var isTaken = Array(repeating: false, count: b.count)
    var matches: [Character] = []
    for (position, character) in a.enumerated() {
      let low = max(0, position - reach)
      let high = min(b.count - 1, position + reach)
      guard low <= high else { continue }
      if let found = (low...high).first(where: { !isTaken[$0] && b[$0] == character }) {
        isTaken[found] = true
        matches.append(character)
      }
    }
    if matches.isEmpty { return 0 }
    let others = b.indices.filter { isTaken[$0] }.map { b[$0] }
    let swapped = zip(matches, others).count { $0 != $1 }
    let count = Double(matches.count)
    return
      (count / Double(a.count) + count / Double(b.count)
      + (count - Double(swapped) / 2) / count) / 3
  }
}
