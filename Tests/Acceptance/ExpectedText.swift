/// An expected text with wildcards.
///
/// Inside a line, `[WILD]` stands for any characters, `[NUMBER]` for a decimal number, `[UUID]` for a
/// uuid, `[ID]` for a word of letters, digits, dashes and underscores. A line `[LINES]` stands for
/// any number of lines.
struct ExpectedText {
  private let lines: [Substring]

  init(_ text: String) { lines = ExpectedText.lines(of: text) }

  func matches(_ actual: String) -> Bool {
    ExpectedText.match(lines[...], ExpectedText.lines(of: actual)[...])
  }

  private static func lines(of text: String) -> [Substring] {
    text.split(separator: "\n", omittingEmptySubsequences: false)
  }

  private static func match(_ expected: ArraySlice<Substring>, _ actual: ArraySlice<Substring>)
    -> Bool
  {
    guard let first = expected.first else { return actual.isEmpty }
    let rest = expected.dropFirst()
    if first == "[LINES]" {
      return (actual.startIndex...actual.endIndex).contains { match(rest, actual[$0...]) }
    }
    guard let line = actual.first, matchLine(first, line) else { return false }
    return match(rest, actual.dropFirst())
  }

  private static let wildcards: [(mark: String, isPart: (@Sendable (Character) -> Bool)?)] = [
    ("[WILD]", nil),
    ("[NUMBER]", { $0.isASCII && $0.isNumber || $0 == "." || $0 == "-" }),
    ("[UUID]", { $0.isHexDigit || $0 == "-" }),
    ("[ID]", { $0.isASCII && ($0.isLetter || $0.isNumber) || $0 == "-" || $0 == "_" }),
  ]

  private static func matchLine(_ expected: Substring, _ actual: Substring) -> Bool {
    var expected = expected
    var actual = actual
    while let character = expected.first {
      if character == "[",
        let (mark, isPart) = wildcards.first(where: { expected.hasPrefix($0.mark) })
      {
        let rest = expected.dropFirst(mark.count)
        // Longest first, so that a number is taken whole.
        var end = actual.endIndex
        if let isPart { end = actual.firstIndex { !isPart($0) } ?? end }
        while true {
          let isFit =
            switch mark {
            case "[WILD]": true
            case "[UUID]": actual[..<end].count == 36
            default: end > actual.startIndex
            }
          if isFit && matchLine(rest, actual[end...]) { return true }
          if end == actual.startIndex { return false }
          end = actual.index(before: end)
        }
      }
      guard actual.first == character else { return false }
      expected = expected.dropFirst()
      actual = actual.dropFirst()
    }
    return actual.isEmpty
  }
}
