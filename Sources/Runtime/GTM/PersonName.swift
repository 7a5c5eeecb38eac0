/// A person's name, taken apart.
public struct PersonName: Equatable, Sendable {
  /// The first name; nil where there is but a title and a family name (`Mrs. Smith`).
  public let first: String?
  /// What stands between, if anything.
  public let middle: String?
  /// The family name with what belongs to it (`van Beethoven`); nil when there is but one word.
  public let last: String?

  /// All of it, in order.
  public var full: String {
    [first, middle, last].compactMap { $0 }.joined(separator: " ")
  }

  /// Reads a name as lists have it: `Dr. Ada Lovelace, PhD`, `LOVELACE, Ada`, `Robert "Bob" Smith Jr.`.
  ///
  /// Titles and degrees go, nicknames in quotes or parentheses too; capitals are put right where the name
  /// is all in one case. Which of several names is the family's is a custom of countries: here the
  /// last, with the particles before it, so `Gabriel García Márquez` has the last name `Márquez`. Nil for
  /// what is no name: an address, a number, nothing.
  public init?(_ text: String) {
    let text = PersonName.withoutAsides(text)
    guard !text.contains("@"), !text.contains("://"), !text.contains(where: \.isNumber) else {
      return nil
    }
    var isAddressed = false
    var parts: [[String]] = []
    for part in text.split(whereSeparator: { ",;|".contains($0) }) {
      var words = PersonName.words(of: part)
      while let first = words.first, PersonName.isHonorific(first) {
        words.removeFirst()
        isAddressed = true
      }
      while let last = words.last, PersonName.isSuffix(last) { words.removeLast() }
      if !words.isEmpty { parts.append(words) }
    }
    // "Lovelace, Ada" and "Ada Lovelace, PhD" differ in what is behind the comma.
    guard let family = parts.first else { return nil }
    let words = PersonName.capitalized(parts.count > 1 ? parts[1] + family : family)
    guard words.count > 1 else {
      (first, middle, last) = (isAddressed ? nil : words[0], nil, isAddressed ? words[0] : nil)
      return
    }
    first = words[0]
    let familyStart =
      parts.count > 1 ? words.count - family.count : PersonName.familyStart(words)
    let start = min(max(familyStart, 1), words.count - 1)
    last = words[start...].joined(separator: " ")
    middle = start > 1 ? words[1..<start].joined(separator: " ") : nil
  }

  // MARK: - Words

  private static func words(of text: Substring) -> [String] {
    Blank.words(of: text).map { word in
      var word = Substring(word)
      while let last = word.last, "-–*·•".contains(last) || isPicture(last) { word.removeLast() }
      while let first = word.first, "-–*·•.'".contains(first) || isPicture(first) {
        word.removeFirst()
      }
      return String(word)
    }.filter(hasLetter)
  }

  private static func hasLetter(_ word: String) -> Bool {
    word.unicodeScalars.contains { $0.properties.isAlphabetic }
  }

  private static func isPicture(_ character: Character) -> Bool {
    character.unicodeScalars.first.map { $0.properties.isEmojiPresentation || $0.value > 0x1f000 }
      ?? false
  }

  /// Leaves out nicknames: `(Bob)`, `"Bob"`, `“Bob”`.
  private static func withoutAsides(_ text: String) -> String {
    var result = ""
    var closing: Character?
    let pairs: [Character: Character] = [
      "(": ")", "[": "]", "\"": "\"", "“": "”", "«": "»", "„": "“",
    ]
    for character in text {
      if let end = closing {
        if character == end {
          closing = nil
          result.append(" ")
        }
      } else if let end = pairs[character] {
        closing = end
      } else {
        result.append(character)
      }
    }
    return result
  }

  /// Where the family name begins: at the last word, or at the particles before it.
  private static func familyStart(_ words: [String]) -> Int {
    var start = words.count - 1
    while start > 1, particles.contains(words[start - 1].lowercased()) { start -= 1 }
    return start
  }

  /// Names all in one case get their capitals, and so do family names in capitals (`Ada LOVELACE`);
  /// particles of names in one case stay small.
  private static func capitalized(_ words: [String]) -> [String] {
    let text = words.joined(separator: " ")
    guard text == text.lowercased() || text == text.uppercased() else {
      return words.map { word in
        let isShouted = word == word.uppercased() && word.count { $0.isLetter } > 2
        return isShouted && !isInitials(word) ? TitleCase.text(word) : word
      }
    }
    return words.enumerated().map { position, word in
      let small = word.lowercased()
      if position > 0 && position < words.count - 1 && particles.contains(small) { return small }
      return isInitials(word) ? word.uppercased() : TitleCase.text(small)
    }
  }

  /// `j.`, `J.R.`
  private static func isInitials(_ word: String) -> Bool {
    word.contains(".") && word.split(separator: ".").allSatisfy { $0.count == 1 }
  }

  private static func key(_ word: String) -> String {
    word.lowercased().filter { $0 != "." }
  }

  private static func isHonorific(_ word: String) -> Bool { honorifics.contains(key(word)) }

  /// Degrees and their like. Words in small letters are taken for names: `Ma`, `Do`.
  private static func isSuffix(_ word: String) -> Bool {
    let key = key(word)
    if generations.contains(key) { return true }
    return degrees.contains(key)
      && (word.contains(".") || word.dropFirst().contains(where: \.isUppercase))
  }

  private static let particles: Set<String> = [
    "van", "von", "der", "den", "de", "del", "della", "di", "da", "dos", "das", "do", "du", "la",
    "le",
    "el", "al", "bin", "ibn", "ben", "ter", "ten", "zu", "zum", "zur", "af", "av", "st", "st.", "y",
    "e",
    "'t", "op", "auf", "vom", "dalla", "degli", "des", "mac", "abu",
  ]

  private static let honorifics: Set<String> = [
    "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "doctor", "sir", "dame", "lord",
    "lady",
    "rev", "fr", "hon", "capt", "captain", "col", "gen", "lt", "maj", "sgt", "herr", "frau", "hr",
    "mag",
    "dipl-ing", "ing", "univ-prof", "m", "mme", "mlle", "monsieur", "madame", "mademoiselle", "me",
    "sr", "sra", "srta", "don", "dona", "señor", "señora", "sig", "sigra", "signor", "signora",
    "dott",
    "dottssa", "avv", "arch", "dhr", "mevr", "drs", "ir",
  ]

  private static let generations: Set<String> = [
    "jr", "junior", "ii", "iii", "iv", "esq", "esquire",
  ]

  private static let degrees: Set<String> = [
    "phd", "md", "mba", "jd", "cpa", "cfa", "pmp", "msc", "bsc", "ba", "ma", "ms", "bs", "llm",
    "llb", "dds",
    "dmd", "do", "rn", "pe", "cissp", "csm", "shrm-cp", "shrm-scp", "sphr", "phr", "acca", "ca",
    "cma", "cfp",
    "frcs", "mph", "mpa", "edd", "dba", "dphil", "meng", "beng", "mfa", "ccie", "cipd", "fca",
    "mcipd", "obe",
    "mbe", "cbe", "kc", "qc", "sr", "mstj", "mim", "acc", "pcc", "mcc",
  ]
}
