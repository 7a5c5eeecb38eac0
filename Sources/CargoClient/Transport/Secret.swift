import Glibc

/// A text that must never be shown: the bearer token, a value marked secret.
///
/// It has no description of its own, and replaces itself in texts that come from outside.
public struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// What stands in its place.
  public static let placeholder = "[redacted]"

  private let bytes: [UInt8]

  /// Wraps a secret.
  public init(_ text: String) { bytes = Array(text.utf8) }

  /// Whether there is nothing in it.
  public var isEmpty: Bool { bytes.isEmpty }

  /// Calls `body` with the text, for the one place that must send it.
  func withText<Value>(_ body: (String) -> Value) -> Value {
    body(String(decoding: bytes, as: UTF8.self))
  }

  /// `text` with each occurrence replaced.
  public func redacted(_ text: String) -> String {
    String(decoding: redacted(Array(text.utf8)), as: UTF8.self)
  }

  /// `text` with each occurrence replaced.
  public func redacted(_ text: [UInt8]) -> [UInt8] { Secret.redact(bytes, in: text) }

  /// The bytes with each occurrence of `secret` replaced by the placeholder; nothing is copied when
  /// there is none.
  public static func redact(_ secret: [UInt8], in bytes: [UInt8]) -> [UInt8] {
    guard !secret.isEmpty, var found = position(of: secret, in: bytes, from: 0) else {
      return bytes
    }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var start = 0
    while true {
      result += bytes[start..<found]
      result += placeholder.utf8
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

  /// Never the text.
  public var description: String { Secret.placeholder }
  /// Never the text.
  public var debugDescription: String { Secret.placeholder }
  /// Hides the text from `dump` and reflection too.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
