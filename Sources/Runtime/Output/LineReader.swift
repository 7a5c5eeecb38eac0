import CargoClient
import Glibc

/// Reads a file line by line in bounded memory.
struct LineReader {
  private let descriptor: Int32
  private let path: String
  private var buffer: [UInt8] = []
  private var position = 0
  private var isAtEnd = false

  init(descriptor: Int32, path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  /// The next line without its end; nil behind the last.
  mutating func next() throws(CargoError) -> [UInt8]? {
    var scanned = position
    while true {
      if let end = buffer[scanned...].firstIndex(of: UInt8(ascii: "\n")) {
        let line = Array(buffer[position..<end])
        position = end + 1
        return line
      }
      scanned = buffer.count
      if isAtEnd {
        if position == buffer.count { return nil }
        let line = Array(buffer[position...])
        position = buffer.count
        return line
      }
      let shift = position
      try fill()
      scanned -= shift
    }
  }

  /// Moves what is left to the front and reads more behind it.
  private mutating func fill() throws(CargoError) {
    buffer.removeFirst(position)
    position = 0
    var chunk = [UInt8](repeating: 0, count: 65_536)
    let count = read(descriptor, &chunk, chunk.count)
    if count < 0 && errno != EINTR { throw .file(path, "read") }
    if count == 0 { isAtEnd = true }
    if count > 0 { buffer += chunk[..<count] }
  }
}
