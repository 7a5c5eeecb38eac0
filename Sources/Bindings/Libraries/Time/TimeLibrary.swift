internal import CLua
import CargoClient
import Runtime

/// `time`: moments in seconds since 1970, in UTC (`design.md` §4.4).
///
/// A moment is a number, or ISO 8601 text as answers and rows have it.
final class TimeLibrary: Library {
  private let clock: () -> Instant
  private let functions: LuaFunctions

  init(clock: @escaping () -> Instant, functions: LuaFunctions) {
    self.clock = clock
    self.functions = functions
  }

  let globals = ["time"]

  func push(_ name: String, onto stack: LuaStack) throws(RaisedError) -> Bool {
    guard name == "time" else { return false }
    stack.pushTable(fields: 5)
    functions.define("time.now", ofTableOnTop: stack) {
      [unowned self] arguments throws(CargoError) in
      arguments.stack.push(Double(clock().microseconds) / 1e6)
      return 1
    }
    functions.define("time.iso", ofTableOnTop: stack) {
      [unowned self] arguments throws(CargoError) in
      arguments.stack.push(try momentOrNow(arguments).iso)
      return 1
    }
    functions.define("time.format", ofTableOnTop: stack) {
      [unowned self] arguments throws(CargoError) in try format(arguments)
    }
    functions.define("time.parse", ofTableOnTop: stack) {
      [unowned self] arguments throws(CargoError) in
      guard let text = try arguments.optionalString(1, "text"),
        let instant = Instant.parse(Blank.trimmed(text))?.instant
      else { return arguments.none() }
      push(instant, onto: arguments.stack)
      return 1
    }
    functions.define("time.add", ofTableOnTop: stack) {
      [unowned self] arguments throws(CargoError) in
      push(try TimeShift(arguments, 2).apply(to: try moment(arguments)), onto: arguments.stack)
      return 1
    }
    return true
  }

  /// `time.format(moment, pattern)`.
  private func format(_ arguments: Arguments) throws(CargoError) -> Int32 {
    let instant = try moment(arguments)
    guard let pattern = try arguments.optionalString(2, "pattern") else {
      arguments.stack.push(instant.iso)
      return 1
    }
    do {
      arguments.stack.push(try TimeFormat.text(instant, pattern))
    } catch {
      switch error {
      case .unknownDirective(let directive):
        throw arguments.refusal(
          "the pattern has '\(directive)'", hint: "it may have \(TimeFormat.directives)")
      }
    }
    return 1
  }

  private func momentOrNow(_ arguments: Arguments) throws(CargoError) -> Instant {
    arguments.stack.isNoneOrNil(1) ? clock() : try moment(arguments)
  }

  private func moment(_ arguments: Arguments) throws(CargoError) -> Instant {
    if let text = arguments.stack.string(at: 1) {
      guard let instant = Instant.parse(Blank.trimmed(text))?.instant else {
        throw arguments.refusal(
          "'\(text)' is no date", hint: "a date is 2026-08-01 or 2026-08-01T09:30:00Z")
      }
      return instant
    }
    guard let seconds = arguments.stack.number(at: 1) else {
      throw arguments.wrongType("moment", "seconds since 1970 or ISO 8601 text", at: 1)
    }
    guard let instant = Instant(seconds: seconds) else {
      throw arguments.refusal(
        "\(seconds) is outside the years 0 to 9999",
        hint: "moments are in seconds, not milliseconds")
    }
    return instant
  }

  private func push(_ instant: Instant, onto stack: LuaStack) {
    let (seconds, rest) = instant.microseconds.floorDivided(by: 1_000_000)
    if rest == 0 { stack.push(seconds) } else { stack.push(Double(instant.microseconds) / 1e6) }
  }
}

extension Instant {
  /// The moment that many seconds after 1970; nil outside the years of four digits.
  init?(seconds: Double) {
    guard seconds.magnitude < 1e12 else { return nil }
    self.init(microseconds: Int64((seconds * 1e6).rounded()))
    guard hasPlainYear else { return nil }
  }
}
