/// Registrable domains: what an organisation registers, and others know it by.
public enum DomainName {
  /// The registrable domain of the first thing in `text` that has one: a URL, an e-mail address, a host
  /// or text around them. Small letters, ASCII (`xn--` for other letters); nil when there is none.
  ///
  /// On platforms where customers have a name of their own (`acme.myshopify.com`) that name is part of
  /// it.
  public static func registrable(in text: String) -> String? {
    for token in text.split(whereSeparator: isSeparator) {
      if let host = host(of: token), let domain = registrable(ofHost: host) { return domain }
    }
    return nil
  }

  /// What separates things in texts that people wrote. Bars, braces and brackets come from templates.
  private static func isSeparator(_ character: Character) -> Bool {
    character.isWhitespace || ",;|<>(){}[]\"“”„«»`".contains(character)
      || character.unicodeScalars.allSatisfy(Blank.isBlank)
  }

  /// The host in something without blanks: scheme, user, port and path are left out.
  static func host(of token: Substring) -> Substring? {
    var rest = token
    if let scheme = rest.firstRange(of: "://") {
      rest = rest[scheme.upperBound...]
    } else if rest.hasPrefix("//") {
      rest = rest.dropFirst(2)
    } else if rest.lowercased().hasPrefix("mailto:") {
      rest = rest.dropFirst(7)
    }
    if let end = rest.firstIndex(where: { "/?#\\".contains($0) }) { rest = rest[..<end] }
    if let at = rest.lastIndex(of: "@") { rest = rest[rest.index(after: at)...] }
    if let port = rest.firstIndex(of: ":") { rest = rest[..<port] }
    while let last = rest.last, ".'’!*".contains(last) { rest.removeLast() }
    while let first = rest.first, ".'‘*".contains(first) { rest.removeFirst() }
    return rest.contains(where: points.contains) ? rest : nil
  }

  /// Full-width and ideographic full stops separate labels too (RFC 3490 §3.1).
  private static let points: Set<Character> = [".", "。", "．", "｡"]

  /// The host's name as DNS has it; nil when it is none.
  static func ascii(_ host: Substring) -> String? {
    var labels: [Substring] = []
    for label in host.lowercased().split(
      omittingEmptySubsequences: false, whereSeparator: points.contains)
    {
      guard let ascii = Punycode.encode(label), isLabel(ascii) else { return nil }
      labels.append(ascii)
    }
    let name = labels.joined(separator: ".")
    return name.utf8.count <= 253 ? name : nil
  }

  /// RFC 1123 §2.1: letters, digits and inner dashes.
  private static func isLabel(_ label: Substring) -> Bool {
    guard (1...63).contains(label.utf8.count), label.first != "-", label.last != "-" else {
      return false
    }
    return label.utf8.allSatisfy { byte in
      (97...122).contains(byte) || (48...57).contains(byte) || byte == UInt8(ascii: "-")
    }
  }

  /// The registrable domain of a host; nil for addresses, suffixes and unknown top-level domains.
  static func registrable(ofHost host: Substring) -> String? {
    guard let name = ascii(host) else { return nil }
    var labels = name.split(separator: ".")
    while labels.count > 2, labels.first == "www" { labels.removeFirst() }
    guard labels.count >= 2, let top = labels.last, TopLevelDomains.contains(top) else {
      return nil
    }
    let second = labels[labels.count - 2]
    if HostingDomains.contains("\(second).\(top)") {
      return labels.suffix(3).joined(separator: ".")
    }
    let isRegistry =
      CountryRegistries.contains(second, top) || CountryRegistries.wholeCountries.contains(top)
    if !isRegistry { return labels.suffix(2).joined(separator: ".") }
    return labels.count >= 3 && labels[labels.count - 3] != "www"
      ? labels.suffix(3).joined(separator: ".") : nil
  }
}
