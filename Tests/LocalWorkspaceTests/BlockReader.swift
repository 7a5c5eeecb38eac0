import CargoClient
import Testing

/// Reads the blocks of `RowBlockWriter`, as `CLuaHost` does.
enum BlockReader {
  static func rows(_ piece: RowPiece) throws -> [JSONValue] {
    var bytes = piece.bytes[...]
    if bytes.isEmpty { return [] }
    func take<T: FixedWidthInteger>(_: T.Type) -> T {
      let size = MemoryLayout<T>.size
      defer { bytes = bytes.dropFirst(size) }
      return bytes.prefix(size).reversed().reduce(0) { $0 << 8 | T(truncatingIfNeeded: $1) }
    }
    func text() -> [UInt8] {
      let length = Int(take(UInt32.self))
      defer { bytes = bytes.dropFirst(length) }
      return Array(bytes.prefix(length))
    }
    let columns = (0..<take(UInt32.self)).map { _ in String(decoding: text(), as: UTF8.self) }
    let count = take(UInt32.self)
    var rows: [JSONValue] = []
    for _ in 0..<count {
      var row = JSONObject()
      for column in columns {
        let tag = bytes.popFirst()
        switch RowBlockWriter.Tag(rawValue: try #require(tag)) {
        case .null?: row[column] = .null
        case .true?: row[column] = true
        case .false?: row[column] = false
        case .integer?: row[column] = .int(Int64(bitPattern: take(UInt64.self)))
        case .real?: row[column] = .double(Double(bitPattern: take(UInt64.self)))
        case .text?: row[column] = .string(String(decoding: text(), as: UTF8.self))
        case .json?: row[column] = try JSONValue(text())
        case nil: Issue.record("no such tag")
        }
      }
      rows.append(.object(row))
    }
    #expect(bytes.isEmpty)
    return rows
  }
}
