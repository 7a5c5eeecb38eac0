/// Names with capitals where people expect them.
public enum TitleCase {
  /// Every word begins with a capital, also behind a hyphen and in `O'Neil`, `D'Angelo`, `L'Oréal`.
  ///
  /// A word with capitals and small letters of its own stays as it is (`McDonald`, `eBay`), and so does
  /// a word in capitals when other words are not (`IBM Deutschland`). `ACME GMBH` becomes `Acme Gmbh`:
  /// nothing tells what is an abbreviation there.
  public static func text(_ text: String) -> String {
    let isShouted = !text.unicodeScalars.contains { $0.properties.isLowercase }
    var result = ""
    var word = ""
    for scalar in text.unicodeScalars {
      if Blank.isBlank(scalar) {
        result += titled(word, isShouted: isShouted)
        word = ""
        result.unicodeScalars.append(scalar)
      } else {
        word.unicodeScalars.append(scalar)
      }
    }
    return result + titled(word, isShouted: isShouted)
  }

  private static func titled(_ word: String, isShouted: Bool) -> String {
    var letters = word.unicodeScalars.filter { $0.properties.isCased }[...]
    let first = letters.popFirst()
    let capitals = letters.count { $0.properties.isUppercase }
    let isMixed =
      capitals > 0 && capitals < letters.count
      || first?.properties.isLowercase == true
        && capitals > 0
    let isAbbreviation =
      !isShouted && capitals == letters.count && first?.properties.isUppercase == true
    if isMixed || isAbbreviation { return word }
    var result = String.UnicodeScalarView()
    var lettersBefore = 0
    var startsPart = true
    for scalar in word.unicodeScalars {
      if scalar.properties.isCased {
        result.append(
          contentsOf: (startsPart
            ? scalar.properties.titlecaseMapping : scalar.properties.lowercaseMapping)
            .unicodeScalars)
        startsPart = false
        lettersBefore += 1
      } else {
        result.append(scalar)
        if isMark(scalar) { continue }
        // One letter before it: "O'Neil", "U.S."; more: "don't", "Lowe's", "Amazon.com".
        let isInner = scalar == "'" || scalar == "’" || scalar == "."
        startsPart =
          isInner
          ? lettersBefore == 1
          : !scalar.properties.isAlphabetic && scalar.properties.numericType == nil
        lettersBefore = 0
      }
    }
    return String(result)
  }

  private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory == .nonspacingMark
  }
}
