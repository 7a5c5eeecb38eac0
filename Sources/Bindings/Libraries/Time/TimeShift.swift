internal import CLua
import CargoClient

/// How far `time.add` moves a moment: `{ months = -1, days = 3 }`.
struct TimeShift {
  private var months: Int64 = 0
  private var seconds: Double = 0
  private let arguments: Arguments

  private static let lengths: [String: Double] = [
    "weeks": 604_800, "days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1,
  ]

  /// Reads the table at `index`.
  init(_ arguments: Arguments, _ index: Int32) throws(CargoError) {
    self.arguments = arguments
    let stack = arguments.stack
    guard stack.type(at: index) == .table else {
      throw arguments.wrongType("by", "a table such as { days = -30 }", at: index)
    }
    stack.pushNil()
    while lua_next(stack.state, index) != 0 {
      guard let name = stack.string(at: -2), let number = stack.number(at: -1), number.isFinite
      else { throw arguments.refusal("'by' must have numbers by name, such as { days = -30 }") }
      if let length = TimeShift.lengths[name] {
        seconds += number * length
      } else if name == "months" || name == "years" {
        guard let count = Int64(exactly: number), count.magnitude < 200_000 else {
          throw arguments.refusal("'\(name)' must be a whole number, got \(number)")
        }
        months += name == "years" ? count * 12 : count
      } else {
        throw arguments.refusal(
          "unknown unit '\(name)'",
          hint: "there are years, months, weeks, days, hours, minutes, seconds")
      }
      stack.pop()
    }
  }

  /// The moment that far away. Months go first; where the day does not exist, it is the last of its
  /// month.
  func apply(to instant: Instant) throws(CargoError) -> Instant {
    let moved = instant.adding(months: Int(months))
    guard moved.hasPlainYear,
      let result = Instant(seconds: Double(moved.microseconds) / 1e6 + seconds)
    else { throw arguments.refusal("the result is outside the years 0 to 9999") }
    return result
  }
}
