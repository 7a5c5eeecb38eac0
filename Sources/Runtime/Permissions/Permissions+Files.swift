public import CargoClient
import Glibc

extension Permissions {
  /// What is done with a file.
  public enum FileAccess: String, Sendable { case read, write }

  /// Why a file may not be read or written; nil when it may.
  ///
  /// Granted paths and `path` may be relative to the working folder. Symbolic links are followed
  /// first, so that none leads out of a granted folder; what does not exist yet is judged by the
  /// folder it would be in.
  public func refusal(ofFile path: String, for access: FileAccess) -> CargoError? {
    let granted = access == .read ? grant.read : grant.write
    let target = Permissions.resolved(path)
    let isGranted = granted.contains { folder in
      let root = Permissions.resolved(folder)
      return target == root || target.hasPrefix(root.hasSuffix("/") ? root : root + "/")
    }
    if isGranted { return nil }
    return CargoError(
      .permission,
      "\(access == .read ? "reading" : "writing") \(path) was not granted",
      hint: "grant it with permissions.\(access.rawValue) = { \"\(path)\" } in the manifest, "
        + "or --allow-\(access.rawValue) \(path)")
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
