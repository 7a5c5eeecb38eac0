/// The little that has to be known of URLs here; libcurl parses them whole.
enum HTTPURL {
  /// The host of a URL, with its port where one is given, for messages.
  static func host(of url: String) -> String? {
    guard let start = url.utf8Index(after: "://") else { return nil }
    let authority = url[start...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
    return host.isEmpty ? nil : String(host)
  }

  /// Appends text percent-encoded as a path segment or query value: all but RFC 3986's unreserved
  /// characters.
  static func appendEncoded(_ text: some Sequence<UInt8>, to url: inout String) {
    let digits = Array("0123456789ABCDEF".utf8)
    url.append(
      String(
        decoding: text.flatMap { byte -> [UInt8] in
          isUnreserved(byte)
            ? [byte] : [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }, as: UTF8.self))
  }

  static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: "_"), UInt8(ascii: "~"):
      true
    default: false
    }
  }
}

extension String {
  fileprivate func utf8Index(after separator: StaticString) -> Index? {
    let needle = UnsafeBufferPointer(
      start: separator.utf8Start, count: separator.utf8CodeUnitCount)
    var start = utf8.startIndex
    while start < utf8.endIndex {
      if utf8[start...].starts(with: needle) { return utf8.index(start, offsetBy: needle.count) }
      start = utf8.index(after: start)
    }
    return nil
  }
}
