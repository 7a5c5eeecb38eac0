import CargoClient

/// Names of companies as they are compared.
public enum CompanyName {
  /// The name in small letters without marks, punctuation and legal forms: `Société Générale S.A.`
  /// becomes `societe generale`. Nil when there is no letter or digit in it.
  ///
  /// Letters of other scripts stay. What stands in parentheses is left out where something stands
  /// before them, and so is an English article at the beginning.
  public static func normalized(_ name: String) -> String? {
    var words = words(of: withoutParentheses(withoutForeignForms(name)))
    if words.isEmpty { words = self.words(of: name) }
    let all = words
    if words.count > 1 && words[0] == "the" { words.removeFirst() }
    removeLegalForms(from: &words)
    if words.count > 1 && words.last == "and" { words.removeLast() }
    let result = words.isEmpty ? all : words
    return result.isEmpty ? nil : result.joined(separator: " ")
  }

  /// Whether two names most likely stand for the same company: they are equal without legal forms,
  /// blanks and words that groups add (`Group`, `Holdings`, `.com`), or differ in one typing error. Two
  /// domains or addresses are compared as domains.
  ///
  /// Meant for deciding that no further question is needed, so it would rather say no.
  public static func areSame(_ a: String, _ b: String) -> Bool {
    if isAddress(a) && isAddress(b), let first = DomainName.registrable(in: a),
      let second = DomainName.registrable(in: b)
    {
      return first == second
    }
    guard let first = core(a), let second = core(b) else { return false }
    if first == second { return true }
    let digits = { (text: String) in text.filter(\.isNumber) }
    guard min(first.count, second.count) >= 8, digits(first) == digits(second) else { return false }
    return first.first == second.first && differByOneEdit(Array(first), Array(second))
  }

  /// Whether one letter too many, too few or wrong, or two swapped, is all the difference.
  private static func differByOneEdit(_ a: [Character], _ b: [Character]) -> Bool {
    guard abs(a.count - b.count) <= 1 else { return false }
    let same = zip(a, b).prefix { $0 == $1 }.count
    let (a, b) = (a.dropFirst(same), b.dropFirst(same))
    if a.count != b.count {
      return a.count > b.count ? a.dropFirst() == b : b.dropFirst() == a
    }
    if a.dropFirst() == b.dropFirst() { return true }
    return a.count > 1 && a.prefix(2).reversed() == Array(b.prefix(2))
      && a.dropFirst(2) == b.dropFirst(2)
  }

  /// Whether a text is an address and not a name: without blanks, with a dot and a known end.
  private static func isAddress(_ text: String) -> Bool {
    let text = Blank.trimmed(text)
    return !text.contains(where: \.isWhitespace) && text.contains(".")
      && DomainName.registrable(in: text) != nil
  }

  /// What is left of a name when everything is gone that says nothing.
  private static func core(_ name: String) -> String? {
    guard let normalized = normalized(name) else { return nil }
    var words = normalized.split(separator: " ")
    while words.count > 1, let last = words.last, groupWords.contains(last) {
      words.removeLast()
    }
    return words.joined()
  }

  private static let groupWords: Set<Substring> = [
    "group", "groupe", "gruppe", "grupo", "gruppo", "holding", "holdings", "international",
    "global", "worldwide", "com", "and",
  ]

  // MARK: - Words

  private static func words(of name: String) -> [String] {
    var words: [String] = []
    var word = ""
    // Letters since the last point: "S.A.", "E.ON" and "A/S" are words, "Amazon.com" is two.
    var letters = 0
    func end() {
      if !word.isEmpty { words.append(word) }
      word = ""
      letters = 0
    }
    for scalar in name.unicodeScalars {
      if let plain = LatinLetters.plain(scalar) {
        word += plain
        letters += plain.isEmpty ? 0 : 1
      } else if scalar.properties.isAlphabetic || scalar.properties.numericType == .decimal {
        word += scalar.properties.lowercaseMapping
        letters += 1
      } else if scalar == "&" || scalar == "+" {
        end()
        words.append("and")
      } else if scalar == "." || scalar == "/" {
        if letters > 1 { end() }
        letters = 0
      } else if "'’‘`´".unicodeScalars.contains(scalar) {
        continue
      } else {
        end()
      }
    }
    end()
    while words.first == "and" { words.removeFirst() }
    return words
  }

  /// Leaves out `(…)` behind something else.
  private static func withoutParentheses(_ name: String) -> String {
    var result = ""
    var depth = 0
    for character in name {
      switch character {
      case "(", "[", "（": depth += 1
      case ")", "]", "）": depth = max(0, depth - 1)
      default: if depth == 0 { result.append(character) }
      }
    }
    return result
  }

  // MARK: - Legal forms

  private static func removeLegalForms(from words: inout [String]) {
    while words.count > 1 {
      guard let length = LegalForms.ending(words), length < words.count else { break }
      words.removeLast(length)
    }
    while words.count > 1, LegalForms.isPrefix(words[0]) { words.removeFirst() }
  }

  /// Forms of scripts without blanks between words.
  private static func withoutForeignForms(_ name: String) -> String {
    var result = name
    for form in LegalForms.unspaced {
      while let range = result.firstRange(of: form) {
        result.replaceSubrange(range, with: " ")
      }
    }
    return result
  }
}
