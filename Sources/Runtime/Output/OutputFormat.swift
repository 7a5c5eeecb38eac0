/// How rows are written to a file, told by the file's ending.
public enum OutputFormat: String, Sendable, CaseIterable {
  /// Comma-separated values (RFC 4180), lines ended by a line feed.
  case csv
  /// One JSON array.
  case json
  /// One JSON object on each line.
  case jsonl

  /// The format of a file; nil for an ending that says nothing.
  public init?(path: String) {
    let name = path.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return nil }
    switch name[name.index(after: dot)...].lowercased() {
    case "csv": self = .csv
    case "json": self = .json
    case "jsonl", "ndjson": self = .jsonl
    default: return nil
    }
  }
}
