import CJSON

/// Writes rows cell by cell, without the detour of JSON's text: a million rows spend more time on that
/// than on anything else (`design.md` §8).
///
/// A block is a little-endian count of columns (4 bytes), for each column its name's length (4 bytes) and
/// its name, a count of rows (4 bytes), and for each row its cells in the columns' order. A cell is a tag
/// and what belongs to it. `CLuaHost/row_block.c` reads it.
public struct RowBlockWriter {
  /// The tags of cells.
  public enum Tag: UInt8, Sendable {
    /// Nothing follows.
    case null, `false`, `true`
    /// Eight bytes follow.
    case integer, real
    /// A length of four bytes and as many bytes follow: a text, or a value as JSON.
    case text, json
  }

  private var bytes: [UInt8] = []
  private var countPosition = 0
  private(set) var count = 0

  /// Begins a block.
  /// - Parameter capacity: about how many bytes it will have.
  public init(columns: [String], capacity: Int) {
    bytes.reserveCapacity(capacity)
    append(UInt32(columns.count))
    for column in columns {
      append(UInt32(column.utf8.count))
      bytes += column.utf8
    }
    countPosition = bytes.count
    append(UInt32(0))
  }

  /// How many bytes there are by now.
  public var size: Int { bytes.count }

  /// The block, ended.
  public mutating func piece() -> RowPiece {
    withUnsafeBytes(of: UInt32(count).littleEndian) { count in
      for (index, byte) in count.enumerated() { bytes[countPosition + index] = byte }
    }
    return RowPiece(.block, bytes, count: count)
  }

  private mutating func append<T: FixedWidthInteger>(_ number: T) {
    withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
  }

  // MARK: - Rows

  /// A row has all its cells.
  public mutating func endRow() { count += 1 }

  /// Writes a cell without a value.
  public mutating func null() { bytes.append(Tag.null.rawValue) }
  /// Writes a truth value.
  public mutating func bool(_ value: Bool) {
    bytes.append(value ? Tag.true.rawValue : Tag.false.rawValue)
  }
  /// Writes a whole number.
  public mutating func integer(_ value: Int64) {
    bytes.append(Tag.integer.rawValue)
    append(value)
  }

  /// Writes a number; whole ones below 2^53 become integers, as in JSON's text.
  public mutating func real(_ value: Double) {
    if abs(value) < 0x1p53, let whole = Int64(exactly: value) { return integer(whole) }
    bytes.append(Tag.real.rawValue)
    append(value.bitPattern)
  }

  /// Writes a text; what is no UTF-8 in it is replaced.
  public mutating func text(_ text: UnsafeRawBufferPointer) {
    if RowBlockWriter.isUTF8(text) {
      put(.text, text)
    } else {
      var repaired = String(decoding: text, as: UTF8.self)
      repaired.withUTF8 { put(.text, UnsafeRawBufferPointer($0)) }
    }
  }

  /// Writes a value that is valid JSON.
  public mutating func json(_ text: UnsafeRawBufferPointer) { put(.json, text) }

  private mutating func put(_ tag: Tag, _ text: UnsafeRawBufferPointer) {
    bytes.append(tag.rawValue)
    append(UInt32(text.count))
    bytes.append(contentsOf: text)
  }

  private static func isUTF8(_ text: UnsafeRawBufferPointer) -> Bool {
    guard let start = text.baseAddress?.assumingMemoryBound(to: CChar.self) else { return true }
    var position = 0
    while position < text.count {
      position += cj_plain_length(start + position, text.count - position)
      if position == text.count { break }
      if text[position] < 0x80 {
        // ASCII that JSON would escape.
        position += 1
        continue
      }
      let length = cj_sequence_length(start + position, text.count - position)
      if length == 0 { return false }
      position += length
    }
    return true
  }
}
