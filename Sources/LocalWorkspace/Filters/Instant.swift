/// A moment in UTC, in microseconds since 1970.
struct Instant: Equatable, Comparable, Hashable, Sendable {
  /// Microseconds since 1970.
  let microseconds: Int64

  /// The microseconds of a day.
  static let day: Int64 = 86_400_000_000

  static func < (a: Instant, b: Instant) -> Bool { a.microseconds < b.microseconds }

  /// Midnight of a day of the calendar; nil when there is no such day.
  init?(year: Int, month: Int, day: Int) {
    guard (1...12).contains(month), day >= 1, day <= Instant.days(inMonth: month, of: year) else {
      return nil
    }
    microseconds = Int64(Instant.dayNumber(year, month, day)) * Instant.day
  }

  init(microseconds: Int64) { self.microseconds = microseconds }

  /// The text as a moment: `YYYY-MM-DD`, or that with `T` or a blank, `HH:MM`, seconds and fraction,
  /// `Z` or an offset. Without an offset it is UTC. Nil for all else, also for days that no calendar
  /// has.
  init?(_ text: UnsafeRawBufferPointer) {
    guard let (instant, _) = Instant.parse(text) else { return nil }
    self = instant
  }

  /// The text as a moment, and whether it is a day without a time.
  static func parse(_ text: String) -> (instant: Instant, isDay: Bool)? {
    var text = text
    return text.withUTF8 { parse(UnsafeRawBufferPointer($0)) }
  }

  private static func parse(_ text: UnsafeRawBufferPointer) -> (instant: Instant, isDay: Bool)? {
    var reader = DigitReader(text)
    guard let year = reader.number(4), reader.skip("-"), let month = reader.number(2),
      reader.skip("-"), let day = reader.number(2),
      let date = Instant(year: year, month: month, day: day)
    else { return nil }
    if reader.isAtEnd { return (date, true) }
    guard reader.skip("T") || reader.skip("t") || reader.skip(" "), let hour = reader.number(2),
      hour < 24, reader.skip(":"), let minute = reader.number(2), minute < 60
    else { return nil }
    var seconds = 0
    var fraction = 0
    if reader.skip(":") {
      guard let number = reader.number(2), number < 60 else { return nil }
      seconds = number
      if reader.skip(".") || reader.skip(",") {
        guard let number = reader.microseconds() else { return nil }
        fraction = number
      }
    }
    guard let offset = reader.offset(), reader.isAtEnd else { return nil }
    let inDay = Int64((hour * 60 + minute - offset) * 60 + seconds) * 1_000_000 + Int64(fraction)
    return (Instant(microseconds: date.microseconds + inDay), false)
  }

  // MARK: Calendar

  /// Midnight of this moment's day.
  var startOfDay: Instant {
    let days = microseconds >= 0 ? microseconds / Self.day : ~(~microseconds / Self.day)
    return Instant(microseconds: days * Self.day)
  }

  /// The day as `YYYY-MM-DD`; nil outside the years that four digits can write.
  var dayText: String? {
    let (year, month, day) = Self.civil(Int(startOfDay.microseconds / Self.day))
    guard (0...9999).contains(year) else { return nil }
    func pad(_ number: Int, _ width: Int) -> String {
      let digits = String(number)
      return String(repeating: "0", count: width - digits.count) + digits
    }
    return pad(year, 4) + "-" + pad(month, 2) + "-" + pad(day, 2)
  }

  /// This moment moved by whole days.
  func adding(days: Int64) -> Instant {
    Instant(microseconds: microseconds &+ days &* Self.day)
  }

  /// This moment moved by whole months; on the last day of the month where the day does not exist.
  func adding(months: Int) -> Instant {
    let midnight = startOfDay
    let (year, month, day) = Self.civil(Int(midnight.microseconds / Self.day))
    let count = year * 12 + month - 1 + months
    let newYear = count >= 0 ? count / 12 : ~(~count / 12)
    let newMonth = count - newYear * 12 + 1
    let newDay = min(day, Self.days(inMonth: newMonth, of: newYear))
    let start = Int64(Self.dayNumber(newYear, newMonth, newDay)) * Self.day
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

/// Reads the fixed-width numbers of a date.
private struct DigitReader {
  private let text: UnsafeRawBufferPointer
  private var position = 0

  init(_ text: UnsafeRawBufferPointer) { self.text = text }

  var isAtEnd: Bool { position == text.count }

  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard position < text.count, UInt32(text[position]) == character.value else { return false }
    position += 1
    return true
  }

  private mutating func digit() -> Int? {
    guard position < text.count, text[position] >= 0x30, text[position] <= 0x39 else { return nil }
    position += 1
    return Int(text[position - 1] - 0x30)
  }

  mutating func number(_ width: Int) -> Int? {
    var number = 0
    for _ in 0..<width {
      guard let digit = digit() else { return nil }
      number = number * 10 + digit
    }
    return number
  }

  /// A fraction of a second; digits beyond the sixth are dropped.
  mutating func microseconds() -> Int? {
    guard var number = digit() else { return nil }
    var count = 1
    while let digit = digit() {
      if count < 6 { number = number * 10 + digit }
      count += 1
    }
    for _ in 0..<max(0, 6 - count) { number *= 10 }
    return number
  }

  /// `Z`, `+02:00`, `+0200`, `+02` or nothing, in minutes.
  mutating func offset() -> Int? {
    if isAtEnd || skip("Z") || skip("z") { return 0 }
    let isWest = skip("-")
    guard isWest || skip("+"), let hours = number(2), hours < 24 else { return nil }
    var minutes = 0
    if skip(":") || !isAtEnd {
      guard let number = number(2), number < 60 else { return nil }
      minutes = number
    }
    return (hours * 60 + minutes) * (isWest ? -1 : 1)
  }
}
