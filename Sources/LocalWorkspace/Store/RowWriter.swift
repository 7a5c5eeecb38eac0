import CargoClient
import SQLite

/// Writes rows of SQLite as JSON objects, straight from its columns: booleans as booleans, columns
/// that hold JSON as JSON (`cargo-platform.md` §7.1).
struct RowWriter {
  private enum Form { case plain, boolean, json }

  /// The names of the columns, each once.
  let names: [String]
  private let keys: [[UInt8]]
  private let forms: [Form]

  /// The columns of a model, in the order they were selected.
  init(columns: [Column]) {
    names = columns.map(\.slug)
    keys = names.map(RowWriter.key)
    forms = columns.map { RowWriter.form($0.type) }
  }

  /// The columns of a query; those that come straight from a model's table keep its types.
  init(statement: Statement, models: [Model]) {
    var names: [String] = []
    var forms: [Form] = []
    var seen: Set<String> = []
    for index in 0..<statement.columnCount {
      // JSON objects have each key once; SQL does not mind a name that stands twice.
      var name = statement.columnName(index)
      var number = 2
      while !seen.insert(name).inserted {
        name = statement.columnName(index) + ":\(number)"
        number += 1
      }
      names.append(name)
      let model = statement.columnTable(index).flatMap { table in
        models.first { $0.table == table }
      }
      let column = statement.columnOrigin(index).flatMap { model?.column($0) }
      forms.append(column.map { RowWriter.form($0.type) } ?? .plain)
    }
    self.names = names
    keys = names.map(RowWriter.key)
    self.forms = forms
  }

  private static func key(_ name: String) -> [UInt8] {
    var out = JSONWriter()
    out.string(name)
    return out.bytes + [UInt8(ascii: ":")]
  }

  private static func form(_ type: Column.Kind) -> Form {
    type == .boolean ? .boolean : type.isJSON ? .json : .plain
  }

  /// Writes the row that the statement stands on.
  func write(_ row: Statement, to out: inout JSONWriter) {
    out.beginObject()
    for index in keys.indices {
      out.rawKey(keys[index])
      switch row.kind(index) {
      case .null: out.null()
      case .integer:
        if forms[index] == .boolean {
          out.bool(row.int64(index) != 0)
        } else {
          out.integer(row.int64(index))
        }
      case .real: out.number(row.double(index))
      case .text:
        row.withText(index) { text in
          if forms[index] == .json {
            RowWriter.json(text, to: &out)
          } else {
            out.string(utf8: text)
          }
        }
      case .blob: row.withBlob(index) { out.string(RowWriter.hexadecimal($0)) }
      }
    }
    out.endObject()
  }

  /// Writes the row that the statement stands on, cell by cell.
  func write(_ row: Statement, to out: inout RowBlockWriter) {
    for index in names.indices {
      switch row.kind(index) {
      case .null: out.null()
      case .integer:
        if forms[index] == .boolean {
          out.bool(row.int64(index) != 0)
        } else {
          out.integer(row.int64(index))
        }
      case .real: out.real(row.double(index))
      case .text:
        row.withText(index) { text in
          if forms[index] == .json, (try? JSONDocument(Array(text))) != nil {
            out.json(text)
          } else {
            out.text(text)
          }
        }
      case .blob:
        row.withBlob(index) { blob in
          var text = RowWriter.hexadecimal(blob)
          text.withUTF8 { out.text(UnsafeRawBufferPointer($0)) }
        }
      }
    }
    out.endRow()
  }

  /// A text that should be JSON and may have been written by SQL: as JSON where it is, else as text.
  private static func json(_ text: UnsafeRawBufferPointer, to out: inout JSONWriter) {
    if (try? JSONDocument(Array(text))) != nil { out.raw(text) } else { out.string(utf8: text) }
  }

  private static func hexadecimal(_ bytes: UnsafeRawBufferPointer) -> String {
    bytes.map { byte in
      let text = String(byte, radix: 16)
      return text.utf8.count == 1 ? "0" + text : text
    }.joined()
  }
}
