import CargoClient

/// Company names as they are compared: without case, accents, punctuation and legal forms.
enum CompanyName {
  /// Words in lower-case ASCII, one blank between them: `Klöckner & Co.` becomes `klockner and co`.
  static func folded(_ name: String) -> String {
    var result: [UInt8] = []
    result.reserveCapacity(name.utf8.count)
    for scalar in name.unicodeScalars {
      switch scalar {
      case "a"..."z", "0"..."9": result.append(UInt8(scalar.value))
      case "A"..."Z": result.append(UInt8(scalar.value) + 32)
      case "'", "’", ".": break
      case "&", "+":
        space(&result)
        result.append(contentsOf: "and".utf8)
        space(&result)
      default:
        if scalar.isASCII {
          space(&result)
        } else if let letters = LatinLetters.plain(scalar) {
          result.append(contentsOf: letters.utf8)
        } else if !scalar.properties.isAlphabetic {
          space(&result)
        } else {
          result.append(contentsOf: String(scalar).lowercased().utf8)
        }
      }
    }
    while result.last == UInt8(ascii: " ") { result.removeLast() }
    return String(decoding: result, as: UTF8.self)
  }

  private static func space(_ bytes: inout [UInt8]) {
    if let last = bytes.last, last != UInt8(ascii: " ") { bytes.append(UInt8(ascii: " ")) }
  }

  /// The folded name without the legal forms at its end and an article at its start; the folded name
  /// itself where nothing else would be left.
  static func normalized(_ name: String) -> String {
    var words = folded(name).split(separator: " ")
    let all = words
    if words.count > 1 && words.first == "the" { words.removeFirst() }
    while words.count > 1, let last = words.last, legalForms.contains(String(last)) {
      words.removeLast()
    }
    return (words.isEmpty ? all : words).joined(separator: " ")
  }

  private static let legalForms: Set<String> = [
    "inc", "incorporated", "corp", "corporation", "co", "company", "ltd", "limited", "plc", "llc",
    "lp", "llp", "ag", "se", "sa", "sas", "sca", "nv", "bv", "ab", "asa", "as", "oyj", "oy", "spa",
    "gmbh", "kgaa", "kg", "ohg", "kk", "holding", "holdings", "group", "and",
  ]
}

/// Web domains as they are compared.
enum DomainName {
  /// The host of an address or URL, without `www.`, in lower case.
  static func normalized(_ text: String) -> String {
    var rest = Substring(text.lowercased())
    if let scheme = rest.firstRange(of: "://") { rest = rest[scheme.upperBound...] }
    if let at = rest.lastIndex(of: "@") { rest = rest[rest.index(after: at)...] }
    if let end = rest.firstIndex(where: { "/?#: ".contains($0) }) { rest = rest[..<end] }
    if rest.hasPrefix("www.") { rest = rest.dropFirst(4) }
    return String(rest)
  }
}
