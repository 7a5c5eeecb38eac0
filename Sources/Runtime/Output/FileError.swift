import CargoClient
import Glibc

extension CargoError {
  /// A system call on a file has failed: "out/leads.csv cannot be written: No space left on device".
  static func file(
    _ path: String, _ what: String, errno code: Int32 = Glibc.errno
  ) -> CargoError {
    var buffer = [CChar](repeating: 0, count: 256)
    // The XSI form writes into the buffer, GNU's may answer elsewhere; strerror_r of Glibc's module
    // is the former.
    _ = strerror_r(code, &buffer, buffer.count)
    let reason = String(
      decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    let isFolderMissing =
      code == ENOENT && what == "written" && !folder.isEmpty && access(folder, F_OK) != 0
    return CargoError(
      .file, "\(path) cannot be \(what): \(reason)",
      hint: isFolderMissing ? "make its folder first: mkdir -p \(folder)" : nil)
  }
}
