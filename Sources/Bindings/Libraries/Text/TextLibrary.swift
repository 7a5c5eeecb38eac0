internal import CLua
import CargoClient
import Runtime

/// `text`, `hash` and `uuid` (`design.md` §4.4).
final class TextLibrary: Library {
  private let random: (Int) -> [UInt8]
  private let functions: LuaFunctions

  /// - Parameter random: gives so many random bytes.
  init(random: @escaping (Int) -> [UInt8], functions: LuaFunctions) {
    self.random = random
    self.functions = functions
  }

  let globals = ["text", "hash", "uuid"]

  func push(_ name: String, onto stack: LuaStack) throws(RaisedError) -> Bool {
    switch name {
    case "text": pushText(onto: stack)
    case "hash":
      stack.pushTable(fields: 1)
      functions.define("hash.sha256", ofTableOnTop: stack) { arguments throws(CargoError) in
        arguments.stack.push(SHA256.digest(try arguments.bytes(1, "text")).hexadecimal)
        return 1
      }
    case "uuid":
      functions.push("uuid", onto: stack) { [unowned self] arguments throws(CargoError) in
        arguments.stack.push(UUIDText.version4(random(16)))
        return 1
      }
    default: return false
    }
    return true
  }

  private func pushText(onto stack: LuaStack) {
    stack.pushTable(fields: 6)
    for (name, transform) in TextLibrary.transforms {
      functions.define("text.\(name)", ofTableOnTop: stack) { arguments throws(CargoError) in
        arguments.stack.push(transform(try arguments.string(1, "text")))
        return 1
      }
    }
    functions.define("text.width", ofTableOnTop: stack) { arguments throws(CargoError) in
      arguments.stack.push(Int64(DisplayWidth.columns(of: try arguments.string(1, "text"))))
      return 1
    }
    functions.define("text.similarity", ofTableOnTop: stack) { arguments throws(CargoError) in
      let (a, b) = (try arguments.string(1, "a"), try arguments.string(2, "b"))
      arguments.stack.push(Similarity.jaroWinkler(a, b))
      return 1
    }
    functions.define("text.split", ofTableOnTop: stack) { arguments throws(CargoError) in
      try TextLibrary.split(arguments)
    }
  }

  private static let transforms: [(String, @Sendable (String) -> String)] = [
    ("trim", { Blank.trimmed($0) }), ("title", { TitleCase.text($0) }),
    ("slug", { Slug.text($0) }),
  ]

  /// `text.split(text, separator)`: at an exact text, or at white space without one.
  private static func split(_ arguments: Arguments) throws(CargoError) -> Int32 {
    let text = try arguments.string(1, "text")
    let pieces: [String]
    if let separator = try arguments.optionalString(2, "separator") {
      guard !separator.isEmpty else {
        throw arguments.refusal(
          "'separator' is empty", hint: "leave it out to split at white space")
      }
      pieces = Blank.pieces(of: text, between: separator)
    } else {
      pieces = Blank.words(of: text)
    }
    let stack = arguments.stack
    stack.pushTable(elements: Int32(clamping: pieces.count))
    for (position, piece) in pieces.enumerated() {
      stack.push(piece)
      stack.setElement(position + 1, ofTableAt: -2)
    }
    return 1
  }
}

extension UUIDText {
  /// A UUID of version 4 (RFC 9562 §5.4) from 16 random bytes.
  static func version4(_ random: [UInt8]) -> String {
    var bytes = random
    bytes[6] = bytes[6] & 0x0f | 0x40
    bytes[8] = bytes[8] & 0x3f | 0x80
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for (position, byte) in bytes.enumerated() {
      if [4, 6, 8, 10].contains(position) { text.append(UInt8(ascii: "-")) }
      text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
    return String(decoding: text, as: UTF8.self)
  }
}
