/// Labels of international domain names as DNS has them (RFC 3492).
enum Punycode {
  /// The label in ASCII, with `xn--` where it was not; nil when it is too long.
  static func encode(_ label: Substring) -> Substring? {
    if label.utf8.allSatisfy({ $0 < 0x80 }) { return label }
    let scalars = composed(label).map(\.value)
    var output = scalars.filter { $0 < 0x80 }.map { UInt8($0) }
    let basic = output.count
    var handled = basic
    if basic > 0 { output.append(UInt8(ascii: "-")) }
    var n: UInt32 = 128
    var delta: UInt32 = 0
    var bias: UInt32 = 72
    while handled < scalars.count {
      guard let next = scalars.filter({ $0 >= n }).min(), output.count < 64 else { return nil }
      let (step, overflow) = (next - n).multipliedReportingOverflow(by: UInt32(handled + 1))
      guard !overflow else { return nil }
      delta += step
      n = next
      for scalar in scalars {
        if scalar < n { delta += 1 }
        guard scalar == n else { continue }
        append(delta, bias, to: &output)
        bias = adapt(delta, count: UInt32(handled + 1), isFirst: handled == basic)
        delta = 0
        handled += 1
      }
      delta += 1
      n += 1
    }
    return output.count <= 59 ? Substring("xn--" + String(decoding: output, as: UTF8.self)) : nil
  }

  private static func append(_ delta: UInt32, _ bias: UInt32, to output: inout [UInt8]) {
    var rest = delta
    var k: UInt32 = 36
    while true {
      let threshold = k <= bias ? 1 : min(k - bias, 26)
      if rest < threshold { break }
      output.append(digit(threshold + (rest - threshold) % (36 - threshold)))
      rest = (rest - threshold) / (36 - threshold)
      k += 36
    }
    output.append(digit(rest))
  }

  private static func adapt(_ delta: UInt32, count: UInt32, isFirst: Bool) -> UInt32 {
    var delta = isFirst ? delta / 700 : delta / 2
    delta += delta / count
    var k: UInt32 = 0
    while delta > 455 {
      delta /= 35
      k += 36
    }
    return k + 36 * delta / (delta + 38)
  }

  private static func digit(_ value: UInt32) -> UInt8 {
    UInt8(value < 26 ? value + 97 : value + 22)
  }

  /// Letters with their marks in one scalar, as far as there are such: DNS knows no other spelling.
  private static func composed(_ label: Substring) -> [Unicode.Scalar] {
    label.flatMap { character -> [Unicode.Scalar] in
      let scalars = Array(character.unicodeScalars)
      return scalars.count > 1 ? precomposed[character].map { [$0] } ?? scalars : scalars
    }
  }

  /// Equal characters have equal hashes, whichever way they are spelt.
  private static let precomposed: [Character: Unicode.Scalar] = {
    var table: [Character: Unicode.Scalar] = [:]
    for range in [0xc0...0x24f, 0x1e00...0x1eff] as [ClosedRange<UInt32>] {
      for value in range {
        if let scalar = Unicode.Scalar(value) { table[Character(scalar)] = scalar }
      }
    }
    return table
  }()
}
