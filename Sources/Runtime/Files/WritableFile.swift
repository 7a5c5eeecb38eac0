public import CargoClient
import Glibc

/// A file of a recipe on its way: it takes its place whole, when it is committed, or not at all.
public final class WritableFile {
  /// Its name in messages.
  public let path: String
  private let name: String
  private var file: TemporaryFile?
  private var writer: FileWriter

  /// - Parameters:
  ///   - name: the name in `folder` that it takes in the end.
  ///   - mode: the rights of the file that it replaces; nil when it replaces none.
  init(
    _ name: String, in folder: FolderHandle, mode: mode_t?, shownAs path: String
  ) throws(CargoError) {
    let file = try TemporaryFile(in: folder, shownAs: path)
    if let mode, fchmod(file.descriptor, mode) != 0 { throw .file(path, "written") }
    self.path = path
    self.name = name
    self.file = file
    writer = FileWriter(descriptor: file.descriptor, path: path)
  }

  /// The open file, for who writes to it directly and to nothing else; -1 once it is closed.
  public var descriptor: Int32 { file?.descriptor ?? -1 }

  /// Adds bytes.
  public func write(_ bytes: some Sequence<UInt8>) throws(CargoError) {
    try run { writer throws(FileWriter.Failure) in try writer.write(bytes) }
  }

  /// Puts the file in its place. Programs see the old file or the new one, never a part; whether it
  /// outlives a power cut is up to the system.
  public func commit() throws(CargoError) {
    try run { writer throws(FileWriter.Failure) in try writer.flush() }
    try file?.publish(as: name, shownAs: path, isDurable: false)
    file = nil
  }

  /// Lets what was written vanish.
  public func discard() { file = nil }

  private func run(
    _ body: (inout FileWriter) throws(FileWriter.Failure) -> Void
  ) throws(CargoError) {
    guard file != nil else { throw CargoError(.file, "\(path) is closed") }
    do {
      try body(&writer)
    } catch {
      file = nil
      switch error {
      case .closed: throw .file(path, "written", errno: EPIPE)
      case .failed(let error): throw error
      }
    }
  }
}
