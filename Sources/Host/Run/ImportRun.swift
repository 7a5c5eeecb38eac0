import CargoClient
import LocalWorkspace
import Runtime

/// One import: reads, shows what it found, writes, says what became of it.
struct ImportRun {
  let file: RowImport.Options
  /// The workspace's file.
  let workspace: String
  let isDryRun: Bool
  let printsJSON: Bool
  let terminal: Terminal

  func run() throws(CargoError) {
    let start = EventLoop.now()
    defer { terminal.finish() }
    let rows = try RowImport(file)
    let preview = try look(at: rows)
    show(preview)
    var summary: RowImport.Summary?
    if !isDryRun {
      try WorkspaceChoice.makeLocalFile(at: workspace, terminal)
      let written = try write(rows, preview)
      summary = written
      let seconds = Double(EventLoop.now() - start) / 1e9
      terminal.note(ImportRun.closingLine(preview, written, seconds: seconds))
    }
    if printsJSON {
      let seconds = Double(EventLoop.now() - start) / 1e9
      terminal.print(json(preview, summary, seconds: seconds) + [UInt8(ascii: "\n")])
    }
  }

  private func look(at rows: RowImport) throws(CargoError) -> RowImport.Preview {
    let bar = terminal.progress.begin("reading", total: rows.size >> 20)
    defer { terminal.progress.finish(bar) }
    return try rows.preview(workspace: workspace) { bytes in
      terminal.progress.update(bar, count: bytes >> 20, note: "MiB")
    }
  }

  private func write(
    _ rows: RowImport, _ preview: RowImport.Preview
  ) throws(CargoError) -> RowImport.Summary {
    let bar = terminal.progress.begin("writing", total: preview.rows)
    defer { terminal.progress.finish(bar) }
    return try rows.write(to: workspace) { terminal.progress.update(bar, count: $0) }
  }

  // MARK: - What is shown

  private static func rows(_ count: Int) -> String {
    Quantity.grouped(count) + (count == 1 ? " row" : " rows")
  }

  private func show(_ preview: RowImport.Preview) {
    let target = preview.model + (preview.isNewModel ? ", a new model" : "")
    terminal.note("\(ImportRun.rows(preview.rows)) for \(target)")
    for line in ImportRun.table(preview, columns: terminal.error.columns) { terminal.note(line) }
    if preview.makesIDs {
      terminal.note("no column tells the rows apart: each gets an id of its own in _id")
    }
  }

  /// The file's columns, one a line.
  static func table(_ preview: RowImport.Preview, columns: Int) -> [String] {
    let isRenamed = preview.columns.contains { $0.header != $0.slug }
    let isMixed = !preview.isNewModel && preview.columns.contains(where: \.isNew)
    var header = ["column", "type", "filled", "example"]
    if isRenamed { header.insert("header", at: 1) }
    if isMixed { header.append("") }
    let alignments = header.map { $0 == "filled" ? TextTable.Alignment.right : .left }
    var table = TextTable(header, alignments: alignments)
    for column in preview.columns {
      let isKey = !preview.makesIDs && column.slug == preview.idColumn
      var cells = [
        column.slug, column.type + (isKey ? ", id" : ""),
        share(column.filled, of: preview.rows), cell(column.example, 40),
      ]
      if isRenamed { cells.insert(cell(column.header, 24), at: 1) }
      if isMixed { cells.append(column.isNew ? "new" : "") }
      table.append(cells)
    }
    return table.lines.map { DisplayWidth.truncated($0, to: max(columns - 1, 60)) }
  }

  private static func cell(_ text: String, _ width: Int) -> String {
    DisplayWidth.truncated(DisplayText.escaped(text), to: width)
  }

  /// "100%" means all of them, "0%" none.
  static func share(_ part: Int, of whole: Int) -> String {
    guard part > 0, whole > 0 else { return "0%" }
    return part == whole ? "100%" : "\(min(99, max(1, part * 100 / whole)))%"
  }

  static func closingLine(
    _ preview: RowImport.Preview, _ summary: RowImport.Summary, seconds: Double
  ) -> String {
    var parts: [String] = []
    if !preview.isNewModel || summary.duplicates > 0 {
      parts.append("\(Quantity.grouped(summary.inserted)) new")
    }
    if !preview.isNewModel { parts.append("\(Quantity.grouped(summary.updated)) updated") }
    if summary.duplicates > 0 {
      let count = Quantity.grouped(summary.duplicates)
      parts.append("\(count) replaced by a later row with the same \(preview.idColumn)")
    }
    let detail = parts.isEmpty ? "" : ": " + parts.joined(separator: ", ")
    return "\(rows(preview.rows)) into \(preview.model) in "
      + Quantity.duration(seconds) + detail
  }

  private func json(
    _ preview: RowImport.Preview, _ summary: RowImport.Summary?, seconds: Double
  ) -> [UInt8] {
    var columns: [JSONValue] = []
    for column in preview.columns {
      columns.append([
        "slug": .string(column.slug), "header": .string(column.header),
        "type": .string(column.type), "filled": .int(Int64(column.filled)),
        "example": .string(column.example), "isNew": .bool(column.isNew),
      ])
    }
    var object = JSONObject()
    object["model"] = .string(preview.model)
    object["isNewModel"] = .bool(preview.isNewModel)
    object["idColumn"] = .string(preview.idColumn)
    object["rows"] = .int(Int64(preview.rows))
    object["columns"] = .array(columns)
    object["workspace"] = .string("local:" + workspace)
    object["dryRun"] = .bool(isDryRun)
    object["seconds"] = .double((seconds * 1_000).rounded() / 1_000)
    if let summary {
      object["inserted"] = .int(Int64(summary.inserted))
      object["updated"] = .int(Int64(summary.updated))
      object["duplicates"] = .int(Int64(summary.duplicates))
    }
    return (try? JSONValue.object(object).canonicalBytes()) ?? []
  }
}
