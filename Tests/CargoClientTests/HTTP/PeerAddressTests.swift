import Testing

@testable import CargoClient

@Suite struct PeerAddressTests {
  static let cases: [(bytes: [UInt8], text: String, isPublic: Bool)] = [
    ([8, 8, 8, 8], "8.8.8.8", true),
    ([172, 15, 0, 1], "172.15.0.1", true),
    ([172, 32, 0, 1], "172.32.0.1", true),
    ([100, 63, 0, 1], "100.63.0.1", true),
    ([223, 255, 255, 255], "223.255.255.255", true),
    ([0, 0, 0, 0], "0.0.0.0", false),
    ([10, 1, 2, 3], "10.1.2.3", false),
    ([100, 64, 0, 1], "100.64.0.1", false),
    ([127, 0, 0, 1], "127.0.0.1", false),
    ([127, 255, 0, 1], "127.255.0.1", false),
    ([169, 254, 169, 254], "169.254.169.254", false),
    ([172, 16, 0, 1], "172.16.0.1", false),
    ([172, 31, 255, 1], "172.31.255.1", false),
    ([192, 168, 1, 1], "192.168.1.1", false),
    ([198, 18, 0, 1], "198.18.0.1", false),
    ([203, 0, 113, 9], "203.0.113.9", false),
    ([224, 0, 0, 1], "224.0.0.1", false),
    ([255, 255, 255, 255], "255.255.255.255", false),
    (v6(0x2606, 0x4700), "2606:4700::1", true),
    (v6(0x2a00, 0x1450), "2a00:1450::1", true),
    (v6(0, 0), "::1", false),
    (v6(0xfe80, 0), "fe80::1", false),
    (v6(0xfc00, 0), "fc00::1", false),
    (v6(0xfd12, 0x3456), "fd12:3456::1", false),
    (v6(0xff02, 0), "ff02::1", false),
    (v6(0x2001, 0xdb8), "2001:db8::1", false),
    (v6(0x2001, 0), "2001::1", false),
    (v6(0x2002, 0x7f00), "2002:7f00::1", false),
    (v6(0x64, 0xff9b), "64:ff9b::1", false),
    // An IPv4 address in IPv6 clothes is what it is inside.
    ([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1], "127.0.0.1", false),
    ([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 8, 8, 8, 8], "8.8.8.8", true),
  ]

  private static func v6(_ first: UInt16, _ second: UInt16) -> [UInt8] {
    [first, second].flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] } + [UInt8](repeating: 0, count: 11)
      + [1]
  }

  @Test(arguments: cases)
  func onlyThePublicInternetIsPublic(bytes: [UInt8], text: String, isPublic: Bool) {
    let address = PeerAddress(bytes: bytes)
    #expect(address.description == text)
    #expect(address.isPublic == isPublic)
  }
}
