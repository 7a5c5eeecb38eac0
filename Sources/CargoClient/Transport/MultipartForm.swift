import Glibc

/// A form with one file, as browsers send it (RFC 7578).
struct MultipartForm {
  /// The largest file that is read; more has no place in memory.
  static let maximumFileSize = 256 << 20

  let contentType: String
  private(set) var body: [UInt8] = []
  private let boundary: String

  init() {
    boundary =
      "cargo-" + String(UInt64.random(in: .min ... .max), radix: 36)
      + String(UInt64.random(in: .min ... .max), radix: 36)
    contentType = "multipart/form-data; boundary=" + boundary
  }

  /// Adds a plain field.
  mutating func add(_ name: String, _ value: String) {
    body += "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n".utf8
    body += value.utf8
    body += "\r\n".utf8
  }

  /// Adds the file at `path` under its own name.
  mutating func addFile(_ name: String, path: String) throws(CargoError) {
    let contents = try MultipartForm.read(path)
    let fileName = path.split(separator: "/").last.map(String.init) ?? "file"
    // Quotes and line breaks are written as HTML forms do.
    var quoted = ""
    for character in fileName.unicodeScalars {
      switch character {
      case "\"": quoted += "%22"
      case "\r": quoted += "%0D"
      case "\n": quoted += "%0A"
      default: quoted.unicodeScalars.append(character)
      }
    }
    body += "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"; ".utf8
    body +=
      "filename=\"\(quoted)\"\r\nContent-Type: \(MultipartForm.type(of: fileName))\r\n\r\n".utf8
    body += contents
    body += "\r\n".utf8
  }

  /// Ends the form.
  mutating func end() { body += "--\(boundary)--\r\n".utf8 }

  private static func type(of fileName: String) -> String {
    switch fileName.lowercased().split(separator: ".").last {
    case "csv": "text/csv"
    case "json": "application/json"
    case "txt", "md": "text/plain"
    case "pdf": "application/pdf"
    default: "application/octet-stream"
    }
  }

  private static func read(_ path: String) throws(CargoError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw unreadable(path) }
    defer { close(descriptor) }
    var information = stat()
    guard fstat(descriptor, &information) == 0 else { throw unreadable(path) }
    guard information.st_mode & S_IFMT == S_IFREG else {
      throw CargoError(.file, "'\(path)' is not a file")
    }
    guard information.st_size <= maximumFileSize else {
      throw CargoError(.file, "'\(path)' is larger than \(maximumFileSize >> 20) MiB")
    }
    var failed = false
    let size = Int(information.st_size)
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size {
        let got = Glibc.read(descriptor, buffer.baseAddress.map { $0 + count }, size - count)
        if got < 0 && errno == EINTR { continue }
        failed = got < 0
        if got <= 0 { break }
        count += got
      }
    }
    if failed { throw unreadable(path) }
    return bytes
  }

  private static func unreadable(_ path: String) -> CargoError {
    CargoError(.file, "'\(path)' cannot be read: \(String(cString: strerror(errno)))")
  }
}
