import Glibc

/// An instant in milliseconds since 1970, UTC: how times are stored.
enum Timestamp {
  /// Now.
  static func now() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
  }

  /// ISO 8601 with milliseconds: `2026-08-01T09:30:00.000Z`.
  static func text(_ milliseconds: Int64) -> String {
    String(decoding: bytes(milliseconds), as: UTF8.self)
  }

  /// The same as UTF-8.
  static func bytes(_ milliseconds: Int64) -> [UInt8] {
    let (days, inDay) = milliseconds.floorDivided(by: 86_400_000)
    let (year, month, day) = civil(days)
    return [UInt8](unsafeUninitializedCapacity: 24) { buffer, count in
      func put(_ number: Int64, _ digits: Int, at position: Int) {
        var rest = number
        for offset in stride(from: position + digits - 1, through: position, by: -1) {
          buffer[offset] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
          rest /= 10
        }
      }
      put(year, 4, at: 0)
      put(month, 2, at: 5)
      put(day, 2, at: 8)
      put(inDay / 3_600_000, 2, at: 11)
      put(inDay / 60_000 % 60, 2, at: 14)
      put(inDay / 1_000 % 60, 2, at: 17)
      put(inDay % 1_000, 3, at: 20)
      buffer[4] = UInt8(ascii: "-")
      buffer[7] = UInt8(ascii: "-")
      buffer[10] = UInt8(ascii: "T")
      buffer[13] = UInt8(ascii: ":")
      buffer[16] = UInt8(ascii: ":")
      buffer[19] = UInt8(ascii: ".")
      buffer[23] = UInt8(ascii: "Z")
      count = 24
    }
  }

  // Days since 1970 to a date of the proleptic Gregorian calendar, counted in eras of 400 years that
  // begin on 1 March, so that the leap day is the last of its year.
  private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let (era, dayOfEra) = (days + 719_468).floorDivided(by: 146_097)
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shifted + 2) / 5 + 1
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }

  private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let (era, yearOfEra) = shifted.floorDivided(by: 400)
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// Reads `2026-08-01`, `2026-08-01T09:30:00Z`, with fractions and offsets; nil when it is neither.
  static func parse(_ text: String) -> Int64? {
    var digits = DateText(text)
    guard let year = digits.number(4), digits.skip("-"), let month = digits.number(2),
      digits.skip("-"), let day = digits.number(2), (1...12).contains(month),
      (1...31).contains(day)
    else { return nil }
    var result = days(year, month, day) * 86_400_000
    if digits.isAtEnd { return result }
    guard digits.skip("T") || digits.skip(" "), let hour = digits.number(2), digits.skip(":"),
      let minute = digits.number(2), hour < 24, minute < 60
    else { return nil }
    result += hour * 3_600_000 + minute * 60_000
    if digits.skip(":") {
      guard let second = digits.number(2), second <= 60 else { return nil }
      result += second * 1_000
      if digits.skip(".") { result += digits.milliseconds() }
    }
    if digits.isAtEnd || digits.skip("Z") { return digits.isAtEnd ? result : nil }
    let sign: Int64 = digits.skip("-") ? -1 : digits.skip("+") ? 1 : 0
    guard sign != 0, let hours = digits.number(2) else { return nil }
    _ = digits.skip(":")
    let minutes = digits.number(2) ?? 0
    return digits.isAtEnd ? result - sign * (hours * 60 + minutes) * 60_000 : nil
  }

  private struct DateText {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = Substring(text).utf8 }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func number(_ count: Int) -> Int64? {
      let part = rest.prefix(count)
      guard part.count == count, part.allSatisfy({ (48...57).contains($0) }) else { return nil }
      rest = rest.dropFirst(count)
      return part.reduce(0) { $0 * 10 + Int64($1 - 48) }
    }

    mutating func milliseconds() -> Int64 {
      let part = rest.prefix { (48...57).contains($0) }
      rest = rest.dropFirst(part.count)
      var result: Int64 = 0
      var weight: Int64 = 100
      for digit in part {
        result += Int64(digit - 48) * weight
        weight /= 10
      }
      return result
    }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
      guard rest.first == UInt8(ascii: character) else { return false }
      rest = rest.dropFirst()
      return true
    }
  }
}

extension Int64 {
  /// Quotient and remainder, the remainder never negative.
  func floorDivided(by divisor: Int64) -> (Int64, Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}
