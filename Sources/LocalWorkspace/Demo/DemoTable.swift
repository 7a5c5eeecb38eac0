import CDemoData

/// Reads the bundled CSV files: RFC 4180, header row, no newlines inside fields.
struct DemoTable {
  let header: [String: Int]
  let rows: [[String]]

  init(_ text: cargo_demo_text) {
    var lines: [[String]] = []
    var rest = UnsafeBufferPointer(start: text.start, count: text.length)[...]
    while !rest.isEmpty {
      let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
      if end > rest.startIndex { lines.append(DemoTable.fields(rest[..<end])) }
      rest = rest[min(end + 1, rest.endIndex)...]
    }
    var header: [String: Int] = [:]
    for (position, name) in (lines.first ?? []).enumerated() { header[name] = position }
    self.header = header
    rows = Array(lines.dropFirst())
  }

  private static func fields(_ line: Slice<UnsafeBufferPointer<UInt8>>) -> [String] {
    var fields: [String] = []
    var field: [UInt8] = []
    var isQuoted = false
    var index = line.startIndex
    while index < line.endIndex {
      let byte = line[index]
      switch byte {
      case UInt8(ascii: "\""):
        let next = index + 1
        if isQuoted && next < line.endIndex && line[next] == byte {
          field.append(byte)
          index = next
        } else {
          isQuoted.toggle()
        }
      case UInt8(ascii: ",") where !isQuoted:
        fields.append(String(decoding: field, as: UTF8.self))
        field.removeAll(keepingCapacity: true)
      case UInt8(ascii: "\r"): break
      default: field.append(byte)
      }
      index += 1
    }
    fields.append(String(decoding: field, as: UTF8.self))
    return fields
  }

  /// A function that takes a column out of a row; empty where there is none.
  func column(_ name: String) -> ([String]) -> String {
    let position = header[name]
    return { row in position.flatMap { $0 < row.count ? row[$0] : nil } ?? "" }
  }
}
