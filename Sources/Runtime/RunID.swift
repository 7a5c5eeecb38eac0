import Glibc

/// The name of a run, `r-0xk3m9q2`: short enough to type, later runs sort behind earlier ones.
public enum RunID {
  /// Digits and letters, less those that are taken for one another (i, l, o, u).
  private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
  /// 2026-01-01T00:00:00Z; six digits last 34 years from there.
  private static let epoch: Int64 = 1_767_225_600

  /// A new name: the second, and ten random bits for runs of the same second.
  public static func make() -> String {
    make(seconds: Int64(time(nil)), random: UInt32.random(in: 0..<1024))
  }

  static func make(seconds: Int64, random: UInt32) -> String {
    var value = UInt64(max(seconds - epoch, 0)) << 10 | UInt64(random & 1023)
    var digits: [UInt8] = []
    for _ in 0..<8 {
      digits.append(alphabet[Int(value & 31)])
      value >>= 5
    }
    return "r-" + String(decoding: digits.reversed(), as: UTF8.self)
  }
}
