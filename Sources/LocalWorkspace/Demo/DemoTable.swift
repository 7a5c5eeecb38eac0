import CDemoData

/// A bundled CSV file with a header row.
struct DemoTable {
  let header: [String: Int]
  let rows: [[String]]

  init(_ text: cargo_demo_text) {
    var lines: [[String]] = []
    let bytes = UnsafeRawBufferPointer(start: text.start, count: text.length)
    do {
      let reader = try CSVReader(bytes, delimiter: UInt8(ascii: ","))
      while let row = try reader.next() { lines.append(row.texts) }
    } catch {
      // The files are part of the program, and tests read them to their end.
      preconditionFailure("bundled data: \(error)")
    }
    var header: [String: Int] = [:]
    for (position, name) in (lines.first ?? []).enumerated() { header[name] = position }
    self.header = header
    rows = Array(lines.dropFirst())
  }

  /// A function that takes a column out of a row; empty where there is none.
  func column(_ name: String) -> ([String]) -> String {
    let position = header[name]
    return { row in position.flatMap { $0 < row.count ? row[$0] : nil } ?? "" }
  }
}
