import CargoClient
import Glibc
import SQLite

extension Handlers {
  static let files: [String: Handler] = [
    "file.upload": .write { writing in
      let path = writing.arguments.text("filePath")
      let content = try UploadedFile.read(path)
      let title = path.split(separator: "/").last.map(String.init) ?? path
      let name = String(Identifier.make().suffix(12)) + "-" + title
      try writing.connection.run(
        """
        INSERT INTO cargo_files (name, title, content_type, content, created_at)
        VALUES (?, ?, 'text/csv', ?, ?)
        """, [.text(name), .text(title), .blob(content), .integer(writing.now)])
      return JSONWriter.object { out in
        out.field("s3Filename", name)
        out.field("contentType", "text/csv")
        out.field("name", title)
      }
    },
    "file.list_columns": .read { reading in
      let content = try reading.connection.first(
        "SELECT content FROM cargo_files WHERE name = ?",
        [.text(reading.arguments.text("s3Filename"))]
      ) { $0.withBlob(0) { Array($0.prefix(1 << 20)) } }
      guard let content else { throw CargoError.notFound("File", code: "fileNotFound") }
      let names = try UploadedFile.header(of: content)
      return JSONWriter.object { out in
        out.key("columns")
        out.beginArray()
        for name in names {
          out.beginObject()
          out.field("type", "string")
          out.field("name", name)
          out.endObject()
        }
        out.endArray()
      }
    },
  ]
}

/// Files for batches (`cargo-platform.md` §9.4).
enum UploadedFile {
  /// The largest file that is taken: it is kept in the workspace's own file.
  private static let sizeLimit = 100 << 20

  static func read(_ path: String) throws -> [UInt8] {
    func failure(_ reason: String) -> CargoError {
      CargoError(.file, "The file \(path) cannot be uploaded: \(reason).")
    }
    // A pipe would wait for its other end.
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0, let file = fdopen(descriptor, "r") else {
      throw failure(String(cString: strerror(errno)))
    }
    defer { fclose(file) }
    var status = stat()
    guard fstat(fileno(file), &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw failure("it is no regular file")
    }
    guard Int(status.st_size) <= sizeLimit else { throw failure("it is larger than 100 MiB") }
    var content: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&chunk, 1, chunk.count, file)
      if count == 0 { break }
      content += chunk[..<count]
    }
    guard ferror(file) == 0 else { throw failure("it cannot be read") }
    return content
  }

  /// The rows of a CSV file as records: the names are those of the first row, every value is a text
  /// (`cargo-platform.md` §9.4).
  static func records(in content: [UInt8]) throws -> [BatchRow] {
    try reading(content) { reader in
      guard let names = try reader.next()?.texts else { return [] }
      var records: [BatchRow] = []
      while let row = try reader.next() {
        var record = JSONObject()
        for (name, text) in zip(names, row.texts) { record[name] = .string(text) }
        records.append(BatchRow(item: .object(record)))
      }
      return records
    }
  }

  /// The names in the first line of a CSV file, of which `content` is the beginning.
  static func header(of content: [UInt8]) throws -> [String] {
    try reading(content) { try $0.next()?.texts ?? [] }
  }

  private static func reading<R>(
    _ content: [UInt8], _ body: (CSVReader) throws -> R
  ) throws -> R {
    try content.withUnsafeBytes { bytes in
      do {
        return try body(CSVReader(bytes))
      } catch let failure as CSVReader.Failure {
        let error = failure.error(in: "the file")
        throw CargoError.refused(error.message, code: "fileNotReadable", hint: error.hint)
      }
    }
  }
}
