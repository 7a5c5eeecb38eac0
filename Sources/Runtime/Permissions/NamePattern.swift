/// A pattern for names of actions and operations: `prospeo.*`, `segment.update`, `*`.
///
/// A star stands for any letters but a dot, so that `waterfall.*` never grows beyond one integration;
/// `*` and `*.*` stand for everything.
public struct NamePattern: Sendable, Hashable, CustomStringConvertible {
  /// The pattern as written.
  public let text: String
  private let parts: [[UInt8]]

  private static let star = UInt8(ascii: "*")

  /// Reads a pattern; nil for a text that can match nothing: empty parts, other signs than letters,
  /// digits, underscore, dash, dot and star.
  public init?(_ text: String) {
    let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
      .map(Array.init)
    guard !parts.contains([]), parts.count > 1 || text == "*" || parts[0].count > 0 else {
      return nil
    }
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
        UInt8(ascii: "."), NamePattern.star:
        continue
      default: return nil
      }
    }
    self.text = text
    self.parts = parts
  }

  /// The pattern as written.
  public var description: String { text }

  /// Whether it stands for everything.
  public var isEverything: Bool { text == "*" || text == "*.*" }

  /// Whether `name` is meant.
  public func matches(_ name: String) -> Bool {
    if isEverything { return true }
    let names = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard names.count == parts.count else { return false }
    return zip(parts, names).allSatisfy { NamePattern.matches($0[...], Array($1)[...]) }
  }

  /// Matches within a part: greedy, falling back to the last star, so that no pattern is slow.
  private static func matches(_ pattern: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> Bool {
    var (p, n) = (pattern.startIndex, name.startIndex)
    var retry: (p: Int, n: Int)?
    while n < name.endIndex {
      if p < pattern.endIndex, pattern[p] == star {
        retry = (p + 1, n)
        p += 1
      } else if p < pattern.endIndex, pattern[p] == name[n] {
        (p, n) = (p + 1, n + 1)
      } else if let last = retry {
        (p, n) = (last.p, last.n + 1)
        retry = (last.p, last.n + 1)
      } else {
        return false
      }
    }
    return pattern[p...].allSatisfy { $0 == star }
  }
}
