public import CargoClient

/// Moments as a pattern of `strftime` (POSIX) writes them, in UTC and English.
public enum TimeFormat {
  /// Why there is no text.
  public enum Failure: Error, Equatable {
    /// The directive is not one of these; a lone `%` at the end is "%".
    case unknownDirective(String)
  }

  /// The directives, for messages.
  public static let directives =
    "%Y %y %m %d %e %H %I %M %S %L %p %j %A %a %B %b %F %T %D %R %s %u %z %Z %%"

  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
  ]
  private static let days = [
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
  ]

  /// Writes `instant` by `pattern`.
  public static func text(_ instant: Instant, _ pattern: String) throws(Failure) -> String {
    var result = ""
    var scalars = pattern.unicodeScalars[...]
    while let scalar = scalars.popFirst() {
      guard scalar == "%" else {
        result.unicodeScalars.append(scalar)
        continue
      }
      let directive = scalars.popFirst()
      guard let directive, let piece = text(instant, directive) else {
        throw .unknownDirective("%" + (directive.map { String($0) } ?? ""))
      }
      result += piece
    }
    return result
  }

  private static func text(_ instant: Instant, _ directive: Unicode.Scalar) -> String? {
    let (year, month, day) = instant.date
    let inDay = Int(instant.microseconds - instant.startOfDay.microseconds)
    let (hour, minute, second) = (
      inDay / 3_600_000_000, inDay / 60_000_000 % 60, inDay / 1_000_000 % 60
    )
    switch directive {
    case "Y": return padded(year, 4)
    case "y": return padded(year % 100, 2)
    case "m": return padded(month, 2)
    case "d": return padded(day, 2)
    case "e": return String(day)
    case "H": return padded(hour, 2)
    case "I": return padded((hour + 11) % 12 + 1, 2)
    case "M": return padded(minute, 2)
    case "S": return padded(second, 2)
    case "L": return padded(inDay / 1_000 % 1_000, 3)
    case "p": return hour < 12 ? "AM" : "PM"
    case "j": return padded(instant.dayOfYear, 3)
    case "A": return days[instant.weekday]
    case "a": return String(days[instant.weekday].prefix(3))
    case "B": return months[month - 1]
    case "b", "h": return String(months[month - 1].prefix(3))
    case "F": return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    case "T": return "\(padded(hour, 2)):\(padded(minute, 2)):\(padded(second, 2))"
    case "D": return "\(padded(month, 2))/\(padded(day, 2))/\(padded(year % 100, 2))"
    case "R": return "\(padded(hour, 2)):\(padded(minute, 2))"
    case "s": return String(instant.microseconds.floorDivided(by: 1_000_000).quotient)
    case "u": return String(instant.weekday == 0 ? 7 : instant.weekday)
    case "z": return "+0000"
    case "Z": return "UTC"
    case "%": return "%"
    default: return nil
    }
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
}
