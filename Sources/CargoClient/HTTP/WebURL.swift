import CCurl

/// A URL taken apart by libcurl, which is also who will use it: two parsers that differ would be a way
/// around permissions.
public struct WebURL: Equatable, Sendable {
  /// `http` or `https`.
  public let scheme: String
  /// The host in small letters, without a dot at its end; IPv6 in brackets. Other spellings of an IPv4
  /// address (`0x7f.1`) have become the usual one.
  public let host: String
  /// The port, also where the URL leaves it out.
  public let port: Int
  /// The URL, normalised, without a fragment.
  public let text: String

  /// Takes a URL apart. Throws an error of the kind `argument` for all that is no plain `http` or `https`
  /// URL; passwords in URLs are refused too, since URLs end up in logs.
  public init(_ url: String) throws(CargoError) {
    guard ccurl_open() == 0, let handle = ccurl_url() else {
      throw CargoError(.http, String(cString: ccurl_open_error()))
    }
    defer { ccurl_url_cleanup(handle) }
    let shown = WebURL.shown(url)
    let flags = UInt32(CURLU_URLENCODE | CURLU_DISALLOW_USER)
    guard url.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
      throw CargoError(.argument, "the URL \(shown) has control characters in it")
    }
    let code = ccurl_url_set(handle, CURLUPART_URL, url, flags)
    guard code != CURLUE_USER_NOT_ALLOWED else {
      throw CargoError(
        .argument, "the URL \(shown) has a user name in it", hint: "use headers.authorization")
    }
    _ = ccurl_url_set(handle, CURLUPART_FRAGMENT, nil, 0)
    guard code == CURLUE_OK, let scheme = WebURL.part(CURLUPART_SCHEME, of: handle),
      scheme == "http" || scheme == "https", let host = WebURL.part(CURLUPART_HOST, of: handle),
      let port = WebURL.part(CURLUPART_PORT, of: handle).flatMap({ Int($0) }),
      let text = WebURL.part(CURLUPART_URL, of: handle)
    else {
      throw CargoError(
        .argument, "\(shown) is no http or https URL", hint: "such as https://example.com/path")
    }
    guard host.utf8.allSatisfy({ $0 < 0x80 }) else {
      throw CargoError(
        .argument, "the host of \(shown) has letters beyond ASCII",
        hint: "write it as DNS has it, with xn--")
    }
    let name = host.lowercased()
    guard WebURL.isHost(name) else {
      throw CargoError(.argument, "the host of \(shown) is none")
    }
    self.scheme = scheme
    self.host = name.hasSuffix(".") ? String(name.dropLast()) : name
    self.port = port
    self.text = text
  }

  /// `https://example.com`, with the port where it is not the scheme's own.
  public var origin: String {
    let isUsual = port == (scheme == "https" ? 443 : 80)
    return scheme + "://" + host + (isUsual ? "" : ":\(port)")
  }

  private static func part(_ part: CURLUPart, of handle: OpaquePointer) -> String? {
    var text: UnsafeMutablePointer<CChar>?
    let flags = part == CURLUPART_PORT ? UInt32(CURLU_DEFAULT_PORT) : 0
    guard ccurl_url_get(handle, part, &text, flags) == CURLUE_OK, let text else { return nil }
    defer { ccurl_free(text) }
    return String(cString: text)
  }

  private static func isHost(_ name: String) -> Bool {
    if name.hasPrefix("[") { return PeerAddress(name) != nil }
    return !name.hasPrefix(".")
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
          UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }

  /// A URL in messages: without its query, in which keys are sent, and without user names.
  private static func shown(_ url: String) -> String {
    let place = url.prefix { $0 != "?" && $0 != "#" }
    guard let at = place.lastIndex(of: "@") else { return String(place.prefix(200)) }
    return "…" + place[at...].prefix(200)
  }
}
