import CargoClient
import Synchronization

/// Replaces secrets (the token, values marked secret) in what is stored, logged or shown
/// (`design.md` §5).
///
/// One per run, shared by all who write: a secret that is learned on the way is known to each of them
/// from then on. Safe on any thread.
public final class Redactor: Sendable {
  /// Longest first, each also as JSON would escape it.
  private let secrets = Mutex<[[UInt8]]>([])

  /// What stands in a secret's place.
  public static let mark = Secret.placeholder

  /// Shorter texts are not taken for secrets: they would blot out words by chance.
  public static let shortestSecret = 6

  /// Makes a redactor for these texts.
  public init(_ secrets: [String] = []) {
    for secret in secrets { add(secret) }
  }

  /// Replaces this text too from now on.
  public func add(_ secret: String) {
    guard secret.utf8.count >= Redactor.shortestSecret else { return }
    let plain = Array(secret.utf8)
    let escaped = plain.flatMap { byte -> [UInt8] in
      byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
        ? [UInt8(ascii: "\\"), byte] : [byte]
    }
    secrets.withLock { secrets in
      for form in [plain, escaped] where !secrets.contains(form) { secrets.append(form) }
      secrets.sort { a, b in
        a.count != b.count ? a.count > b.count : a.lexicographicallyPrecedes(b)
      }
    }
  }

  /// The bytes with every secret replaced.
  public func redact(_ bytes: [UInt8]) -> [UInt8] {
    secrets.withLock { $0 }.reduce(bytes) { Secret.redact($1, in: $0) }
  }

  /// The text with every secret replaced.
  public func redact(_ text: String) -> String {
    String(decoding: redact(Array(text.utf8)), as: UTF8.self)
  }
}
