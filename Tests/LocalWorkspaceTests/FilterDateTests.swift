import CargoClient
import Testing

@testable import LocalWorkspace

@Suite struct FilterDateTests {
  @Test(
    arguments: [
      ("1970-01-01", 0), ("1970-01-01T00:00:01Z", 1_000_000), ("1969-12-31T23:59:59Z", -1_000_000),
      ("2000-02-29", 951_782_400_000_000), ("2024-07-15T12:00:00Z", 1_721_044_800_000_000),
      ("2024-07-15 12:00", 1_721_044_800_000_000), ("2024-07-15t12:00z", 1_721_044_800_000_000),
      ("2024-07-15T14:00:00+02:00", 1_721_044_800_000_000),
      ("2024-07-15T14:00:00+0200", 1_721_044_800_000_000),
      ("2024-07-15T14:00:00+02", 1_721_044_800_000_000),
      ("2024-07-15T06:30:00-05:30", 1_721_044_800_000_000),
      ("2024-07-15T12:00:00.5Z", 1_721_044_800_500_000),
      ("2024-07-15T12:00:00.1234567Z", 1_721_044_800_123_456),
      ("2024-07-15T12:00:00,000001Z", 1_721_044_800_000_001),
      ("0000-01-01", -62_167_219_200_000_000), ("9999-12-31T23:59:59Z", 253_402_300_799_000_000),
      ("", nil), ("2024", nil), ("2024-7-1", nil), ("2024-13-01", nil), ("2024-00-01", nil),
      ("2024-01-32", nil), ("2023-02-29", nil), ("1900-02-29", nil), ("2024-01-01T", nil),
      ("2024-01-01T24:00", nil), ("2024-01-01T12:60", nil), ("2024-01-01T12", nil),
      ("2024-01-01T12:00:60", nil), ("2024-01-01T12:00:00.", nil), ("2024-01-01T12:00+24:00", nil),
      ("2024-01-01T12:00 ", nil), (" 2024-01-01", nil), ("2024-01-01Z", nil),
      ("2024-01-01T12:00+1", nil),
      ("-2024-01-01", nil), ("2024/01/01", nil), ("１９７０-01-01", nil),
    ] as [(String, Int64?)])
  func readsISO8601(text: String, microseconds: Int64?) {
    #expect(Instant.parse(text)?.instant.microseconds == microseconds)
  }

  @Test func knowsDaysFromMoments() {
    #expect(Instant.parse("2024-07-15")?.isDay == true)
    #expect(Instant.parse("2024-07-15T00:00Z")?.isDay == false)
  }

  /// Every day of 130 years, one of them a century without a leap day.
  @Test func theCalendarHasNoGaps() {
    var text = "1895-01-01"
    var moment = Instant.parse(text)!.instant
    for _ in 0..<47_482 {
      let next = moment.adding(days: 1)
      guard let day = next.dayText, let parsed = Instant.parse(day)?.instant else {
        Issue.record("no day after \(text)")
        return
      }
      if parsed != next || day <= text { Issue.record("\(text) is followed by \(day)") }
      text = day
      moment = next
    }
    #expect(text == "2025-01-01")
  }

  @Test(
    arguments: [
      ("1 day", "2024-03-30T10:00:00Z"), ("2 days", "2024-03-29T10:00:00Z"),
      ("1 week", "2024-03-24T10:00:00Z"), ("1 month", "2024-02-29T10:00:00Z"),
      ("13 months", "2023-02-28T10:00:00Z"), ("3 Months", "2023-12-31T10:00:00Z"),
      ("1 year", "2023-03-31T10:00:00Z"), ("0 days", "2024-03-31T10:00:00Z"),
      ("1  day", "2024-03-30T10:00:00Z"), ("day", nil), ("-1 day", nil), ("1.5 days", nil),
      ("1 hour", nil), ("three months", nil), ("1 day ago", nil),
      ("99999999999999999999 days", nil),
      ("999999999 years", nil), ("1 s", nil), ("", nil),
    ] as [(String, String?)])
  func countsAgesBack(text: String, expected: String?) {
    let now = Instant.parse("2024-03-31T10:00:00Z")!.instant
    #expect(
      RelativeAge.moment(text, before: now) == expected.flatMap { Instant.parse($0)?.instant })
  }

  @Test func rangesOfMillisecondsKeepWholeOnes() {
    func bounds(_ first: Int64, _ last: Int64) -> [Int64] {
      let range = TimeRange(
        first: Instant(microseconds: first), last: Instant(microseconds: last))
      return range.contains(milliseconds: "x").bindings.map {
        if case .integer(let number) = $0 { number } else { 0 }
      }
    }
    #expect(bounds(1_000, 2_999) == [1, 2])
    #expect(bounds(1_001, 3_000) == [2, 3])
    #expect(bounds(-1_001, -1) == [-1, -1])
    #expect(bounds(-1_000, 0) == [-1, 0])
  }
}
