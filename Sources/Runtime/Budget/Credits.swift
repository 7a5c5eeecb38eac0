/// An amount of credits, counted in whole millionths: sums of prices such as 0.1 stay exact, and a
/// budget of 50 is spent at exactly 50.
public struct Credits: Sendable, Hashable, Comparable {
  /// Millionths of a credit.
  public let millionths: Int64

  /// Wraps millionths.
  public init(millionths: Int64) { self.millionths = millionths }

  /// Rounds a price to the nearest millionth; nil for what is no price (negative, not finite, or
  /// beyond nine million million).
  public init?(_ value: Double) {
    guard value.isFinite, value >= 0, value <= 9e12 else { return nil }
    millionths = Int64((value * 1e6).rounded())
  }

  /// No credits.
  public static let zero = Credits(millionths: 0)
  /// More than anyone has.
  public static let max = Credits(millionths: .max)

  /// The amount as a number, for Lua and JSON.
  public var value: Double { Double(millionths) / 1e6 }

  /// Compares amounts.
  public static func < (a: Credits, b: Credits) -> Bool { a.millionths < b.millionths }

  /// The sum; stays at the largest amount rather than overflow.
  public static func + (a: Credits, b: Credits) -> Credits {
    let (sum, overflow) = a.millionths.addingReportingOverflow(b.millionths)
    return overflow ? .max : Credits(millionths: sum)
  }

  /// Adds to an amount.
  public static func += (a: inout Credits, b: Credits) { a = a + b }

  /// The difference, which may be negative; stays at the outermost amount rather than overflow.
  public static func - (a: Credits, b: Credits) -> Credits {
    let (difference, overflow) = a.millionths.subtractingReportingOverflow(b.millionths)
    if overflow { return Credits(millionths: b.millionths < 0 ? .max : -.max) }
    return Credits(millionths: difference)
  }

  /// Takes from an amount.
  public static func -= (a: inout Credits, b: Credits) { a = a - b }

  /// The price of `count` of something; stays at the largest amount rather than overflow.
  public static func * (a: Credits, count: Int) -> Credits {
    let (product, overflow) = a.millionths.multipliedReportingOverflow(by: Int64(count))
    return overflow ? .max : Credits(millionths: product)
  }
}

extension Credits: CustomStringConvertible {
  /// The shortest decimal: `0.5`, `12`.
  public var description: String {
    let magnitude = millionths.magnitude
    var text = "\(magnitude / 1_000_000)"
    var fraction = magnitude % 1_000_000
    if fraction > 0 {
      var digits = String(fraction)
      digits = String(repeating: "0", count: 6 - digits.utf8.count) + digits
      while fraction % 10 == 0 {
        digits.removeLast()
        fraction /= 10
      }
      text += "." + digits
    }
    return (millionths < 0 ? "-" : "") + text
  }
}
