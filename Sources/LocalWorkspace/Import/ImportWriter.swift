import CargoClient
import SQLite

/// Puts the rows of a file into a model's table, inside the caller's transaction.
struct ImportWriter {
  /// What became of the rows.
  struct Counts: Sendable, Equatable {
    /// Rows of the file.
    var read = 0
    /// Rows that the model did not have.
    var inserted = 0
    /// Rows that the model had already.
    var updated = 0
    /// Rows whose key came again in the file: the last one holds.
    var duplicates = 0
  }

  private let plan: ImportPlan
  /// The types of the file's columns.
  private let types: [Column.Kind]
  private let key: Int?
  private let file: ImportFile
  private let statement: Statement
  private let connection: Connection
  /// Above every row that was there before.
  private let firstNewRow: Int64
  private var seen = RowSet()
  private var counts = Counts()
  /// Rows that are bound and wait for the others of their batch.
  private var waiting = 0
  private var ids = IdentifierSequence()

  init(_ plan: ImportPlan, _ file: ImportFile, on connection: Connection) throws {
    self.plan = plan
    types = plan.targets.map(\.column.type)
    key = plan.key
    width = types.count + (plan.key == nil ? 1 : 0)
    self.file = file
    self.connection = connection
    firstNewRow = try ImportWriter.lastRow(of: plan.model, in: connection) + 1
    statement = try connection.prepare(
      ImportWriter.sql(plan, returnsRow: firstNewRow > 1 && plan.key != nil))
  }

  /// How many rows one statement inserts: its start and end cost as much as a row.
  private static let batchSize = 16
  /// How many parameters one row has.
  private let width: Int

  /// Inserts as many rows as its last parameter says; one that is there already gets the file's values.
  private static func sql(_ plan: ImportPlan, returnsRow: Bool) -> String {
    var slugs = plan.targets.map(\.column.slug)
    if plan.key == nil { slugs.append(plan.model.idColumn) }
    let names = slugs.map(Model.quoted)
    let id = Model.quoted(plan.model.idColumn)
    let row = "(" + names.map { _ in "?" }.joined(separator: ", ") + ")"
    let rows = Array(repeating: row, count: batchSize).joined(separator: ", ")
    // "WHERE true" tells the ON of a conflict from that of a join.
    var sql = """
      INSERT INTO \(Model.quoted(plan.model.table)) (\(names.joined(separator: ", ")))
      SELECT * FROM (VALUES \(rows)) WHERE true LIMIT ?
      """
    if plan.key != nil {
      let changes = names.filter { $0 != id || names.count == 1 }
        .map { "\($0) = excluded.\($0)" }
      sql += " ON CONFLICT (\(id)) DO UPDATE SET \(changes.joined(separator: ", "))"
    }
    return returnsRow ? sql + " RETURNING rowid" : sql
  }

  private static func lastRow(of model: Model, in connection: Connection) throws -> Int64 {
    try connection.first("SELECT max(rowid) FROM \(Model.quoted(model.table))") { $0.int64(0) } ?? 0
  }

  /// Writes all rows.
  mutating func run(delimiter: UInt8?, progress: (_ rows: Int) throws -> Void) throws -> Counts {
    try file.rewind()
    switch file.format {
    case .csv: try writeCSV(delimiter, progress)
    case .jsonLines: try writeJSONLines(progress)
    }
    try flush()
    let last = try ImportWriter.lastRow(of: plan.model, in: connection)
    counts.inserted = Int(max(0, last - firstNewRow + 1))
    counts.updated = seen.count
    counts.duplicates = counts.read - counts.inserted - counts.updated
    return counts
  }

  private mutating func writeCSV(
    _ delimiter: UInt8?, _ progress: (Int) throws -> Void
  ) throws {
    let reader = try CSVReader(delimiter: delimiter) { [file] in try file.read(into: $0) }
    do {
      _ = try reader.next()
      while let row = try reader.next() {
        guard try bind(row) else { continue }
        try finishRow()
        if counts.read % ImportSurvey.stride == 0 { try progress(counts.read) }
      }
    } catch let failure as CSVReader.Failure {
      throw failure.error(in: file.name)
    }
  }

