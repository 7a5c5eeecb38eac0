import CargoClient
import Glibc
import SQLite

/// The workspace's file: made whole or not at all, opened with one clear sentence when it cannot be.
enum WorkspaceFile {
  static func exists(at path: String) -> Bool { access(path, F_OK) == 0 }

  /// Makes a file: built beside its place, without waiting for the disk, then moved there in one step.
  /// A file that another process put there in the meantime is left as it is.
  static func create(
    at path: String, _ fill: (Connection) throws -> Void
  ) throws(CargoError) {
    try makeFolder(of: path)
    let draft = "\(path).new-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
    defer {
      unlink(draft)
      unlink(draft + "-journal")
    }
    do {
      let options = Connection.Options(usesWAL: false, synchronous: .off)
      let connection = try Connection(path: draft, options: options)
      // The draft is thrown away when anything fails: no journal is needed to roll it back.
      try connection.execute("PRAGMA journal_mode = OFF")
      try Schema.migrate(connection)
      try connection.transaction { try fill(connection) }
      // The last that is waited for, before the file gets its name.
    } catch {
      throw failure(error, path: path)
    }
    let descriptor = Glibc.open(draft, O_RDONLY | O_CLOEXEC)
    if descriptor >= 0 {
      fsync(descriptor)
      Glibc.close(descriptor)
    }
    // A hard link does not replace, unlike a rename; some file systems have none.
    if link(draft, path) != 0 && errno != EEXIST && rename(draft, path) != 0 {
      throw unwritable(path, systemError())
    }
  }

  private static func makeFolder(of path: String) throws(CargoError) {
    guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return }
    var folder = ""
    for part in path[..<slash].split(separator: "/", omittingEmptySubsequences: false) {
      folder +=
        folder.isEmpty && part.isEmpty
        ? "/"
        : (folder.hasSuffix("/") || folder.isEmpty)
          ? String(part) : "/" + part
      if folder.isEmpty || folder == "/" { continue }
      if mkdir(folder, 0o700) != 0 && errno != EEXIST && access(folder, F_OK) != 0 {
        throw unwritable(path, systemError())
      }
    }
  }

  /// Milliseconds that another process's transaction is waited for: an import of a million rows is one.
  private static let patience: Int32 = 120_000

  /// Opens a workspace for writing and brings its schema up to date.
  static func open(at path: String) throws(CargoError) -> Connection {
    do {
      let connection = try Connection(
        path: path, options: Connection.Options(creates: false, busyTimeout: patience))
      try check(connection)
      try Schema.migrate(connection)
      return connection
    } catch {
      throw failure(error, path: path)
    }
  }

  private static func check(_ connection: Connection) throws {
    let application = try connection.first("PRAGMA application_id") { $0.int64(0) }
    guard application == Schema.applicationID else {
      throw CargoError(
        .journal, "\(connection.path) is a SQLite file, but no workspace.", hint: wayOut)
    }
    guard try connection.userVersion() <= Schema.version else {
      throw CargoError(
        .journal, "The workspace \(connection.path) was written by a newer cargo-script.",
        hint: "update cargo-script, or choose another file with --workspace local:PATH")
    }
  }

  private static let wayOut =
    "restore a copy, or move it away and start afresh with cargo-script init"

  /// What a failure of SQLite means for the one who uses the workspace.
  static func failure(_ error: any Error, path: String) -> CargoError {
    if let error = error as? CargoError { return error }
    guard let error = error as? SQLiteError else {
      return CargoError(.journal, "The workspace \(path) cannot be used: \(error)")
    }
    if error.isCorrupt {
      return CargoError(
        .journal, "The workspace file \(path) is damaged, or is no workspace.", hint: wayOut)
    }
    if error.isCannotOpen || error.isReadOnly { return unwritable(path, error.message) }
    if error.isBusy {
      return CargoError(
        .journal, "The workspace file \(path) is held by another process.",
        hint: "wait until it has finished, or end it")
    }
    if error.isFull || error.isInputOutput {
      return CargoError(
        .journal, "The workspace file \(path) cannot be written: \(error.message).",
        hint: "make room on the disk; nothing was half-written")
    }
    return CargoError(.journal, "The workspace \(path) failed: \(error.message).")
  }

  private static func unwritable(_ path: String, _ reason: String) -> CargoError {
    CargoError(
      .journal, "The workspace file \(path) cannot be opened for writing: \(reason).",
      hint: "check the folder and its permissions, or choose another with --workspace local:PATH")
  }

  private static func systemError() -> String { String(cString: strerror(errno)) }
}
