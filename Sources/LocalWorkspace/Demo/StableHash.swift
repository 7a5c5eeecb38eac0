/// A hash that is the same in every process and release: what the demo's answers go by. (Swift's own
/// `Hasher` is seeded anew in each process.)
struct StableHash {
  private var state: UInt64 = 0xcbf2_9ce4_8422_2325

  /// Adds bytes and a separator.
  mutating func add(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { add(byte) }
    add(0xFF)
  }

  mutating func add(_ text: String) { add(text.utf8) }

  mutating func add(_ number: Int) {
    for shift in stride(from: 0, to: 64, by: 8) { add(UInt8(truncatingIfNeeded: number >> shift)) }
  }

  // FNV-1a.
  private mutating func add(_ byte: UInt8) {
    state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
  }

  /// The hash, its bits well mixed (the finaliser of SplitMix64: FNV's upper bits are weak).
  var value: UInt64 {
    var z = state &+ 0x9e37_79b9_7f4a_7c15
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// The hash as a fraction of [0, 1).
  var fraction: Double { Double(value >> 11) * 0x1p-53 }

  /// The hash of some texts.
  static func of(_ texts: String...) -> StableHash {
    var hash = StableHash()
    for text in texts { hash.add(text) }
    return hash
  }
}
