import CCSV
import CargoClient

/// Reads rows of comma-separated values (`CCSV`) from wherever bytes come from.
///
/// Belongs to one thread.
final class CSVReader {
  /// What is wrong with the text, and where.
  struct Failure: Error {
    let raw: ccsv_error

    /// The failure as an error about a file.
    func error(in file: String) -> CargoError {
      CargoError(
        .argument,
        "\(file), line \(raw.line), column \(raw.column): \(String(cString: ccsv_message(raw.reason)))",
        hint: ccsv_hint(raw.reason).map { String(cString: $0) })
    }
  }

  /// A row; its fields are valid until the next one is read.
  struct Row {
    let raw: ccsv_row
    /// Keeps the bytes alive.
    fileprivate let reader: CSVReader

    /// The line of the text on which it begins, from 1.
    var line: Int { Int(raw.line) }
    /// How many fields it has.
    var count: Int { raw.count }

    /// The bytes of a field, in UTF-8, valid until the next row is read; nil for one that is empty or
    /// that the row does not have.
    subscript(position: Int) -> UnsafeRawBufferPointer? {
      guard position < raw.count else { return nil }
      let field = raw.fields[position]
      guard field.length > 0 else { return nil }
      return UnsafeRawBufferPointer(start: raw.bytes + Int(field.offset), count: Int(field.length))
    }

    /// All fields as texts.
    var texts: [String] {
      (0..<count).map { self[$0].map { String(decoding: $0, as: UTF8.self) } ?? "" }
    }
  }

  private let reader: OpaquePointer
  private let fill: (UnsafeMutableRawBufferPointer) throws -> Int

  /// - Parameters:
  ///   - delimiter: what separates fields; nil finds it out from the first line.
  ///   - isRagged: whether rows may have more fields than the first one.
  ///   - fill: puts the next bytes of the text into a buffer and returns their number, 0 at the end.
  init(
    delimiter: UInt8? = nil, isRagged: Bool = false,
    fill: @escaping (UnsafeMutableRawBufferPointer) throws -> Int
  ) throws {
    let options = ccsv_options(
      delimiter: CChar(bitPattern: delimiter ?? 0), width: 0, is_ragged: isRagged)
    guard let reader = ccsv_new(options) else { throw CSVReader.noMemory }
    self.reader = reader
    self.fill = fill
  }

  /// Reads a text that is there whole.
  convenience init(_ text: UnsafeRawBufferPointer, delimiter: UInt8? = nil) throws {
    var position = 0
    try self.init(delimiter: delimiter) { buffer in
      let count = min(buffer.count, text.count - position)
      buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: text[position..<position + count]))
      position += count
      return count
    }
  }

  deinit { ccsv_free(reader) }

  private static var noMemory: Failure {
    Failure(raw: ccsv_error(reason: CCSV_NO_MEMORY, line: 1, column: 1))
  }

  /// The next row; nil behind the last.
  /// - Throws: `Failure`, and what `fill` throws.
  func next() throws -> Row? {
    var row = ccsv_row()
    while true {
      switch ccsv_next(reader, &row) {
      case CCSV_ROW: return Row(raw: row, reader: self)
      case CCSV_MORE:
        var capacity = 0
        guard let space = ccsv_space(reader, &capacity) else { throw CSVReader.noMemory }
        let count = try fill(UnsafeMutableRawBufferPointer(start: space, count: capacity))
        ccsv_filled(reader, count)
      case CCSV_END: return nil
      default: throw Failure(raw: ccsv_failure(reader))
      }
    }
  }

  /// How many bytes of the text lie before the next row.
  var position: Int { Int(ccsv_position(reader)) }
}
