public import CargoClient
import Glibc

/// A file of a recipe, open for reading; closed when it goes.
public final class ReadableFile {
  /// Its name in messages.
  public let path: String
  private(set) var descriptor: Int32

  init(descriptor: Int32, path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  deinit { close() }

  /// How many bytes it has at present.
  public func size() throws(CargoError) -> Int { Int(try status().st_size) }

  func status() throws(CargoError) -> stat {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .file(path, "read") }
    return status
  }

  /// Reads into `buffer`; returns how many bytes came, 0 at the end.
  public func read(into buffer: UnsafeMutableRawBufferPointer) throws(CargoError) -> Int {
    while true {
      let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      if count >= 0 { return count }
      guard errno == EINTR else { throw .file(path, "read") }
    }
  }

  /// Appends up to `count` bytes to `bytes`; false at the end.
  public func read(_ count: Int, onto bytes: inout [UInt8]) throws(CargoError) -> Bool {
    var failure: CargoError?
    let chunk = [UInt8](unsafeUninitializedCapacity: count) { buffer, length in
      do throws(CargoError) {
        length = try read(into: UnsafeMutableRawBufferPointer(buffer))
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    bytes += chunk
    return !chunk.isEmpty
  }

  /// Hands the open descriptor over to who reads it from now on and closes it.
  public func takeDescriptor() -> Int32 {
    defer { descriptor = -1 }
    return descriptor
  }

  /// Lets the file go; nothing can be read any more.
  public func close() {
    if descriptor >= 0 { Glibc.close(descriptor) }
    descriptor = -1
  }
}
