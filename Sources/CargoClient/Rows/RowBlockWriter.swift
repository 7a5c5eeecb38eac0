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

  private let storage: Storage
  private let countPosition: Int
  private var count = 0

  /// Memory that grows. Three million calls of an array's `append` are felt; one check of the room for a
  /// whole cell is not.
  private final class Storage {
    var start: UnsafeMutableRawPointer
    var size = 0
    private var capacity: Int

    init(_ capacity: Int) {
      self.capacity = max(capacity, 256)
      start = .allocate(byteCount: self.capacity, alignment: 16)
    }

    deinit { start.deallocate() }

    func reserve(_ more: Int) {
      guard size + more > capacity else { return }
      capacity = max(capacity * 2, size + more)
      let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
      larger.copyMemory(from: start, byteCount: size)
      start.deallocate()
      start = larger
    }

    /// Appends within what was reserved.
    func put<T: FixedWidthInteger>(_ number: T) {
      (start + size).storeBytes(of: number.littleEndian, as: T.self)
      size += MemoryLayout<T>.size
    }

    /// Appends a length and as many bytes within what was reserved.
    func put(_ text: UnsafeRawBufferPointer) {
      put(UInt32(text.count))
      if let bytes = text.baseAddress {
        (start + size).copyMemory(from: bytes, byteCount: text.count)
      }
      size += text.count
    }
  }

  /// Begins a block.
  /// - Parameter capacity: about how many bytes it will have.
  public init(columns: [String], capacity: Int) {
    let storage = Storage(capacity)
    storage.reserve(8)
    storage.put(UInt32(columns.count))
    for var column in columns {
      column.withUTF8 { name in
        storage.reserve(name.count + 8)
        storage.put(UnsafeRawBufferPointer(name))
      }
    }
    countPosition = storage.size
    storage.put(UInt32(0))
    self.storage = storage
  }

  /// How many bytes there are by now.
  public var size: Int { storage.size }

  /// The block, ended.
  public func piece() -> RowPiece {
    (storage.start + countPosition).storeBytes(of: UInt32(count).littleEndian, as: UInt32.self)
    let bytes = UnsafeRawBufferPointer(start: storage.start, count: storage.size)
    return RowPiece(.block, Array(bytes), count: count)
  }

  // MARK: - Rows

  /// A row has all its cells.
  public mutating func endRow() { count += 1 }

  /// Writes a cell without a value.
  public func null() { mark(.null) }
  /// Writes a truth value.
  public func bool(_ value: Bool) { mark(value ? .true : .false) }
  /// Writes a whole number.
  public func integer(_ value: Int64) {
    mark(.integer, room: 8)
    storage.put(value)
  }

  /// Writes a number; whole ones below 2^53 become integers, as in JSON's text.
  public func real(_ value: Double) {
    if abs(value) < 0x1p53, let whole = Int64(exactly: value) { return integer(whole) }
    mark(.real, room: 8)
    storage.put(value.bitPattern)
  }

  /// Writes a text; what is no UTF-8 in it is replaced.
  public func text(_ text: UnsafeRawBufferPointer) {
    if RowBlockWriter.isUTF8(text) {
      put(.text, text)
    } else {
      var repaired = String(decoding: text, as: UTF8.self)
      repaired.withUTF8 { put(.text, UnsafeRawBufferPointer($0)) }
    }
  }

  /// Writes a value that is valid JSON.
  public func json(_ text: UnsafeRawBufferPointer) { put(.json, text) }

  private func put(_ tag: Tag, _ text: UnsafeRawBufferPointer) {
    mark(tag, room: 4 + text.count)
    storage.put(text)
  }

  /// Begins a cell, and makes room for what belongs to it.
  private func mark(_ tag: Tag, room: Int = 0) {
    storage.reserve(1 + room)
    storage.put(tag.rawValue)
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
