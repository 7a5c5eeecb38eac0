// Moments as ISO 8601 writes them.
extension Instant {
  /// The text as a moment: `YYYY-MM-DD`, or that with `T` or a blank, `HH:MM`, seconds and fraction,
  /// `Z` or an offset. Without an offset it is UTC. Nil for all else, also for days that no calendar
  /// has.
  public init?(_ text: UnsafeRawBufferPointer) {
    guard let (instant, _) = Instant.parse(text) else { return nil }
    self = instant
  }

  /// The text as a moment, and whether it is a day without a time.
  public static func parse(_ text: String) -> (instant: Instant, isDay: Bool)? {
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

  /// Whether four digits can write the year.
  public var hasPlainYear: Bool { (0...9999).contains(date.year) }

  /// The day as `YYYY-MM-DD`; nil outside the years that four digits can write.
  public var dayText: String? {
    hasPlainYear ? String(decoding: iso.prefix(10), as: UTF8.self) : nil
  }

  /// With milliseconds, `2026-08-01T09:30:00.000Z`, as UTF-8: how the platform writes times. Only for
  /// years of four digits (`hasPlainYear`).
  public var iso: [UInt8] {
    let (year, month, day) = date
    let inDay = (microseconds - startOfDay.microseconds) / 1_000
    return [UInt8](unsafeUninitializedCapacity: 24) { buffer, count in
      func put(_ number: Int64, _ digits: Int, at position: Int) {
        var rest = number
        for offset in stride(from: position + digits - 1, through: position, by: -1) {
          buffer[offset] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
          rest /= 10
        }
      }
      put(Int64(year), 4, at: 0)
      put(Int64(month), 2, at: 5)
      put(Int64(day), 2, at: 8)
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
