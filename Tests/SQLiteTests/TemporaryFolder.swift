import Glibc

/// A folder that lives as long as the value.
final class TemporaryFolder {
  let path: String

  init() {
    var template = Array("/tmp/cargo-sqlite-XXXXXX".utf8CString)
    path = String(cString: mkdtemp(&template))
  }

  func file(_ name: String) -> String { path + "/" + name }

  deinit {
    if let directory = opendir(path) {
      while let entry = readdir(directory) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != "." && name != ".." { unlink(file(name)) }
      }
      closedir(directory)
    }
    rmdir(path)
  }
}
