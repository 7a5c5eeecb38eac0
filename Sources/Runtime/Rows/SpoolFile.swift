import CargoClient
import Glibc

/// Pieces of bytes on the disk, written one after the other and read back in that order.
///
/// The file has no name from the start: nothing is left of it however the process ends, and nobody else
/// can open it.
final class SpoolFile {
  private let descriptor: Int32
  private var pieces: [(offset: Int, length: Int, count: Int)] = []
  private var end = 0
  private var taken = 0

  /// Makes the file in the folder for temporary files.
  init() throws(CargoError) {
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var name = Array((folder + "/cargo-script-rows-XXXXXX").utf8CString)
    descriptor = mkstemp(&name)
    guard descriptor >= 0 else { throw .file(folder, "written") }
    unlink(name)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  deinit { close(descriptor) }

  /// Appends a piece of `count` rows.
  func append(_ bytes: [UInt8], count: Int) throws(CargoError) {
    var written = 0
    while written < bytes.count {
      let result = bytes.withUnsafeBytes {
        pwrite(
          descriptor, $0.baseAddress.map { $0 + written }, bytes.count - written,
          end + written)
      }
      if result < 0 && errno == EINTR { continue }
      guard result > 0 else { throw .file("the temporary file of rows", "written") }
      written += result
    }
    pieces.append((end, bytes.count, count))
    end += bytes.count
  }

  /// The next piece; nil after the last.
  func next() throws(CargoError) -> (bytes: [UInt8], count: Int)? {
    guard taken < pieces.count else { return nil }
    let (offset, length, count) = pieces[taken]
    taken += 1
    var bytes = [UInt8](repeating: 0, count: length)
    var read = 0
    while read < length {
      let result = bytes.withUnsafeMutableBytes {
        pread(descriptor, $0.baseAddress.map { $0 + read }, length - read, offset + read)
      }
      if result < 0 && errno == EINTR { continue }
      guard result > 0 else { throw .file("the temporary file of rows", "read") }
      read += result
    }
    return (bytes, count)
  }
}
