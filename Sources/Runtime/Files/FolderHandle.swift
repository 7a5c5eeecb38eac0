import CargoClient
import Glibc

/// An open folder, reached from the root part by part without following a link.
///
/// A path was judged by where its links lead. Whoever swaps a link or a folder for another link after
/// that changes what the path means, but not where this walk arrives: it fails instead.
final class FolderHandle {
  /// For `openat` and its like only.
  let descriptor: Int32

  // Macros under _GNU_SOURCE, which Swift's Glibc module does not set.
  private static let pathOnly: Int32 = 0o10_000_000

  /// Opens the folder at `path`, which is absolute and has no links.
  ///
  /// - Parameters:
  ///   - makesMissing: whether folders that are not there are made.
  ///   - shown: the file in messages.
  ///   - purpose: `read` or `written`, for messages.
  init(
    _ path: some StringProtocol, makesMissing: Bool = false, shownAs shown: String,
    _ purpose: String
  ) throws(CargoError) {
    var current = Glibc.open("/", FolderHandle.pathOnly | O_DIRECTORY | O_CLOEXEC)
    guard current >= 0 else { throw .file(shown, purpose) }
    for part in path.split(separator: "/") {
      let name = String(part)
      var next = FolderHandle.openFolder(name, in: current)
      if next < 0 && errno == ENOENT && makesMissing {
        if mkdirat(current, name, 0o777) == 0 || errno == EEXIST {
          next = FolderHandle.openFolder(name, in: current)
        }
      }
      let code = errno
      close(current)
      guard next >= 0 else {
        // What was no link when the path was judged is one now.
        throw .file(shown, purpose, errno: code == ELOOP ? ENOTDIR : code)
      }
      current = next
    }
    descriptor = current
  }

  deinit { close(descriptor) }

  private static func openFolder(_ name: String, in folder: Int32) -> Int32 {
    openat(folder, name, pathOnly | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
  }

  /// Splits an absolute path into its folder and its last part.
  static func split(_ path: String) -> (folder: Substring, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return ("", path) }
    return (path[..<slash], String(path[path.index(after: slash)...]))
  }
}
