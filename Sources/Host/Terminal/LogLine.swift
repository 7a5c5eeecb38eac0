import CargoClient
import Glibc
import Runtime

/// One line on standard error, as text for people or as JSON for programs.
struct LogLine {
  let format: LogFormat
  let style: Style
  /// The moment; the present unless a test says otherwise.
  var time = LogLine.now()

  /// A line of the recipe's log; `fields` is a JSON object of more.
  func text(_ level: Terminal.Level, _ message: String, fields: [UInt8]? = nil) -> String {
    switch format {
    case .json: return json(level.rawValue, message, fields)
    case .text:
      let name = DisplayWidth.padded(level.rawValue, to: 5)
      let colored =
        switch level {
        case .debug: style.dim(name)
        case .info: name
        case .warn: style.warning(name)
        case .error: style.error(name)
        }
      let more = fields.map { " " + DisplayText.escaped(String(decoding: $0, as: UTF8.self)) }
      return "\(style.dim(clock)) \(colored) \(DisplayText.escaped(message))\(more ?? "")\n"
    }
  }

  /// A line of the host's own.
  func note(_ message: String) -> String {
    switch format {
    case .json: json("info", message, nil)
    case .text: style.dim(DisplayText.escaped(message)) + "\n"
    }
  }

  private func json(_ level: String, _ message: String, _ fields: [UInt8]?) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("level")
    writer.string(level)
    writer.key("message")
    writer.string(message)
    writer.key("time")
    writer.string(instant)
    if let fields {
      writer.key("fields")
      writer.raw(fields)
    }
    writer.endObject()
    return String(decoding: writer.bytes, as: UTF8.self) + "\n"
  }

  private var parts: tm {
    var seconds = time.tv_sec
    var parts = tm()
    gmtime_r(&seconds, &parts)
    return parts
  }

  private var clock: String {
    let parts = parts
    return [parts.tm_hour, parts.tm_min, parts.tm_sec].map(LogLine.two).joined(separator: ":")
  }

  private var instant: String {
    let parts = parts
    let millisecond = String(time.tv_nsec / 1_000_000 + 1000).dropFirst()
    let date = [
      "\(parts.tm_year + 1900)", LogLine.two(parts.tm_mon + 1), LogLine.two(parts.tm_mday),
    ]
    return "\(date.joined(separator: "-"))T\(clock).\(millisecond)Z"
  }

  private static func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }

  private static func now() -> timespec {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return time
  }
}
