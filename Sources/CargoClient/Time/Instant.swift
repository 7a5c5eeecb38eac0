import Glibc

/// A moment in UTC, in microseconds since 1970.
public struct Instant: Equatable, Comparable, Hashable, Sendable {
  /// Microseconds since 1970.
  public let microseconds: Int64

  /// The microseconds of a day.
  public static let day: Int64 = 86_400_000_000

  /// Whether `a` is earlier.
  public static func < (a: Instant, b: Instant) -> Bool { a.microseconds < b.microseconds }

  /// Wraps microseconds since 1970.
  public init(microseconds: Int64) { self.microseconds = microseconds }

  /// Midnight of a day of the calendar; nil when there is no such day.
  public init?(year: Int, month: Int, day: Int) {
    guard (1...12).contains(month), day >= 1, day <= Instant.days(inMonth: month, of: year) else {
      return nil
    }
    microseconds = Int64(Instant.dayNumber(year, month, day)) * Instant.day
  }

  /// The system's clock.
  public static func now() -> Instant {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Instant(
      microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
  }

  // MARK: Calendar

  /// Midnight of this moment's day.
  public var startOfDay: Instant {
    Instant(microseconds: microseconds.floorDivided(by: Self.day).quotient * Self.day)
  }

  /// The day in the proleptic Gregorian calendar.
  public var date: (year: Int, month: Int, day: Int) {
    Self.civil(Int(microseconds.floorDivided(by: Self.day).quotient))
  }

  /// The day of the year, from 1.
  public var dayOfYear: Int {
    let (year, month, day) = date
    return Self.dayNumber(year, month, day) - Self.dayNumber(year, 1, 1) + 1
  }

  /// The day of the week, 0 for Sunday.
  public var weekday: Int {
    // 1970-01-01 was a Thursday.
    Int((microseconds.floorDivided(by: Self.day).quotient + 4).floorDivided(by: 7).remainder)
  }

  /// This moment moved by whole days.
  public func adding(days: Int64) -> Instant {
    Instant(microseconds: microseconds &+ days &* Self.day)
  }

  /// This moment moved by whole months; on the last day of the month where the day does not exist.
  public func adding(months: Int) -> Instant {
    let midnight = startOfDay
    let (year, month, day) = date
    let (years, newMonth) = Int64(year * 12 + month - 1 + months).floorDivided(by: 12)
    let newDay = min(day, Self.days(inMonth: Int(newMonth) + 1, of: Int(years)))
    let start = Int64(Self.dayNumber(Int(years), Int(newMonth) + 1, newDay)) * Self.day
    return Instant(microseconds: start + microseconds - midnight.microseconds)
  }

  private static func days(inMonth month: Int, of year: Int) -> Int {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    return month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
  }

  /// Days from 1970-01-01. Years begin in March here, so that the leap day is the last one.
  private static func dayNumber(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let y = month <= 2 ? year - 1 : year
    let era = (y >= 0 ? y : y - 399) / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func civil(_ number: Int) -> (year: Int, month: Int, day: Int) {
    let z = number + 719_468
    let era = (z >= 0 ? z : z - 146_096) / 146_097
    let dayOfEra = z - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * shifted + 2) / 5 + 1)
  }
}

extension Int64 {
  /// Quotient and remainder, the remainder never negative.
  public func floorDivided(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}
