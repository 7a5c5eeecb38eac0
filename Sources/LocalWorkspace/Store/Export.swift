import CCSV
import CargoClient
import Glibc
import SQLite

/// Files that downloads leave in the folder `exports` beside the workspace (`cargo-platform.md` §7.3).
enum Export {
  /// Writes a CSV file and returns its `file://` URL. `body` is given a function that takes rows.
  static func write(
    columns: [String], of reading: Reading,
    _ body: ((Statement) throws -> Void) throws -> Void
  ) throws -> String {
    let database = reading.connection.path
    let folder = (database.lastIndex(of: "/").map { String(database[..<$0]) } ?? ".") + "/exports"
    if mkdir(folder, 0o700) != 0 && errno != EEXIST { throw failure(folder) }
    let path = folder + "/" + Identifier.make() + ".csv"
    let draft = path + ".part"
    guard let file = fopen(draft, "wx") else { throw failure(draft) }
    fchmod(fileno(file), 0o600)
    var writer = CSVLines(file: file)
    do {
      writer.header(columns)
      try body { row in writer.row(row) }
    } catch {
      fclose(file)
      unlink(draft)
      throw error
    }
    let isWhole = ferror(file) == 0 && fflush(file) == 0
    guard fclose(file) == 0, isWhole, rename(draft, path) == 0 else {
      unlink(draft)
      throw failure(path)
    }
    return "file://" + encoded(absolute(path))
  }

  private static func failure(_ path: String) -> CargoError {
    CargoError(
      .file, "The export \(path) cannot be written: \(String(cString: strerror(errno))).")
  }

  private static func absolute(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  private static func encoded(_ path: String) -> String {
    path.utf8.map { byte in
      switch byte {
      case 48...57, 65...90, 97...122, 45, 46, 47, 95, 126: String(UnicodeScalar(byte))
      default:
        "%" + String(byte >> 4, radix: 16).uppercased() + String(byte & 15, radix: 16).uppercased()
      }
    }.joined()
  }
}

/// Lines of CSV (RFC 4180) in a file.
struct CSVLines {
  private let file: UnsafeMutablePointer<FILE>
  private var line: [UInt8] = []

  init(file: UnsafeMutablePointer<FILE>) { self.file = file }

  mutating func header(_ names: [String]) {
    for (index, name) in names.enumerated() {
      if index > 0 { line.append(UInt8(ascii: ",")) }
      var name = name
      name.withUTF8 { append(UnsafeRawBufferPointer($0), isAlone: names.count == 1) }
    }
    end()
  }

  mutating func row(_ row: Statement) {
    for index in 0..<row.columnCount {
      if index > 0 { line.append(UInt8(ascii: ",")) }
      row.withText(index) { append($0, isAlone: row.columnCount == 1) }
    }
    end()
  }

  /// As it is: an export goes back into programs, which a changed text would mislead.
  private mutating func append(_ text: UnsafeRawBufferPointer, isAlone: Bool) {
    line += [UInt8](unsafeUninitializedCapacity: ccsv_cell_size(text.count)) { cell, count in
      count = cell.withMemoryRebound(to: CChar.self) { cell in
        ccsv_put_cell(
          cell.baseAddress, text.baseAddress?.assumingMemoryBound(to: CChar.self), text.count,
          CChar(bitPattern: UInt8(ascii: ",")), UInt32(isAlone ? CCSV_ALONE : 0))
      }
    }
  }

  private mutating func end() {
    line.append(contentsOf: [13, 10])
    line.withUnsafeBytes { _ = fwrite($0.baseAddress, 1, $0.count, file) }
    line.removeAll(keepingCapacity: true)
  }
}
