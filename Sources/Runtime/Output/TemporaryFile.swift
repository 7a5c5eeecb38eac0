import CargoClient
import Glibc

/// A file without a name in the folder of `path`, which becomes that file in one step, or vanishes.
///
/// Where the file system knows unnamed files, nothing is left behind even by `kill -9`; elsewhere a
/// file with a temporary name is used.
final class TemporaryFile {
  /// Open for reading and writing.
  let descriptor: Int32
  private let folder: String
  /// The name it has, where it needs one.
  private var name: String?

  /// Makes the file in the folder that `path` is to be in. A missing folder is made, but not the
  /// folder around it.
  init(for path: String, shownAs shown: String) throws(CargoError) {
    folder = TemporaryFile.folder(of: path)
    if mkdir(folder, 0o777) != 0 && errno != EEXIST {
      throw .file(shown, "written")
    }
    var status = stat()
    if stat(folder, &status) == 0, status.st_mode & S_IFMT != S_IFDIR {
      throw .file(shown, "written", errno: ENOTDIR)
    }
    let unnamed = open(folder, TemporaryFile.unnamedFile | O_RDWR | O_CLOEXEC, 0o666)
    if unnamed >= 0 {
      descriptor = unnamed
      return
    }
    guard errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL else {
      throw .file(shown, "written")
    }
    let temporary = TemporaryFile.freshName(in: folder)
    let named = open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard named >= 0 else { throw .file(shown, "written") }
    descriptor = named
    name = temporary
  }

  deinit {
    close(descriptor)
    if let name { unlink(name) }
  }

  /// Gives it the name `path`, in place of what had it before; on the disk when this returns.
  func publish(as path: String, shownAs shown: String) throws(CargoError) {
    guard fsync(descriptor) == 0 else { throw .file(shown, "written") }
    if name == nil {
      // A link cannot replace a file, a rename can.
      let temporary = TemporaryFile.freshName(in: folder)
      let source = "/proc/self/fd/\(descriptor)"
      guard linkat(AT_FDCWD, source, AT_FDCWD, temporary, AT_SYMLINK_FOLLOW) == 0 else {
        throw .file(shown, "written")
      }
      name = temporary
    }
    guard let temporary = name, rename(temporary, path) == 0 else { throw .file(shown, "written") }
    name = nil
    let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if directory >= 0 {
      fsync(directory)
      close(directory)
    }
  }

  /// `O_TMPFILE`, a macro that Swift does not import.
  private static let unnamedFile = O_DIRECTORY | 0o20_000_000

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func freshName(in folder: String) -> String {
    "\(folder)/.cargo-script-\(getpid())-\(String(UInt64.random(in: 0 ... .max), radix: 36))"
  }
}
