import CargoClient

/// A span of time with both ends in it; an end that is nil is open.
struct TimeRange: Equatable {
  var first: Instant?
  var last: Instant?

  /// Everything later than a moment.
  static func after(_ moment: Instant) -> TimeRange {
    TimeRange(first: Instant(microseconds: moment.microseconds + 1), last: nil)
  }

  /// Everything earlier than a moment.
  static func before(_ moment: Instant) -> TimeRange {
    TimeRange(first: nil, last: Instant(microseconds: moment.microseconds - 1))
  }

  /// The calendar day of a moment.
  static func day(of moment: Instant) -> TimeRange {
    let start = moment.startOfDay
    return TimeRange(
      first: start, last: Instant(microseconds: start.microseconds + Instant.day - 1))
  }

  /// Whether a column of ISO 8601 texts lies in the span.
  ///
  /// The text itself is compared first, with a day of room for offsets: that is fast and can use an
  /// index. What is left is read as a moment.
  func contains(_ column: SQLFragment) -> SQLFragment {
    var parts: [SQLFragment] = []
    if let text = first?.adding(days: -1).dayText {
      parts.append("\(column) >= \(value: .text(text))")
    }
    if let text = last?.adding(days: 2).dayText {
      parts.append("\(column) < \(value: .text(text))")
    }
    let function: SQLFragment = "cargo_time(\(column))"
    parts.append(contains(microseconds: function, scale: 1))
    return .all(parts)
  }

  /// Whether a number of milliseconds lies in the span.
  func contains(milliseconds column: SQLFragment) -> SQLFragment {
    contains(microseconds: column, scale: 1_000)
  }

  private func contains(microseconds value: SQLFragment, scale: Int64) -> SQLFragment {
    func floor(_ number: Int64) -> Int64 {
      number >= 0 ? number / scale : ~(~number / scale)
    }
    // The smallest number of `scale` microseconds that is not before `first` is one above the
    // largest that is.
    let low = first.map { floor($0.microseconds - 1) + 1 }
    let high = last.map { floor($0.microseconds) }
    return switch (low, high) {
    case (let low?, let high?):
      "\(value) BETWEEN \(value: .integer(low)) AND \(value: .integer(high))"
    case (let low?, nil): "\(value) >= \(value: .integer(low))"
    case (nil, let high?): "\(value) <= \(value: .integer(high))"
    case (nil, nil): "\(value) IS NOT NULL"
    }
  }
}
