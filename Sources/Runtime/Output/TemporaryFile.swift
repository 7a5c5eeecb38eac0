import CargoClient
import Glibc

/// A file without a name in a folder, which becomes one of its files in one step, or vanishes.
///
/// Where the file system knows unnamed files, nothing is left behind even by `kill -9`; elsewhere a
/// file with a temporary name is used.
final class TemporaryFile {
  /// Open for reading and writing.
  let descriptor: Int32
  private let folder: FolderHandle
  /// The name it has, where it needs one.
  private var name: String?

  /// Makes the file in the folder that `path`, which is absolute and has no links, is to be in. A
  /// missing folder is made, but not the folder around it.
  convenience init(for path: String, shownAs shown: String) throws(CargoError) {
    let folder = String(FolderHandle.split(path).folder)
    if !folder.isEmpty && mkdir(folder, 0o777) != 0 && errno != EEXIST {
      throw .file(shown, "written")
    }
    try self.init(in: FolderHandle(folder, shownAs: shown, "written"), shownAs: shown)
  }

  /// Makes the file in a folder.
  init(in folder: FolderHandle, shownAs shown: String) throws(CargoError) {
    self.folder = folder
    let unnamed = openat(
      folder.descriptor, ".", TemporaryFile.unnamedFile | O_RDWR | O_CLOEXEC, 0o666)
    if unnamed >= 0 {
      descriptor = unnamed
      return
    }
    guard errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL else {
      throw .file(shown, "written")
    }
    let temporary = TemporaryFile.freshName()
    let named = openat(
      folder.descriptor, temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard named >= 0 else { throw .file(shown, "written") }
    descriptor = named
    name = temporary
  }

  deinit {
    close(descriptor)
    if let name { unlinkat(folder.descriptor, name, 0) }
  }

  /// Gives it the name `final` in its folder, in place of what had it before.
  /// - Parameter isDurable: whether it is on the disk when this returns.
  func publish(
    as final: String, shownAs shown: String, isDurable: Bool = true
  ) throws(CargoError) {
    if isDurable && fsync(descriptor) != 0 { throw .file(shown, "written") }
    let folder = folder.descriptor
    if name == nil {
      // A link cannot replace a file, a rename can.
      let temporary = TemporaryFile.freshName()
      let source = "/proc/self/fd/\(descriptor)"
      guard linkat(AT_FDCWD, source, folder, temporary, AT_SYMLINK_FOLLOW) == 0 else {
        throw .file(shown, "written")
      }
      name = temporary
    }
    guard let temporary = name, renameat(folder, temporary, folder, final) == 0 else {
      throw .file(shown, "written")
    }
    name = nil
    guard isDurable else { return }
    let directory = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if directory >= 0 {
      fsync(directory)
      close(directory)
    }
  }

  /// `O_TMPFILE`, a macro that Swift does not import.
  private static let unnamedFile = O_DIRECTORY | 0o20_000_000

  private static func freshName() -> String {
    ".cargo-script-\(getpid())-\(String(UInt64.random(in: 0 ... .max), radix: 36))"
  }
}
