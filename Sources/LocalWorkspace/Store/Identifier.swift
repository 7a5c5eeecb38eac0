/// UUIDs, version 4 (`cargo-platform.md` §2.2).
enum Identifier {
  /// A new one, in lower case: 48 bits of the clock in milliseconds, then 74 random ones.
  ///
  /// The clock in front keeps new runs together in the index of uuids. With random bits in front every
  /// run would change another page of it, and the log would have to take them all.
  static func make() -> String {
    var generator = SystemRandomNumberGenerator()
    let time = UInt64(truncatingIfNeeded: Timestamp.now()) << 16
    return text(time | generator.next() & 0xFFFF, generator.next())
  }

  /// One of a sequence: the clock in front, then 74 bits from a generator.
  fileprivate static func make(at time: Int64, _ high: UInt64, _ low: UInt64) -> String {
    text(UInt64(truncatingIfNeeded: time) << 16 | high & 0xFFFF, low)
  }

  /// One that depends on a name alone: what the bundled catalogue and the demo data use, so that the
  /// same thing has the same uuid in every workspace.
  static func named(_ name: String) -> String {
    text(StableHash.of("uuid", name, "high").value, StableHash.of("uuid", name, "low").value)
  }

  private static func text(_ high: UInt64, _ low: UInt64) -> String {
    let high = high & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
    let low = low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
    return String(unsafeUninitializedCapacity: 36) { buffer in
      var position = 0
      for (word, count) in [(high, 16), (low, 16)] {
        for digit in 0..<count {
          if position == 8 || position == 13 || position == 18 || position == 23 {
            buffer[position] = UInt8(ascii: "-")
            position += 1
          }
          let nibble = UInt8(truncatingIfNeeded: word >> UInt64(60 - digit * 4)) & 0xF
          buffer[position] = nibble < 10 ? 48 + nibble : 87 + nibble
          position += 1
        }
      }
      return position
    }
  }

  /// Whether `text` is a UUID of version 4, in either case.
  static func isValid(_ text: String) -> Bool {
    var position = 0
    for byte in text.utf8 {
      switch position {
      case 8, 13, 18, 23: guard byte == UInt8(ascii: "-") else { return false }
      case 14: guard byte == UInt8(ascii: "4") else { return false }
      case 19: guard [56, 57, 65, 66, 97, 98].contains(byte) else { return false }
      default:
        guard (48...57).contains(byte) || (97...102).contains(byte) || (65...70).contains(byte)
        else { return false }
      }
      position += 1
    }
    return position == 36
  }
}

/// Many new UUIDs: the system is asked for randomness once, and for the time now and then.
struct IdentifierSequence {
  private var state: UInt64
  private var time = Timestamp.now()
  private var count = 0

  init() {
    var generator = SystemRandomNumberGenerator()
    state = generator.next()
  }

  /// The next one.
  mutating func next() -> String {
    count += 1
    if count % 256 == 0 { time = max(time, Timestamp.now()) }
    return Identifier.make(at: time, random(), random())
  }

  /// SplitMix64 (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators", 2014).
  private mutating func random() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}
