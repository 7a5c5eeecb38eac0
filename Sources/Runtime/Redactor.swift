import CargoClient

/// Replaces secrets (the token, values marked secret) in what is stored, logged or shown
/// (`design.md` §5).
public struct Redactor: Sendable {
  private let secrets: [[UInt8]]

  /// What stands in a secret's place.
  public static let mark = Secret.placeholder

  /// Shorter texts are not taken for secrets: they would blot out words by chance.
  public static let shortestSecret = 6

  /// Makes a redactor for these texts, longest first, each also as JSON would escape it.
  public init(_ secrets: [String]) {
    var forms: Set<[UInt8]> = []
    for secret in secrets where secret.utf8.count >= Redactor.shortestSecret {
      let plain = Array(secret.utf8)
      forms.insert(plain)
      forms.insert(
        plain.flatMap { byte -> [UInt8] in
          byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
            ? [UInt8(ascii: "\\"), byte] : [byte]
        })
    }
    self.secrets = forms.sorted { a, b in
      a.count != b.count ? a.count > b.count : a.lexicographicallyPrecedes(b)
    }
  }

  /// The bytes with every secret replaced.
  public func redact(_ bytes: [UInt8]) -> [UInt8] {
    secrets.reduce(bytes) { Secret.redact($1, in: $0) }
  }

  /// The text with every secret replaced.
  public func redact(_ text: String) -> String {
    secrets.isEmpty ? text : String(decoding: redact(Array(text.utf8)), as: UTF8.self)
  }
}
