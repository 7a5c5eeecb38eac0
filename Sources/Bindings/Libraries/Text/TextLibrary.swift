internal import CLua
internal import CLuaHost
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
    functions.define("text.split", ofTableOnTop: stack) {
      [unowned self] arguments throws(CargoError) in try split(arguments)
    }
  }

  private static let transforms: [(String, @Sendable (String) -> String)] = [
    ("trim", { Blank.trimmed($0) }), ("title", { TitleCase.text($0) }),
    ("slug", { Slug.text($0) }),
  ]

  /// `text.split(text, separator)`: at an exact text, or at white space without one.
  private func split(_ arguments: Arguments) throws(CargoError) -> Int32 {
    let stack = arguments.stack
    let text = try arguments.bytes(1, "text")
    let separator =
      stack.isNoneOrNil(2) ? nil : try arguments.bytes(2, "separator")
    guard separator != [] else {
      throw arguments.refusal("'separator' is empty", hint: "leave it out to split at white space")
    }
    stack.pushTable()
    var count = 0
    func push(_ piece: UnsafeRawBufferPointer) throws(CargoError) {
      // Short pieces take many times the memory of the text, and a full table is doubled.
      if count % 1_024 == 0 {
        let isFull = count & (count - 1) == 0
        guard
          cs_host_has_room(
            functions.host.pointer, stack.state, isFull ? (1 << 16) + 32 * count : 1 << 16)
        else {
          throw arguments.refusal(
            "the pieces do not fit into the memory limit", hint: "--memory-limit sets it")
        }
      }
      count += 1
      stack.push(piece)
      stack.setElement(count, ofTableAt: -2)
    }
    if let separator {
      var failure: CargoError?
      text.withUnsafeBytes { bytes in
        do throws(CargoError) {
          try Blank.forEachPiece(of: bytes, between: separator, push)
        } catch { failure = error }
      }
      if let failure { throw failure }
    } else {
      try Blank.forEachWord(of: String(decoding: text, as: UTF8.self)) {
        word throws(CargoError) in
        var word = String(word)
        var failure: CargoError?
        word.withUTF8 { bytes in
          do throws(CargoError) { try push(UnsafeRawBufferPointer(bytes)) } catch {
            failure = error
          }
        }
        if let failure { throw failure }
      }
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
