import Glibc

/// Replaces secrets (the token, values marked secret) in what is stored, logged or shown
/// (`design.md` §5).
public struct Redactor: Sendable {
  private let secrets: [[UInt8]]

  /// What stands in a secret's place.
  public static let mark = "[redacted]"

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
    secrets.reduce(bytes) { Redactor.replace($1, in: $0) }
  }

  /// The text with every secret replaced.
  public func redact(_ text: String) -> String {
    secrets.isEmpty ? text : String(decoding: redact(Array(text.utf8)), as: UTF8.self)
  }

  private static func replace(_ secret: [UInt8], in bytes: [UInt8]) -> [UInt8] {
    guard var found = position(of: secret, in: bytes, from: 0) else { return bytes }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var start = 0
    while true {
      result += bytes[start..<found]
      result += mark.utf8
      start = found + secret.count
      guard let next = position(of: secret, in: bytes, from: start) else { break }
      found = next
    }
    return result + bytes[start...]
  }

  private static func position(of secret: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
    bytes.withUnsafeBytes { haystack in
      secret.withUnsafeBytes { needle -> Int? in
        guard let base = haystack.baseAddress, let wanted = needle.baseAddress else { return nil }
        var position = start
        while haystack.count - position >= needle.count {
          let room = haystack.count - position - needle.count + 1
          guard let found = memchr(base + position, Int32(needle[0]), room) else { return nil }
          position = UnsafeRawPointer(found) - base
          if memcmp(base + position, wanted, needle.count) == 0 { return position }
          position += 1
        }
        return nil
      }
    }
  }
}
