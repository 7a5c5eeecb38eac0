import CargoClient
import Glibc

/// The file of an import: read from its beginning as often as needed, whatever it is.
///
/// What cannot be read twice (standard input, a pipe) is copied to a temporary file without a name.
/// Belongs to one thread.
final class ImportFile {
  /// How rows are written in it.
  enum Format { case csv, jsonLines }

  /// The file's name in messages.
  let name: String
  let format: Format
  /// Its length in bytes.
  let size: Int
  private let descriptor: Int32
  private var isReading = true

  /// Opens the file `path`; `-` is standard input.
  init(_ path: String) throws(CargoError) {
    name = path == "-" ? "standard input" : path
    let opened = path == "-" ? dup(0) : open(path, O_RDONLY | O_CLOEXEC)
    guard opened >= 0 else { throw ImportFile.failure(name, errno) }
    var status = stat()
    fstat(opened, &status)
    switch status.st_mode & S_IFMT {
    case S_IFDIR:
      close(opened)
      throw CargoError(.argument, "\(name) is a folder", hint: "name a file of rows")
    case S_IFREG where path != "-":
      descriptor = opened
    default:
      defer { close(opened) }
      descriptor = try ImportFile.spool(opened, name)
    }
    fstat(descriptor, &status)
    size = Int(status.st_size)
    do {
      format = try ImportFile.format(of: path, name, descriptor)
    } catch {
      close(descriptor)
      throw error
    }
  }

  deinit { close(descriptor) }

  /// Goes to the beginning.
  func rewind() throws(CargoError) {
    guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw ImportFile.failure(name, errno) }
  }

  /// Reads the next bytes; 0 at the end.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(CargoError) -> Int {
    while true {
      let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      if count >= 0 { return count }
      if errno != EINTR { throw ImportFile.failure(name, errno) }
    }
  }

  private static func failure(_ name: String, _ code: Int32) -> CargoError {
    if code == ENOENT {
      return CargoError(.argument, "there is no file \(name)", hint: "- reads standard input")
    }
    return CargoError(.argument, "\(name) cannot be read: \(String(cString: strerror(code)))")
  }

  private static func spool(_ source: Int32, _ name: String) throws(CargoError) -> Int32 {
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array((folder + "/cargo-import-XXXXXX").utf8CString)
    let target = mkstemp(&template)
    guard target >= 0 else { throw failure("a temporary file in \(folder)", errno) }
    unlink(template)
    var chunk = [UInt8](repeating: 0, count: 256 << 10)
    while true {
      let count = Glibc.read(source, &chunk, chunk.count)
      if count == 0 { return target }
      if count < 0 && errno == EINTR { continue }
      var written = 0
      while written < count {
        let part = chunk.withUnsafeBytes { bytes in
          write(target, bytes.baseAddress.map { $0 + written }, count - written)
        }
        if part < 0 && errno != EINTR { break }
        written += max(0, part)
      }
      guard count > 0, written == count else {
        let code = errno
        close(target)
        throw failure(count > 0 ? "a temporary file in \(folder)" : name, code)
      }
    }
  }

  /// Told by the name's ending, else by the first character.
  private static func format(
    of path: String, _ name: String, _ descriptor: Int32
  ) throws(CargoError) -> Format {
    let ending = path.split(separator: ".").last.map { $0.lowercased() } ?? ""
    switch ending {
    case "csv", "tsv", "tab", "txt": return .csv
    case "jsonl", "ndjson": return .jsonLines
    default: break
    }
    var start = [UInt8](repeating: 0, count: 4_096)
    let count = max(0, pread(descriptor, &start, start.count, 0))
    var text = start[..<count]
    if text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
    switch text.first(where: { ![9, 10, 13, 32].contains($0) }) {
    case UInt8(ascii: "{"): return .jsonLines
    case UInt8(ascii: "["):
      throw CargoError(
        .argument, "\(name) is a JSON array, not rows",
        hint: "write one object on each line: jq -c '.[]' FILE > rows.jsonl")
    default: return .csv
    }
  }
}

/// Reads a text line by line in bounded memory.
struct LineScanner {
  /// The longest line that is taken.
  static let limit = 16 << 20

  private let file: ImportFile
  private var buffer = [UInt8](repeating: 0, count: 256 << 10)
  private var start = 0
  private var end = 0
  private var isAtEnd = false
  private var passed = 0
  /// The number of the line that was read last, from 1.
  private(set) var line = 0

  init(_ file: ImportFile) { self.file = file }

  /// How many bytes were read.
  var position: Int { passed + start }

  /// The next line that is not blank, without its end; nil behind the last.
  mutating func next() throws(CargoError) -> [UInt8]? {
    var scanned = start
    while true {
      if let feed = buffer[scanned..<end].firstIndex(of: UInt8(ascii: "\n")) {
        let text = buffer[start..<feed]
        start = feed + 1
        scanned = start
        line += 1
        if let content = LineScanner.content(text, isFirst: line == 1) { return content }
      } else if isAtEnd {
        let text = buffer[start..<end]
        start = end
        line += 1
        return LineScanner.content(text, isFirst: line == 1)
      } else {
        scanned = end - start
        try fill()
      }
    }
  }

  private static func content(_ text: ArraySlice<UInt8>, isFirst: Bool) -> [UInt8]? {
    var text = text
    if isFirst && text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
    return text.allSatisfy({ $0 == 32 || $0 == 9 || $0 == 13 }) ? nil : Array(text)
  }

  private mutating func fill() throws(CargoError) {
    passed += start
    buffer.replaceSubrange(0..<(end - start), with: buffer[start..<end])
    end -= start
    start = 0
    if end == buffer.count {
      guard end < LineScanner.limit else {
        throw CargoError(
          .argument, "\(file.name), line \(line + 1): the line is longer than 16 MiB")
      }
      buffer.append(contentsOf: repeatElement(0, count: buffer.count))
    }
    var count = 0
    var failure: CargoError?
    buffer.withUnsafeMutableBytes { bytes in
      do throws(CargoError) {
        count = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[end...]))
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    end += count
    if count == 0 { isAtEnd = true }
  }
}
