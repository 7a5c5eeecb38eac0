import Glibc

/// The address at the other end of a socket, as it is about to be connected to.
///
/// Checked there and not by the host's name, because a name can resolve to anything, and to something
/// else a moment later.
public struct PeerAddress: Equatable, Sendable, CustomStringConvertible {
  /// Four bytes for IPv4, sixteen for IPv6, in network order.
  public let bytes: [UInt8]

  /// Wraps an address of four or sixteen bytes; an IPv4 address inside an IPv6 one (`::ffff:a.b.c.d`)
  /// is taken as the IPv4 address that it is.
  public init(bytes: [UInt8]) {
    let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]
    self.bytes = bytes.count == 16 && bytes.starts(with: mapped) ? Array(bytes[12...]) : bytes
  }

  /// Reads an address in its usual notation, IPv6 with or without brackets; nil for all else.
  public init?(_ text: some StringProtocol) {
    if text.contains(":") {
      let bare =
        text.hasPrefix("[") && text.hasSuffix("]")
        ? String(text.dropFirst().dropLast()) : String(text)
      var address = in6_addr()
      guard inet_pton(AF_INET6, bare, &address) == 1 else { return nil }
      self.init(bytes: withUnsafeBytes(of: &address) { Array($0) })
    } else {
      var address = in_addr()
      guard inet_pton(AF_INET, String(text), &address) == 1 else { return nil }
      self.init(bytes: withUnsafeBytes(of: &address) { Array($0) })
    }
  }

  /// Reads a socket address; nil for one that is neither IPv4 nor IPv6.
  static func withPort(
    _ address: UnsafePointer<sockaddr>, length: Int
  ) -> (address: PeerAddress, port: Int)? {
    let raw = UnsafeRawPointer(address)
    switch Int32(address.pointee.sa_family) {
    case AF_INET where length >= MemoryLayout<sockaddr_in>.size:
      var socket = raw.load(as: sockaddr_in.self)
      let bytes = withUnsafeBytes(of: &socket.sin_addr) { Array($0) }
      return (PeerAddress(bytes: bytes), Int(UInt16(bigEndian: socket.sin_port)))
    case AF_INET6 where length >= MemoryLayout<sockaddr_in6>.size:
      var socket = raw.load(as: sockaddr_in6.self)
      let bytes = withUnsafeBytes(of: &socket.sin6_addr) { Array($0) }
      return (PeerAddress(bytes: bytes), Int(UInt16(bigEndian: socket.sin6_port)))
    default:
      return nil
    }
  }

  /// Whether it is this machine's own: `127.0.0.0/8` or `::1`.
  public var isLoopback: Bool {
    bytes.count == 4
      ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
  }

  /// Whether the address is out on the public Internet: not this machine, not a private or link-local
  /// network, not shared, reserved, documentation or multicast space (IANA special-purpose registries).
  public var isPublic: Bool {
    bytes.count == 4 ? PeerAddress.isPublicIPv4(bytes) : PeerAddress.isPublicIPv6(bytes)
  }

  private static func isPublicIPv4(_ bytes: [UInt8]) -> Bool {
    switch (bytes[0], bytes[1], bytes[2]) {
    case (0, _, _), (10, _, _), (127, _, _), (100, 64...127, _), (169, 254, _),
      (172, 16...31, _), (192, 168, _), (192, 0, 0), (192, 0, 2), (192, 88, 99),
      (198, 18...19, _), (198, 51, 100), (203, 0, 113), (224..., _, _):
      false
    default: true
    }
  }

  private static func isPublicIPv6(_ bytes: [UInt8]) -> Bool {
    // Only 2000::/3 is given out; in it 2001::/23 (protocols, Teredo), 2001:db8::/32 and 2002::/16
    // (which hides an IPv4 address) are special. NAT64's 64:ff9b::/96 lies outside.
    guard bytes[0] & 0xe0 == 0x20 else { return false }
    switch (bytes[0], bytes[1], bytes[2], bytes[3]) {
    case (0x20, 0x01, 0x00...0x01, _), (0x20, 0x01, 0x0d, 0xb8), (0x20, 0x02, _, _),
      (0x3f, 0xff, 0x00...0x0f, _):
      return false
    default: return true
    }
  }

  /// The address in its usual notation.
  public var description: String {
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    let family = bytes.count == 4 ? AF_INET : AF_INET6
    guard inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else { return "?" }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
