/// Finds the spot in a line that an error's message is about.
///
/// Lua reports lines, not columns; but its messages name the variable or the token, and the line
/// holds it.
enum ErrorSpot {
  /// The range to put carets under: the name or token, else the first character of the statement.
  static func find(in line: String, message: String) -> Range<String.Index> {
    // A last line of nothing but blanks: under its end.
    guard let start = line.firstIndex(where: { !$0.isWhitespace }) else {
      return line.endIndex..<line.endIndex
    }
    let fallback = start..<line.index(after: start)
    if message.hasSuffix("near <eof>") { return line.endIndex..<line.endIndex }
    if let token = text(in: message, after: "near '") {
      // The parser stood at this token, and what comes before it was fine.
      return occurrences(of: token, in: line).last ?? fallback
    }
    for (kind, name) in names(in: message) {
      let places = occurrences(of: name, in: line)
      if let place = places.first(where: { fits($0, in: line, kind: kind, message: message) })
        ?? places.first
      {
        return place
      }
    }
    return fallback
  }

  /// The names in quotes, with the word before each: `(global 'x')`.
  private static func names(in message: String) -> [(kind: Substring, name: String)] {
    let line = message.prefix { $0 != "\n" }
    let parts = line.split(separator: "'", omittingEmptySubsequences: false)
    var names: [(Substring, String)] = []
    for index in stride(from: 1, to: parts.count - 1, by: 2) where !parts[index].isEmpty {
      let before = parts[index - 1].split { !$0.isLetter }
      names.append((before.last ?? "", String(parts[index])))
    }
    return names
  }

  private static func text(in message: String, after mark: String) -> String? {
    guard let range = message.firstRange(of: mark) else { return nil }
    let rest = message[range.upperBound...]
    guard let end = rest.lastIndex(of: "'"), end > rest.startIndex else { return nil }
    return String(rest[..<end])
  }

  /// Where a word stands in a line, not inside a longer word.
  private static func occurrences(of word: String, in line: String) -> [Range<String.Index>] {
    guard let first = word.first, let last = word.last else { return [] }
    return line.ranges(of: word).filter { range in
      if isWord(first), range.lowerBound > line.startIndex,
        isWord(line[line.index(before: range.lowerBound)])
      {
        return false
      }
      return !(isWord(last) && range.upperBound < line.endIndex && isWord(line[range.upperBound]))
    }
  }

  private static func isWord(_ character: Character) -> Bool {
    character == "_" || character.isASCII && (character.isLetter || character.isNumber)
  }

  /// Whether the place looks like what the message speaks of: a field after a dot, a call before
  /// its arguments, something indexed before the index.
  private static func fits(
    _ place: Range<String.Index>, in line: String, kind: Substring, message: String
  ) -> Bool {
    let before = line[..<place.lowerBound].last { $0 != " " }
    let after = line[place.upperBound...].first { $0 != " " }
    switch kind {
    case "field", "constant": if before != "." && before != "\"" && before != "'" { return false }
    case "method": if before != ":" { return false }
    default: if before == "." || before == ":" { return false }
    }
    if message.hasPrefix("attempt to call") {
      return after == "(" || after == "{" || after == "\"" || after == "'"
    }
    if message.hasPrefix("attempt to index") {
      return after == "." || after == "[" || after == ":" || after == "\""
    }
    return true
  }
}
