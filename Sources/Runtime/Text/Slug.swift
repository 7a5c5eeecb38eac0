import CargoClient

/// Texts as they stand in URLs and keys.
public enum Slug {
  /// Small letters and digits with single dashes between: `Société Générale S.A.` becomes
  /// `societe-generale-s-a`. Latin letters lose their marks; letters of other scripts stay.
  public static func text(_ text: String) -> String {
    var result = ""
    var needsDash = false
    for scalar in text.unicodeScalars {
      let piece: String
      if let plain = LatinLetters.plain(scalar) {
        piece = plain
        // A mark belongs to the letter before it.
        if plain.isEmpty { continue }
      } else if scalar.properties.isAlphabetic || scalar.properties.numericType == .decimal {
        piece = scalar.properties.lowercaseMapping
      } else if scalar == "'" || scalar == "’" {
        continue
      } else {
        needsDash = !result.isEmpty
        continue
      }
      if needsDash { result += "-" }
      needsDash = false
      result += piece
    }
    return result
  }
}
