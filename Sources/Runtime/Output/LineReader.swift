import CargoClient
import Glibc

/// Reads an open file line by line in bounded memory; does not close it.
struct LineReader {
  /// How much is read at once, in bytes.
  static let chunk = 65_536

  private let descriptor: Int32
  private let path: String
  private let maximumLength: Int
  private var buffer: [UInt8] = []
  private var position = 0
  private var isAtEnd = false
  private var line = 0

  init(descriptor: Int32, path: String, maximumLength: Int = .max) {
    self.descriptor = descriptor
    self.path = path
    self.maximumLength = maximumLength
  }

  /// The next line without its end; nil behind the last.
  mutating func next() throws(CargoError) -> [UInt8]? { try next { [UInt8]($0) } }

  /// Calls `body` with the next line without its end; nil behind the last.
  mutating func next<Result>(
    _ body: (UnsafeRawBufferPointer) -> Result
  ) throws(CargoError) -> Result? {
    var scanned = position
    while true {
      if let end = lineEnd(from: scanned) {
        defer { position = end + 1 }
        return take(upTo: end, body)
      }
      scanned = buffer.count
      if isAtEnd {
        if position == buffer.count { return nil }
        defer { position = buffer.count }
        return take(upTo: buffer.count, body)
      }
      guard buffer.count - position <= maximumLength else {
        throw CargoError(
          .file, "line \(line + 1) of \(path) is longer than \(maximumLength >> 20) MiB")
      }
      let shift = position
      try fill()
      scanned -= shift
    }
  }

  private func lineEnd(from start: Int) -> Int? {
    buffer.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress, start < bytes.count,
        let found = memchr(base + start, 10, bytes.count - start)
      else { return nil }
      return UnsafeRawPointer(found) - base
    }
  }

  private mutating func take<Result>(
    upTo end: Int, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result {
    line += 1
    return buffer.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[position..<end])) }
  }

  /// Moves what is left to the front and reads more behind it.
  private mutating func fill() throws(CargoError) {
    buffer.removeFirst(position)
    position = 0
    var failed = false
    let chunk = [UInt8](unsafeUninitializedCapacity: LineReader.chunk) { bytes, length in
      let count = read(descriptor, bytes.baseAddress, bytes.count)
      failed = count < 0 && errno != EINTR
      if count == 0 { isAtEnd = true }
      length = max(count, 0)
    }
    if failed { throw .file(path, "read") }
    buffer += chunk
  }
}
