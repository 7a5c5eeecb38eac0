public import CargoClient
import Glibc

/// Reads the text of recipes and modules.
public enum SourceFile {
  /// The most a recipe may be long, in bytes.
  public static let maximumSize = 16 << 20

  /// Reads a whole file. Throws an error of the kind `argument` that names the path and the reason.
  public static func read(_ path: String) throws(CargoError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path, errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure(path, errno) }
    guard status.st_mode & S_IFMT != S_IFDIR else { throw failure(path, EISDIR) }
    return try readAll(descriptor, path)
  }

  /// Reads a module: a regular file inside `directory`, wherever links lead. A recipe that came with a link
  /// to somebody's keys must not read them by `require`.
  static func readModule(_ file: String, in directory: String) throws(CargoError) -> [UInt8] {
    let path = directory + "/" + file
    guard let folder = realpath(directory, nil) else { throw failure(directory, errno) }
    defer { free(folder) }
    guard let target = realpath(path, nil) else { throw failure(path, errno) }
    defer { free(target) }
    guard String(cString: target).hasPrefix(String(cString: folder) + "/") else {
      throw CargoError(.argument, "\(path) is a link out of the recipe's folder")
    }
    // A pipe would wait for its other end.
    let descriptor = open(target, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path, errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure(path, errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw CargoError(.argument, "\(path) is no regular file")
    }
    return try readAll(descriptor, path)
  }

  /// Reads standard input to its end.
  public static func readStandardInput() throws(CargoError) -> [UInt8] {
    try readAll(0, "standard input")
  }

  private static func readAll(_ descriptor: Int32, _ path: String) throws(CargoError) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count == 0 { return bytes }
      guard count > 0 else {
        if errno == EINTR { continue }
        throw failure(path, errno)
      }
      bytes += chunk[..<count]
      guard bytes.count <= maximumSize else {
        throw CargoError(.argument, "\(path) is larger than \(maximumSize >> 20) MiB: no recipe is")
      }
    }
  }

  private static func failure(_ path: String, _ code: Int32) -> CargoError {
    switch code {
    case ENOENT: CargoError(.argument, "there is no file \(path)")
    case EISDIR: CargoError(.argument, "\(path) is a folder, not a recipe")
    case EACCES: CargoError(.argument, "\(path) may not be read")
    default: CargoError(.argument, "\(path) cannot be read: \(String(cString: strerror(code)))")
    }
  }
}
