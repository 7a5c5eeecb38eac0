import CargoClient

/// Turns rows into the bytes of an output format.
struct RowEncoder {
  private let format: OutputFormat
  private let columns: [String]?
  private var hasRows = false

  /// - Parameter columns: the only columns and their order; needed for CSV. JSON rows are written as
  ///   they are without.
  init(_ format: OutputFormat, columns: [String]?) {
    self.format = format
    self.columns = columns
  }

  /// Writes what comes before the rows.
  func begin(_ writer: inout FileWriter) throws(FileWriter.Failure) {
    switch format {
    case .csv:
      if let columns { try writeFields(columns.map { Array($0.utf8) }, &writer) }
    case .json: try writer.write("[")
    case .jsonl: break
    }
  }

  /// Writes a row.
  ///
  /// - Parameters:
  ///   - bytes: the row as a JSON object.
  ///   - row: the same, looked into; nil when its members are not needed.
  mutating func write(
    _ bytes: [UInt8], _ row: Row?, to writer: inout FileWriter
  ) throws(FileWriter.Failure) {
    switch format {
    case .csv:
      let fields = (columns ?? []).map { name in row?[name]?.plainText ?? [] }
      try writeFields(fields, &writer)
    case .json:
      try writer.write(hasRows ? ",\n" : "\n")
      try writer.write(projected(bytes, row))
    case .jsonl:
      try writer.write(projected(bytes, row))
      try writer.write("\n")
    }
    hasRows = true
  }

  /// Writes what comes behind the rows.
  func end(_ writer: inout FileWriter) throws(FileWriter.Failure) {
    if format == .json { try writer.write(hasRows ? "\n]\n" : "]\n") }
  }

  /// The row with the columns alone, in their order.
  private func projected(_ bytes: [UInt8], _ row: Row?) -> [UInt8] {
    guard let columns, let row else { return bytes }
    var writer = JSONWriter(capacity: bytes.count)
    writer.beginObject()
    for name in columns {
      guard let value = row[name] else { continue }
      writer.key(name)
      writer.raw(value.json)
    }
    writer.endObject()
    return writer.bytes
  }

  /// One line of CSV (RFC 4180, ended by a line feed).
  private func writeFields(
    _ fields: [[UInt8]], _ writer: inout FileWriter
  ) throws(FileWriter.Failure) {
    var line: [UInt8] = []
    for (index, field) in fields.enumerated() {
      if index > 0 { line.append(UInt8(ascii: ",")) }
      CSVCell.append(field, to: &line, isAlone: fields.count == 1)
    }
    line.append(UInt8(ascii: "\n"))
    try writer.write(line)
  }
}
