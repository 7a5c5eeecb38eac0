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
  public func redacted(_ text: [UInt8]) -> [UInt8] {
    guard !bytes.isEmpty, text.count >= bytes.count else { return text }
    var result: [UInt8] = []
    var copied = 0
    var index = 0
    let last = text.count - bytes.count
    while index <= last {
      if text[index] == bytes[0] && text[index..<index + bytes.count].elementsEqual(bytes) {
        result += text[copied..<index]
        result += Secret.placeholder.utf8
        index += bytes.count
        copied = index
      } else {
        index += 1
      }
    }
    return copied == 0 ? text : result + text[copied...]
  }

  /// Never the text.
  public var description: String { Secret.placeholder }
  /// Never the text.
  public var debugDescription: String { Secret.placeholder }
  /// Hides the text from `dump` and reflection too.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
