import CJSON
import Glibc

/// Builds JSON text from the front to the back.
///
/// Commas are put where they belong. The caller balances `begin…` and `end…`, writes a key before each
/// member, and writes keys in sorted order where the text shall be canonical.
public struct JSONWriter {
  /// What has been written.
  public private(set) var bytes: [UInt8] = []
  private var needsComma = false

  /// Makes an empty writer.
  public init(capacity: Int = 0) {
    if capacity > 0 { bytes.reserveCapacity(capacity) }
  }

  /// Opens an object.
  public mutating func beginObject() { open(UInt8(ascii: "{")) }

  /// Closes the object.
  public mutating func endObject() { close(UInt8(ascii: "}")) }

  /// Opens an array.
  public mutating func beginArray() { open(UInt8(ascii: "[")) }

  /// Closes the array.
  public mutating func endArray() { close(UInt8(ascii: "]")) }

  /// Writes the key of the member that follows.
  public mutating func key(_ key: String) {
    separate()
    quote(key)
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  /// Writes a key that is written already: a JSON string and a colon.
  public mutating func rawKey(_ key: some Collection<UInt8>) {
    separate()
    bytes.append(contentsOf: key)
    needsComma = false
  }

  /// Writes a string.
  public mutating func string(_ string: String) {
    separate()
    quote(string)
  }

  /// Writes a string from text that should be UTF-8; what is not becomes U+FFFD.
  public mutating func string(utf8 text: UnsafeRawBufferPointer) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    let start = text.baseAddress?.assumingMemoryBound(to: CChar.self)
    var position = 0
    while let start, position < text.count {
      let plain = cj_plain_length(start + position, text.count - position)
      let run = text[position..<(position + plain)]
      bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: run))
      position += plain
      guard position < text.count else { break }
      if needsEscape(text[position]) {
        escape(text[position])
        position += 1
        continue
      }
      let length = cj_sequence_length(start + position, text.count - position)
      if length == 0 {
        bytes.append(contentsOf: "\u{FFFD}".utf8)
        position += 1
      } else {
        bytes.append(contentsOf: text[position..<(position + length)])
        position += length
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// Writes a whole number.
  public mutating func integer(_ number: Int64) {
    separate()
    appendNumber { cj_write_int64($0, number) }
  }

  /// Writes a number as the shortest text that reads back as the same one; a whole number below 2^53
  /// as an integer, as JavaScript does.
  ///
  /// - Throws: An `argument` error for NaN and infinities, which JSON does not have.
  public mutating func double(_ number: Double) throws(CargoError) {
    guard number.isFinite else {
      throw CargoError(.argument, "\(number) cannot be written as JSON")
    }
    separate()
    appendNumber { cj_write_double($0, number) }
  }

  /// Writes `true` or `false`.
  public mutating func bool(_ bool: Bool) { literal(bool ? "true" : "false") }

  /// Writes `null`.
  public mutating func null() { literal("null") }

  /// Writes one value that is JSON already.
  public mutating func raw(_ json: some Collection<UInt8>) {
    separate()
    bytes.append(contentsOf: json)
  }

  /// Writes a value of a document, its members in their order there.
  public mutating func value(_ view: JSONView) {
    separate()
    var length = 0
    guard let text = cj_serialise(view.value, &length) else {
      fatalError("out of memory while writing JSON")
    }
    bytes.append(contentsOf: UnsafeRawBufferPointer(start: text, count: length))
    free(text)
  }

  /// Writes a tree.
  ///
  /// - Throws: An `argument` error for NaN and infinities.
  public mutating func value(_ value: JSONValue) throws(CargoError) {
    switch value {
    case .null: null()
    case .bool(let value): bool(value)
    case .int(let value): integer(value)
    case .double(let value): try double(value)
    case .string(let value): string(value)
    case .array(let elements):
      beginArray()
      for element in elements { try self.value(element) }
      endArray()
    case .object(let object):
      beginObject()
      for (key, value) in object {
        self.key(key)
        try self.value(value)
      }
      endObject()
    }
  }

  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
  }

  private mutating func open(_ bracket: UInt8) {
    separate()
    bytes.append(bracket)
    needsComma = false
  }

  private mutating func close(_ bracket: UInt8) {
    bytes.append(bracket)
    needsComma = true
  }

  private mutating func literal(_ text: StaticString) {
    separate()
    text.withUTF8Buffer { bytes.append(contentsOf: $0) }
  }

  private mutating func appendNumber(_ write: (UnsafeMutablePointer<CChar>) -> Int) {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(CJ_NUMBER_LENGTH)) { buffer in
      guard let start = buffer.baseAddress else { return }
      bytes.append(contentsOf: UnsafeRawBufferPointer(start: start, count: write(start)))
    }
  }

  private mutating func quote(_ string: String) {
    var string = string
    bytes.append(UInt8(ascii: "\""))
    string.withUTF8 { text in
      guard let start = text.baseAddress else { return }
      start.withMemoryRebound(to: CChar.self, capacity: text.count) { characters in
        var position = 0
        while position < text.count {
          let plain = cj_plain_length(characters + position, text.count - position)
          var end = position + plain
          // A Swift string is valid UTF-8: what is beyond ASCII is copied as it is.
          while end < text.count, text[end] >= 0x80 { end += 1 }
          bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[position..<end]))
          position = end
          if position < text.count, needsEscape(text[position]) {
            escape(text[position])
            position += 1
          }
        }
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private func needsEscape(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
  }

  private mutating func escape(_ byte: UInt8) {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 6) { buffer in
      guard let start = buffer.baseAddress else { return }
      bytes.append(contentsOf: UnsafeRawBufferPointer(start: start, count: cj_escape(start, byte)))
    }
  }
}
