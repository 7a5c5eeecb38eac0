import CCurl

/// Request headers, ready to be sent many times: libcurl's list is made once and shared.
///
/// A class, because the list must live as long as a transfer uses it. Bound to the loop's thread.
public final class HTTPHeaders {
  /// Why headers cannot be sent.
  public enum Invalid: Error, Equatable {
    /// The name is empty or has a character that a header's name cannot have (RFC 9110 §5.1).
    case name(String)
    /// The value of the named header has a line break or NUL.
    case value(name: String)
  }

  private let lines: [String]
  private var madeLists: [UnsafeMutablePointer<curl_slist>?] = [nil, nil]

  /// Checks and keeps headers; names or values that could smuggle in another header are refused.
  public init(_ fields: [(name: String, value: String)]) throws(Invalid) {
    var lines: [String] = []
    for field in fields {
      guard !field.name.isEmpty, field.name.utf8.allSatisfy(HTTPHeaders.isTokenByte) else {
        throw .name(field.name)
      }
      guard field.value.utf8.allSatisfy({ $0 != 0 && $0 != 10 && $0 != 13 }) else {
        throw .value(name: field.name)
      }
      // libcurl takes `name:` as "leave this header out" and `name;` as "send it empty".
      lines.append(field.value.isEmpty ? field.name + ";" : field.name + ": " + field.value)
    }
    self.lines = lines
  }

  /// For lists written in this module, whose parts are known to be fine.
  init(lines: [String]) { self.lines = lines }

  deinit {
    for case .some(let list) in madeLists { ccurl_slist_free_all(list) }
  }

  /// libcurl's list; nil for an empty one. With a large body libcurl would ask by `Expect` whether to
  /// go on and wait a second for servers that do not know the question. libcurl must be open.
  func list(withLargeBody: Bool) -> UnsafeMutablePointer<curl_slist>? {
    let index = withLargeBody ? 1 : 0
    if madeLists[index] == nil {
      for line in withLargeBody ? lines + ["Expect:"] : lines {
        madeLists[index] = ccurl_slist_append(madeLists[index], line)
      }
    }
    return madeLists[index]
  }

  private static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default:
      "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }
}