  /// Binds the fields of a row; false when none of them has a value.
  private func bind(_ row: CSVReader.Row) throws -> Bool {
    var hasValue = false
    let first = waiting * width + 1
    for position in types.indices {
      guard let text = row[position] else {
        try statement.bindNull(first + position)
        continue
      }
      hasValue = true
      if try !types[position].bind(text, to: statement, at: first + position) {
        throw misfit(
          plan.targets[position].column, String(decoding: text.prefix(100), as: UTF8.self),
          at: row.line)
      }
    }
    if hasValue, let key, row[key] == nil { try checkKey(row.line) }
    return hasValue
  }

  private mutating func writeJSONLines(_ progress: (Int) throws -> Void) throws {
    var scanner = LineScanner(file)
    var positions: [String: Int] = [:]
    for (position, name) in plan.names.enumerated() { positions[name] = position }
    while let line = try scanner.next() {
      var hasKey = false
      let first = waiting * width + 1
      for position in types.indices { try statement.bindNull(first + position) }
      for (name, value) in try JSONLine.members(line, at: scanner.line, of: file) {
        guard !value.isNull, let position = positions[name] else { continue }
        if position == plan.key { hasKey = true }
        let column = plan.targets[position].column
        if try !column.bind(value, to: statement, at: first + position) {
          throw misfit(
            column, String(decoding: value.bytes.prefix(100), as: UTF8.self), at: scanner.line)
        }
      }
      if plan.key != nil && !hasKey { try checkKey(scanner.line) }
      try finishRow()
      if counts.read % ImportSurvey.stride == 0 { try progress(counts.read) }
    }
  }

  /// A row lacks its key: it gets an id of its own, unless the key was asked for by name.
  private func checkKey(_ line: Int) throws {
    guard !plan.requiresKey, let key = plan.key else {
      throw CargoError(
        .argument,
        "\(file.name), line \(line): the row has no \(plan.model.idColumn), which is the key",
        hint: "leave the row out, or choose another --key")
    }
    try statement.bind(waiting * width + key + 1, Identifier.make())
  }

  /// Takes the row that is bound into the batch.
  private mutating func finishRow() throws {
    counts.read += 1
    waiting += 1
    if key == nil { try statement.bind(waiting * width, ids.next()) }
    if waiting == ImportWriter.batchSize { try flush() }
  }

  /// Inserts the rows that wait.
  private mutating func flush() throws {
    guard waiting > 0 else { return }
    try statement.bind(ImportWriter.batchSize * width + 1, Int64(waiting))
    waiting = 0
    while try statement.step() {
      let row = statement.int64(0)
      if row < firstNewRow { seen.insert(row) }
    }
  }

  private func misfit(_ column: Column, _ value: String, at line: Int) -> CargoError {
    CargoError(
      .argument,
      "\(file.name), line \(line): the column \(column.slug) of \(plan.model.slug) holds "
        + "\(column.typeInWords), and \"\(value)\" is none of them",
      hint: "correct the value, or import into another model")
  }
}

/// A set of row numbers: one bit for each.
private struct RowSet {
  private static let pageSize: Int64 = 4_096
  private var pages: [Int64: [UInt64]] = [:]
  private(set) var count = 0

  mutating func insert(_ row: Int64) {
    let (page, position) = row.quotientAndRemainder(dividingBy: RowSet.pageSize)
    let (word, bit) = Int(position).quotientAndRemainder(dividingBy: 64)
    let mask: UInt64 = 1 << UInt64(bit)
    var isNew = false
    pages[page, default: Array(repeating: 0, count: 64)].withUnsafeMutableBufferPointer { words in
      isNew = words[word] & mask == 0
      words[word] |= mask
    }
    if isNew { count += 1 }
  }
}
