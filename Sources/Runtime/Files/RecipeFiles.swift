public import CargoClient
import Glibc

/// The files that a recipe may reach, by the run's permissions.
///
/// Paths are relative to the working folder. Every opening is checked twice: the path by where it
/// leads, and the way there once more while it is walked, so that a link swapped in between leads
/// nowhere. Only regular files are opened.
public struct RecipeFiles {
  private let permissions: Permissions

  /// Makes the files of a run.
  public init(_ permissions: Permissions) { self.permissions = permissions }

  /// Opens a file to be read from its beginning.
  /// - Throws: `permission`, or `file` with the system's reason.
  public func open(_ path: String) throws(CargoError) -> ReadableFile {
    let target = try checked(path, for: .read)
    let (folder, name) = FolderHandle.split(target)
    let handle = try FolderHandle(folder, shownAs: path, "read")
    // A pipe would wait for its other end.
    let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
    let descriptor = name.isEmpty ? -1 : openat(handle.descriptor, name, flags)
    guard descriptor >= 0 else {
      throw .file(path, "read", errno: name.isEmpty ? EISDIR : errno)
    }
    let file = ReadableFile(descriptor: descriptor, path: path)
    let status = try file.status()
    guard status.st_mode & S_IFMT == S_IFREG else {
      if status.st_mode & S_IFMT == S_IFDIR { throw .file(path, "read", errno: EISDIR) }
      throw CargoError(.file, "\(path) cannot be read: it is no regular file")
    }
    try refuseOwnFile(status, path)
    return file
  }

  /// Begins a file that takes the place of what is at `path` when it is committed; missing folders
  /// are made.
  /// - Throws: `permission`, or `file` with the system's reason.
  public func create(_ path: String) throws(CargoError) -> WritableFile {
    let target = try checked(path, for: .write)
    let (folder, name) = FolderHandle.split(target)
    guard !name.isEmpty else { throw .file(path, "written", errno: EISDIR) }
    let handle = try FolderHandle(folder, makesMissing: true, shownAs: path, "written")
    var status = stat()
    var mode: mode_t?
    if fstatat(handle.descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 {
      switch status.st_mode & S_IFMT {
      case S_IFREG: mode = status.st_mode & 0o777
      case S_IFDIR: throw .file(path, "written", errno: EISDIR)
      default: throw CargoError(.file, "\(path) cannot be written: it is no regular file")
      }
      try refuseOwnFile(status, path)
    }
    return try WritableFile(name, in: handle, mode: mode, shownAs: path)
  }

  /// Whether there is a file or folder at `path`; asking needs the permission to read it.
  public func exists(_ path: String) throws(CargoError) -> Bool {
    let target = try checked(path, for: .read)
    var status = stat()
    return lstat(target, &status) == 0
  }

  /// The names in a folder, sorted by their bytes.
  public func names(in path: String) throws(CargoError) -> [String] {
    let target = try checked(path, for: .read)
    let handle = try FolderHandle(target, shownAs: path, "listed")
    let descriptor = openat(handle.descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .file(path, "listed") }
    guard let stream = fdopendir(descriptor) else {
      let code = errno
      close(descriptor)
      throw .file(path, "listed", errno: code)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private func checked(
    _ path: String, for access: Permissions.FileAccess
  ) throws(CargoError) -> String {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw CargoError(.argument, "a path must not be empty or have NUL in it")
    }
    return try permissions.permitted(path, for: access)
  }

  /// The host's own files under another name (a hard link).
  private func refuseOwnFile(_ status: stat, _ path: String) throws(CargoError) {
    for own in permissions.offLimits {
      for suffix in ["", "-wal", "-shm", "-owners"] {
        var other = stat()
        guard stat(own + suffix, &other) == 0 else { continue }
        if other.st_ino == status.st_ino && other.st_dev == status.st_dev {
          throw CargoError(.permission, "\(path) is not for recipes")
        }
      }
    }
  }
}
