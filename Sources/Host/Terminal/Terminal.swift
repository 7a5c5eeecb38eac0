import CargoClient
import Glibc
import Runtime

/// Everything that the command shows: the recipe's lines and rows, log lines, notes and progress.
///
/// The only writer to the two streams. What comes from outside is escaped where it meets a terminal;
/// into files and pipes the recipe's bytes go as they are. Bound to the loop's thread.
final class Terminal {
  /// The levels of log lines.
  enum Level: String, CaseIterable {
    case debug, info, warn, error
  }

  let output: OutputStream
  let error: OutputStream
  let style: Style
  let progress: ProgressDisplay
  /// What blots out secrets in everything that is shown.
  var redactor: Redactor?
  private let isQuiet: Bool
  private let logFormat: LogFormat
  private var rowsTookOutput = false

  init(
    options: RunOptions, loop: EventLoop,
    output: OutputStream = OutputStream(descriptor: STDOUT_FILENO),
    error: OutputStream = OutputStream(descriptor: STDERR_FILENO),
    color: Bool = Terminal.environmentAllowsColor
  ) {
    self.output = output
    self.error = error
    isQuiet = options.isQuiet
    logFormat = options.logFormat
    style = Style(usesColor: color && error.isTerminal && !options.refusesColor)
    let line = LogLine(format: options.logFormat, style: style)
    progress = ProgressDisplay(stream: error, style: style, loop: loop) { text in
      error.write(line.note(text))
      error.flush()
    }
    progress.isShown = !options.isQuiet
  }

  /// Where the recipe's `print` goes (`design.md` §4.4): to standard error once rows have gone to a
  /// standard output that is not a terminal.
  func print(_ bytes: some Collection<UInt8>) {
    let stream = rowsTookOutput && !output.isTerminal ? error : output
    write(stream.isTerminal ? DisplayText.escaped(bytes: bytes) : Array(bytes), to: stream)
  }

  /// Says that rows go to standard output from now on.
  func rowsTakeOutput() {
    output.flush()
    rowsTookOutput = true
  }

  /// What rows pass on their way to a terminal; nil where they go as they are.
  var rowFilter: (([UInt8]) -> [UInt8])? {
    guard output.isTerminal else { return nil }
    return { [progress] bytes in
      progress.hide()
      return DisplayText.escaped(bytes: bytes)
    }
  }

  /// A line of the recipe's log; `fields` is a JSON object.
  func log(_ level: Level, _ message: String, fields: [UInt8]? = nil) {
    write(
      LogLine(format: logFormat, style: style).text(level, message, fields: fields).utf8, to: error)
  }

  /// A line of the host's own about how the run goes.
  func note(_ text: String) {
    if isQuiet { return }
    write(LogLine(format: logFormat, style: style).note(text).utf8, to: error)
  }

  /// Lines that end a run: shown even when notes are not.
  func show(_ text: String) {
    write((text + "\n").utf8, to: error)
  }

  /// Ends progress and hands over what is left.
  func finish() {
    progress.finishAll()
    output.flush()
    error.flush()
  }

  private func write(_ bytes: some Collection<UInt8>, to stream: OutputStream) {
    if stream.isTerminal { progress.hide() }
    if let redactor {
      stream.write(redactor.redact(Array(bytes)))
    } else {
      stream.write(bytes)
    }
    stream.flush()
  }
}

extension Terminal {
  /// Whether the environment lets colours be used: `NO_COLOR` unset or empty, and a terminal that
  /// knows them.
  static var environmentAllowsColor: Bool {
    if let value = getenv("NO_COLOR"), value.pointee != 0 { return false }
    guard let term = getenv("TERM") else { return false }
    return strcmp(term, "dumb") != 0
  }
}
