import CargoClient
import Glibc

/// Buffered writing to an open descriptor, which it does not close.
struct FileWriter: ~Copyable {
  private let descriptor: Int32
  private let path: String
  private let filter: (([UInt8]) -> [UInt8])?
  private var buffer: [UInt8] = []

  /// How much is gathered before it is handed to the system.
  private static let capacity = 65_536

  /// - Parameters:
  ///   - path: the file's name in messages.
  ///   - filter: what everything passes on its way to the system.
  init(descriptor: Int32, path: String, filter: (([UInt8]) -> [UInt8])? = nil) {
    self.descriptor = descriptor
    self.path = path
    self.filter = filter
  }

  /// Adds bytes.
  mutating func write(_ bytes: some Sequence<UInt8>) throws(Failure) {
    buffer.append(contentsOf: bytes)
    if buffer.count >= FileWriter.capacity { try flush() }
  }

  /// Adds a text.
  mutating func write(_ text: StaticString) throws(Failure) {
    buffer.append(
      contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// Hands everything to the system.
  mutating func flush() throws(Failure) {
    if let filter, !buffer.isEmpty { buffer = filter(buffer) }
    let code = buffer.withUnsafeBytes { bytes -> Int32 in
      var written = 0
      while written < bytes.count {
        let count = Glibc.write(
          descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
        if count >= 0 {
          written += count
        } else if errno == EAGAIN {
          // Standard output may be a socket or terminal that another process made non-blocking.
          var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          _ = poll(&waiting, 1, -1)
        } else if errno != EINTR {
          return errno
        }
      }
      return 0
    }
    buffer.removeAll(keepingCapacity: true)
    switch code {
    case 0: return
    case EPIPE: throw .closed
    default: throw .failed(.file(path, "written", errno: code))
    }
  }

  /// Why bytes could not be written.
  enum Failure: Error {
    /// The reader has gone (`| head -1`).
    case closed
    /// Anything else.
    case failed(CargoError)
  }
}
