public import CargoClient
import Glibc

extension Permissions {
  /// What is done with a file.
  public enum FileAccess: String, Sendable { case read, write }

  /// Why a file may not be read or written; nil when it may.
  public func refusal(ofFile path: String, for access: FileAccess) -> CargoError? {
    do {
      _ = try permitted(path, for: access)
      return nil
    } catch {
      return error
    }
  }

  /// Where a file that may be read or written is: an absolute path without links. Throws the refusal.
  ///
  /// Granted paths and `path` may be relative to the working folder. Symbolic links are followed
  /// first, so that none leads out of a granted folder; what does not exist yet is judged by the
  /// folder it would be in.
  func permitted(_ path: String, for access: FileAccess) throws(CargoError) -> String {
    let target = Permissions.resolved(path)
    if isOffLimits(target) {
      throw CargoError(
        .permission, "\(path) is not for recipes",
        hint: "the workspace, the journal, .cargo, /proc, /sys and /dev are never open to them")
    }
    func covers(_ granted: [String]) -> Bool {
      granted.contains { Permissions.isInside(target, Permissions.resolved($0)) }
    }
    if covers(access == .read ? given.read : given.write) { return target }
    let isHere = Permissions.isInside(target, Permissions.resolved("."))
    if isHere && covers(access == .read ? grant.read : grant.write) { return target }
    let flag = "--allow-\(access.rawValue) \(path)"
    throw CargoError(
      .permission, "\(access == .read ? "reading" : "writing") \(path) was not granted",
      hint: isHere
        ? "grant it with permissions.\(access.rawValue) = { \"\(path)\" } in the manifest, or \(flag)"
        : "grant it with \(flag): a manifest opens nothing outside the working folder")
  }

  /// Files by which a recipe could look at or change the host itself: its database files with what
  /// SQLite keeps beside them (`-wal`, `-shm`), folders of the host's own, the kernel's view of the
  /// process.
  private func isOffLimits(_ target: String) -> Bool {
    if target.split(separator: "/").contains(".cargo") { return true }
    if ["/proc", "/sys", "/dev"].contains(where: { Permissions.isInside(target, $0) }) {
      return true
    }
    return offLimits.contains { path in
      let own = Permissions.resolved(path)
      return target == own || target.hasPrefix(own + "-")
    }
  }

  private static func isInside(_ path: String, _ folder: String) -> Bool {
    path == folder || path.hasPrefix(folder.hasSuffix("/") ? folder : folder + "/")
  }

  /// The absolute path with links followed as far as it exists, dots resolved.
  static func resolved(_ path: String) -> String {
    var known = path.hasPrefix("/") ? path : (currentFolder() + "/" + path)
    var missing: [Substring] = []
    var links = 0
    while true {
      if let real = realPath(known) { return joined(real, missing.reversed()) }
      while known.hasSuffix("/") && known != "/" { known.removeLast() }
      guard let slash = known.lastIndex(of: "/") else { return path }
      let folder = slash == known.startIndex ? "/" : String(known[..<slash])
      // A link to what does not exist yet leads to where a new file would appear.
      if links < 40, let target = linkTarget(known) {
        links += 1
        known = target.hasPrefix("/") ? target : folder + "/" + target
      } else {
        missing.append(known[known.index(after: slash)...])
        known = folder
      }
    }
  }

  private static func joined(_ root: String, _ names: some Sequence<Substring>) -> String {
    var parts = root.split(separator: "/")
    for name in names {
      switch name {
      case ".", "": continue
      case "..": _ = parts.popLast()
      default: parts.append(name)
      }
    }
    return "/" + parts.joined(separator: "/")
  }

  private static func linkTarget(_ path: String) -> String? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { buffer in
      guard let start = buffer.baseAddress else { return nil }
      let count = readlink(path, start, buffer.count)
      guard count > 0 else { return nil }
      return String(decoding: UnsafeRawBufferPointer(buffer)[..<count], as: UTF8.self)
    }
  }

  private static func realPath(_ path: String) -> String? {
    guard let pointer = realpath(path, nil) else { return nil }
    defer { free(pointer) }
    return String(cString: pointer)
  }

  private static func currentFolder() -> String {
    guard let pointer = getcwd(nil, 0) else { return "" }
    defer { free(pointer) }
    return String(cString: pointer)
  }
}
