/// SHA-256 (FIPS 180-4), for the identity of steps and recipes.
public struct SHA256 {
  /// The 256 bits.
  public struct Digest: Sendable, Hashable {
    fileprivate let words: SIMD8<UInt32>

    /// As 32 bytes.
    public var bytes: [UInt8] {
      (0..<8).flatMap { index in
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: words[index] >> UInt32($0)) }
      }
    }

    /// As 64 hexadecimal digits.
    public var hexadecimal: String {
      let digits = Array("0123456789abcdef".utf8)
      return String(
        decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// Any part of a hash is a hash.
    public func hash(into hasher: inout Hasher) { hasher.combine(words[0]) }
  }

  private var state = SIMD8<UInt32>(
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a,
    0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19)
  /// What does not fill a block yet.
  private var block: [UInt8] = []
  private var count: UInt64 = 0

  /// Starts with nothing.
  public init() { block.reserveCapacity(64) }

  /// The hash of `bytes`.
  public static func digest(_ bytes: some Sequence<UInt8>) -> Digest {
    var hash = SHA256()
    hash.update(bytes)
    return hash.finish()
  }

  /// Takes in bytes.
  public mutating func update(_ bytes: some Sequence<UInt8>) {
    let isDone: Void? = bytes.withContiguousStorageIfAvailable { takeIn($0) }
    if isDone == nil { Array(bytes).withUnsafeBufferPointer { takeIn($0) } }
  }

  /// The hash of everything taken in.
  public mutating func finish() -> Digest {
    let bits = count * 8
    block.append(0x80)
    if block.count > 56 {
      block.append(contentsOf: repeatElement(0, count: 64 - block.count))
      compressBlock()
    }
    block.append(contentsOf: repeatElement(0, count: 56 - block.count))
    for shift in stride(from: 56, through: 0, by: -8) {
      block.append(UInt8(truncatingIfNeeded: bits >> UInt64(shift)))
    }
    compressBlock()
    return Digest(words: state)
  }

  private mutating func takeIn(_ bytes: UnsafeBufferPointer<UInt8>) {
    count += UInt64(bytes.count)
    var rest = bytes[...]
    if !block.isEmpty {
      let taken = rest.prefix(64 - block.count)
      block.append(contentsOf: taken)
      rest = rest.dropFirst(taken.count)
      if block.count < 64 { return }
      compressBlock()
    }
    while rest.count >= 64 {
      let full = UnsafeBufferPointer(rebasing: rest.prefix(64))
      SHA256.compress(UnsafeRawBufferPointer(full), into: &state)
      rest = rest.dropFirst(64)
    }
    block.append(contentsOf: rest)
  }

  private mutating func compressBlock() {
    block.withUnsafeBytes { SHA256.compress($0, into: &state) }
    block.removeAll(keepingCapacity: true)
  }

  /// Mixes one block of 64 bytes into the state.
  private static func compress(_ bytes: UnsafeRawBufferPointer, into state: inout SIMD8<UInt32>) {
    func rotated(_ word: UInt32, _ by: UInt32) -> UInt32 { word &>> by | word &<< (32 &- by) }
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { schedule in
      for i in 0..<16 {
        schedule[i] = UInt32(
          bigEndian: bytes.loadUnaligned(fromByteOffset: 4 * i, as: UInt32.self))
      }
      for i in 16..<64 {
        let (early, late) = (schedule[i &- 15], schedule[i &- 2])
        let s0 = rotated(early, 7) ^ rotated(early, 18) ^ (early &>> 3)
        let s1 = rotated(late, 17) ^ rotated(late, 19) ^ (late &>> 10)
        schedule[i] = schedule[i &- 16] &+ s0 &+ schedule[i &- 7] &+ s1
      }
      var (a, b, c, d) = (state[0], state[1], state[2], state[3])
      var (e, f, g, h) = (state[4], state[5], state[6], state[7])
      constants.withUnsafeBufferPointer { constants in
        for i in 0..<64 {
          let s1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
          let choice = (e & f) ^ (~e & g)
          let t1 = h &+ s1 &+ choice &+ constants[i] &+ schedule[i]
          let s0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)
          let majority = (a & b) ^ (a & c) ^ (b & c)
          (h, g, f, e) = (g, f, e, d &+ t1)
          (d, c, b, a) = (c, b, a, t1 &+ s0 &+ majority)
        }
      }
      state = state &+ SIMD8(a, b, c, d, e, f, g, h)
    }
  }

  /// The fractional parts of the cube roots of the first 64 primes.
  private static let constants: [UInt32] = {
    var constants: [UInt32] = []
    var candidate: UInt64 = 2
    while constants.count < 64 {
      if !(2..<candidate).contains(where: { $0 * $0 <= candidate && candidate % $0 == 0 }) {
        constants.append(cubeRootFraction(of: candidate))
      }
      candidate += 1
    }
    return constants
  }()

  /// The first 32 bits behind the point of a cube root, by bisection over whole numbers.
  private static func cubeRootFraction(of value: UInt64) -> UInt32 {
    // root is the largest number with root³ ≤ value · 2⁹⁶, that is 2³² times the cube root.
    var (low, high) = (UInt64(1) << 32, UInt64(8) << 32)
    while high - low > 1 {
      let middle = low + (high - low) / 2
      let square = middle.multipliedFullWidth(by: middle)
      // (middle² · middle) compared with value · 2⁹⁶, in 128 bits less the low 64.
      let lowPart = square.low.multipliedFullWidth(by: middle)
      let highPart = square.high * middle
      let (sum, carry) = highPart.addingReportingOverflow(lowPart.high)
      let isAbove = carry || sum >= value << 32 && !(sum == value << 32 && lowPart.low == 0)
      if isAbove { high = middle } else { low = middle }
    }
    return UInt32(truncatingIfNeeded: low)
  }
}
