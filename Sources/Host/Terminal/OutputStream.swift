import Glibc

/// One of the command's two streams: the only place that writes to them.
final class OutputStream {
  /// Why bytes could not be written.
  enum Failure: Equatable {
    /// The reader has gone (`| head -1`): nothing is wrong, nobody is listening.
    case closed
    /// The disk is full, or another error, by its number.
    case system(Int32)
  }

  let descriptor: Int32
  let isTerminal: Bool
  /// The first failure; later writes are dropped.
  private(set) var failure: Failure?
  /// Told of the first failure.
  var onFailure: ((Failure) -> Void)?

  private var buffer: [UInt8] = []
  private static let bufferSize = 64 << 10

  init(descriptor: Int32, isTerminal: Bool? = nil) {
    self.descriptor = descriptor
    self.isTerminal = isTerminal ?? (isatty(descriptor) == 1)
  }

  /// Whether bytes wait for `flush`.
  var needsFlush: Bool { !buffer.isEmpty }

  /// Takes bytes; they leave at the latest with the next `flush`.
  func write(_ bytes: some Collection<UInt8>) {
    if failure != nil { return }
    buffer.append(contentsOf: bytes)
    if buffer.count >= OutputStream.bufferSize { flush() }
  }

  /// What is said of a failure of standard output.
  static func message(_ error: Int32) -> String {
    "standard output cannot be written: \(String(cString: strerror(error)))"
  }

  /// Takes text.
  func write(_ text: String) { write(text.utf8) }

  /// Hands all bytes to the system.
  func flush() {
    var offset = 0
    while offset < buffer.count && failure == nil {
      let written = buffer.withUnsafeBytes { bytes in
        Glibc.write(descriptor, bytes.baseAddress.map { $0 + offset }, bytes.count - offset)
      }
      if written >= 0 {
        offset += written
      } else if errno == EAGAIN {
        waitUntilWritable()
      } else if errno != EINTR {
        fail(errno == EPIPE ? .closed : .system(errno))
      }
    }
    buffer.removeAll(keepingCapacity: true)
  }

  private func fail(_ failure: Failure) {
    self.failure = failure
    onFailure?(failure)
  }

  /// A descriptor shared with another program may be non-blocking.
  private func waitUntilWritable() {
    var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    _ = poll(&entry, 1, 1_000)
  }

  /// The columns of the terminal; 80 when it does not say.
  var columns: Int {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }
}
