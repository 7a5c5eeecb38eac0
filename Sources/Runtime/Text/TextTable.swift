/// A table for people: columns aligned by what a terminal shows.
public struct TextTable: Sendable {
  /// Where a column's cells stand.
  public enum Alignment: Sendable {
    case left, right
  }

  private let header: [String]
  private let alignments: [Alignment]
  private let hasRule: Bool
  private var rows: [[String]] = []

  /// Makes an empty table; a column without an alignment is left-aligned.
  public init(_ header: [String], alignments: [Alignment] = [], hasRule: Bool = true) {
    self.header = header
    self.alignments = alignments
    self.hasRule = hasRule
  }

  /// Adds a row; missing cells are empty.
  public mutating func append(_ cells: [String]) { rows.append(cells) }

  /// The table's lines: header, rule if any, rows; columns two spaces apart, no blanks at the end.
  public var lines: [String] {
    let count = max(header.count, rows.map(\.count).max() ?? 0)
    let all = [header] + rows
    let widths = (0..<count).map { column in
      all.map { column < $0.count ? DisplayWidth.columns(of: $0[column]) : 0 }.max() ?? 0
    }
    func line(_ cells: [String]) -> String {
      var line = ""
      for column in 0..<count {
        if column > 0 { line += "  " }
        line += DisplayWidth.padded(
          column < cells.count ? cells[column] : "", to: widths[column],
          right: column < alignments.count && alignments[column] == .right)
      }
      while line.last == " " { line.removeLast() }
      return line
    }
    let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ")
    return [line(header)] + (hasRule ? [rule] : []) + rows.map(line)
  }
}
