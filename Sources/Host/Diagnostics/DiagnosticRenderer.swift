import Runtime

/// Shows a diagnostic: the cause, the recipe's line with a caret under the spot, the calls that led
/// there, the way out.
struct DiagnosticRenderer {
  let style: Style
  /// The columns a line of the recipe may take.
  var columns = 100

  /// The lines of a diagnostic, ready to be written.
  func render(_ diagnostic: Diagnostic) -> String {
    var lines = [style.error("error:") + " " + style.bold(first(of: diagnostic.message))]
    lines += continuation(of: diagnostic.message).map { "  " + $0 }
    if let location = diagnostic.location {
      lines += excerpt(diagnostic, location)
    }
    // One frame says no more than the line above it.
    if diagnostic.frames.count > 1 {
      lines.append("  traceback:")
      lines += diagnostic.frames.map { "    " + text(of: $0) }
    }
    if let hint = diagnostic.hint {
      lines.append("  " + style.accent("hint:") + " " + DisplayText.escaped(hint))
    }
    return lines.joined(separator: "\n")
  }

  private func first(of message: String) -> String {
    DisplayText.escaped(message.prefix { $0 != "\n" })
  }

  private func continuation(of message: String) -> [String] {
    message.split(separator: "\n", omittingEmptySubsequences: false).dropFirst()
      .map { DisplayText.escaped($0) }
  }

  private func text(of frame: Diagnostic.Frame) -> String {
    let what = DisplayText.escaped(frame.what)
    return frame.location.map { "\(position($0)) \(what)" } ?? what
  }

  private func position(_ location: Diagnostic.Location) -> String {
    "\(DisplayText.escaped(location.chunk)):\(location.line):"
  }

  private func excerpt(
    _ diagnostic: Diagnostic, _ location: Diagnostic.Location
  ) -> [String] {
    let position = position(location)
    guard let source = diagnostic.sourceLine else { return ["  " + position] }
    let spot = ErrorSpot.find(in: source, message: diagnostic.message)
    let window = window(of: source, around: spot)
    let before = DisplayText.escaped(expanded(window.before))
    let marked = DisplayText.escaped(expanded(window.marked))
    let after = DisplayText.escaped(expanded(window.after))
    let indent = DisplayWidth.columns(of: "  \(position) ") + DisplayWidth.columns(of: before)
    let carets = String(repeating: "^", count: max(1, DisplayWidth.columns(of: marked)))
    return [
      "  \(position) \(before)\(marked)\(after)",
      String(repeating: " ", count: indent) + style.error(carets),
    ]
  }

  /// The part of a long line that holds the spot, without the blanks around the line.
  private func window(
    of source: String, around spot: Range<String.Index>
  ) -> (before: String, marked: String, after: String) {
    var before = String(source[..<spot.lowerBound].drop { $0 == " " || $0 == "\t" })
    let marked = String(source[spot])
    var after = String(source[spot.upperBound...])
    while let last = after.last, last.isWhitespace { after.removeLast() }
    if before.count > columns / 2 { before = "…" + before.suffix(columns / 2 - 1) }
    let room = max(8, columns - before.count - marked.count)
    if after.count > room { after = after.prefix(room - 1) + "…" }
    return (before, marked, after)
  }

  private func expanded(_ text: String) -> String {
    text.split(separator: "\t", omittingEmptySubsequences: false).joined(separator: "  ")
  }
}
