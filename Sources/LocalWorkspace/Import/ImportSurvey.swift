import CCSV
import CargoClient

/// What the first look at a whole file has found: its columns, and what each of them holds.
struct ImportSurvey {
  /// One column of the file.
  struct FileColumn {
    /// Its header, or its key.
    let name: String
    /// Rows that have a value there.
    var filled = 0
    /// The first of the values.
    var example = ""
    /// What all texts may be read as (`ccsv_kinds`).
    fileprivate var kinds: UInt32
    fileprivate var shapes: Shapes = []

    fileprivate struct Shapes: OptionSet {
      let rawValue: UInt8
      static let text = Shapes(rawValue: 1)
      static let number = Shapes(rawValue: 2)
      static let boolean = Shapes(rawValue: 4)
      static let object = Shapes(rawValue: 8)
      static let array = Shapes(rawValue: 16)
    }

    /// The narrowest type that holds every value.
    var type: Column.Kind {
      switch shapes {
      case .text:
        if kinds & UInt32(CCSV_NUMBER) != 0 { return .number }
        if kinds & UInt32(CCSV_BOOLEAN) != 0 { return .boolean }
        return kinds & UInt32(CCSV_DATE) != 0 ? .date : .string
      case .number: return .number
      case .boolean: return .boolean
      case .object: return .object
      case .array: return .array
      default: return shapes.isDisjoint(with: [.object, .array]) ? .string : .any
      }
    }
  }

  private(set) var columns: [FileColumn] = []
  /// Rows that hold anything.
  private(set) var rows = 0

  /// How many rows go by between two looks at the progress.
  static let stride = 4_096

  /// Reads the whole file.
  init(
    _ file: ImportFile, delimiter: UInt8?, progress: (_ bytes: Int) throws -> Void
  ) throws {
    try file.rewind()
    switch file.format {
    case .csv: try readCSV(file, delimiter, progress)
    case .jsonLines: try readJSONLines(file, progress)
    }
  }

  private mutating func readCSV(
    _ file: ImportFile, _ delimiter: UInt8?, _ progress: (Int) throws -> Void
  ) throws {
    let reader = try CSVReader(delimiter: delimiter) { try file.read(into: $0) }
    do {
      guard let header = try reader.next() else {
        throw CargoError(
          .argument, "\(file.name) is empty",
          hint: "its first line must name the columns")
      }
      columns = header.texts.map { FileColumn(name: $0, kinds: 0) }
      var filled = [UInt64](repeating: 0, count: columns.count)
      var kinds = [UInt8](repeating: UInt8(CCSV_ALL_KINDS), count: columns.count)
      // Columns of which no example is known yet.
      var empty = Array(columns.indices)
      while let row = try reader.next() {
        var raw = row.raw
        guard ccsv_survey(&raw, columns.count, &filled, &kinds) else { continue }
        rows += 1
        if !empty.isEmpty { empty.removeAll { takeExample(row, $0) } }
        if rows % ImportSurvey.stride == 0 { try progress(reader.position) }
      }
      for position in columns.indices where filled[position] > 0 {
        columns[position].filled = Int(filled[position])
        columns[position].kinds = UInt32(kinds[position])
        columns[position].shapes = .text
      }
    } catch let failure as CSVReader.Failure {
      throw failure.error(in: file.name)
    }
  }

  /// Takes a field as the column's example; false when it is empty.
  private mutating func takeExample(_ row: CSVReader.Row, _ position: Int) -> Bool {
    guard let text = row[position] else { return false }
    columns[position].example = String(decoding: text.prefix(256), as: UTF8.self)
    return true
  }

  private mutating func readJSONLines(
    _ file: ImportFile, _ progress: (Int) throws -> Void
  ) throws {
    var scanner = LineScanner(file)
    var positions: [String: Int] = [:]
    while let line = try scanner.next() {
      for (key, value) in try JSONLine.members(line, at: scanner.line, of: file) {
        let position = positions[key] ?? columns.count
        if position == columns.count {
          guard columns.count < ImportPlan.columnLimit else {
            throw CargoError(
              .argument,
              "\(file.name), line \(scanner.line): there are more than "
                + "\(ImportPlan.columnLimit) different keys")
          }
          positions[key] = position
          columns.append(FileColumn(name: key, kinds: UInt32(CCSV_DATE)))
        }
        note(value, at: position)
      }
      rows += 1
      if rows % ImportSurvey.stride == 0 { try progress(scanner.position) }
    }
  }

  private mutating func note(_ value: JSONView, at position: Int) {
    if value.isNull { return }
    if columns[position].filled == 0 {
      columns[position].example =
        value.string ?? String(decoding: value.bytes.prefix(256), as: UTF8.self)
    }
    columns[position].filled += 1
    switch value.kind {
    case .null: break
    case .bool: columns[position].shapes.insert(.boolean)
    case .integer, .double: columns[position].shapes.insert(.number)
    case .object: columns[position].shapes.insert(.object)
    case .array: columns[position].shapes.insert(.array)
    case .string:
      columns[position].shapes.insert(.text)
      var text = value.string ?? ""
      let kinds = columns[position].kinds
      columns[position].kinds = text.withUTF8 { bytes in
        bytes.withMemoryRebound(to: CChar.self) { ccsv_kinds($0.baseAddress, $0.count, kinds) }
      }
    }
  }
}

/// A line of a JSON lines file.
enum JSONLine {
  /// The members of the object on a line.
  static func members(
    _ line: [UInt8], at number: Int, of file: ImportFile
  ) throws(CargoError) -> JSONMembers {
    let document: JSONDocument
    do {
      document = try JSONDocument(line, kind: .argument)
    } catch {
      let place = error.message.replacing("invalid JSON at line 1, ", with: "")
      throw CargoError(.argument, "\(file.name), line \(number), \(place)")
    }
    guard let members = document.root.object else {
      throw CargoError(
        .argument, "\(file.name), line \(number): a row must be a JSON object",
        hint: #"such as {"name": "Acme"}"#)
    }
    return members
  }
}
