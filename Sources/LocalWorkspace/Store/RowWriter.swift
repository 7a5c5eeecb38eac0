import CargoClient
import SQLite

/// Writes rows of SQLite as JSON objects, straight from its columns: booleans as booleans, columns
/// that hold JSON as JSON (`cargo-platform.md` §7.1).
struct RowWriter {
  private enum Form { case plain, boolean, json }

  private let keys: [[UInt8]]
  private let forms: [Form]

  /// The columns of a model, in the order they were selected.
  init(columns: [Column]) {
    keys = columns.map { RowWriter.key($0.slug) }
    forms = columns.map { RowWriter.form($0.type) }
  }

  /// The columns of a query; those that come straight from a model's table keep its types.
  init(statement: Statement, models: [Model]) {
    var keys: [[UInt8]] = []
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
      keys.append(RowWriter.key(name))
      let model = statement.columnTable(index).flatMap { table in
        models.first { $0.table == table }
      }
      let column = statement.columnOrigin(index).flatMap { model?.column($0) }
      forms.append(column.map { RowWriter.form($0.type) } ?? .plain)
    }
    self.keys = keys
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
