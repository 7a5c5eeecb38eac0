import CargoClient

/// The date arithmetic of warehouses (`cargo-platform.md` §7.2), in SQLite's functions.
extension QueryRewriter {
  /// A call such as `DATE_SUB(x, INTERVAL 30 DAY)` whose arguments are being read.
  struct DateCall {
    /// The name in the query.
    let name: String
    /// Whether the interval is taken away.
    let subtracts: Bool
    /// The piece that holds the function's name; the parenthesis is the next one.
    let piece: Int
    /// Whether the result keeps the time of day.
    let isInstant: Bool
    /// Whether the interval came.
    var isComplete = false
  }

  /// A span of time as SQLite's date functions take it.
  private struct Interval {
    var modifier: String
    var isShorterThanDay: Bool
  }

  /// SQLite's names of units: the factor, the unit, whether it is shorter than a day.
  private static let units: [String: (factor: Int, name: String, isShort: Bool)] = [
    "SECOND": (1, "second", true), "MINUTE": (1, "minute", true), "HOUR": (1, "hour", true),
    "DAY": (1, "day", false), "WEEK": (7, "day", false), "MONTH": (1, "month", false),
    "QUARTER": (3, "month", false), "YEAR": (1, "year", false),
  ]
  private static let dateCalls: [String: (subtracts: Bool, isInstant: Bool)] = [
    "DATE_SUB": (true, false), "DATE_ADD": (false, false), "TIMESTAMP_SUB": (true, true),
    "TIMESTAMP_ADD": (false, true), "DATETIME_SUB": (true, true), "DATETIME_ADD": (false, true),
  ]
  /// How instants are stored: ISO 8601 in UTC, with milliseconds.
  private static let instantFormat = "'%Y-%m-%dT%H:%M:%fZ',"
  private static let currentInstant = "strftime(\(instantFormat)'now')"

  /// Writes what a word of a date expression, or `count()`, stands for. False when it is neither.
  mutating func dateExpression(_ token: SQLToken) throws -> Bool {
    let opens = isSymbol("(", at: index + 1)
    let isEmptyCall = opens && isSymbol(")", at: index + 2)
    switch token.keyword {
    case "COUNT" where isEmptyCall:
      replace(3, with: token.text + "(*)")
    case "CURRENT_DATE", "CURRENT_TIME":
      guard !isSymbol(".", at: index + 1) else { return false }
      replace(isEmptyCall ? 3 : 1, with: token.keyword.lowercased())
    case "CURRENT_TIMESTAMP":
      guard !isSymbol(".", at: index + 1) else { return false }
      replace(isEmptyCall ? 3 : 1, with: Self.currentInstant, isInstant: true)
    case "NOW" where isEmptyCall:
      replace(3, with: Self.currentInstant, isInstant: true)
    case "INTERVAL":
      return try interval()
    default:
      guard opens, let call = Self.dateCalls[token.keyword] else { return false }
      let opening = Self.opening(isInstant: call.isInstant)
      emit(.word, opening.name)
      pieces.append(Piece(kind: .symbol, text: opening.parenthesis, gap: false))
      var frame = Frame()
      frame.dateCall = DateCall(
        name: token.keyword, subtracts: call.subtracts, piece: pieces.count - 2,
        isInstant: call.isInstant)
      frames.append(frame)
      index += 2
    }
    return true
  }

  /// Checks that a date call got its interval.
  static func checkClosed(_ frame: Frame) throws {
    guard let call = frame.dateCall, !call.isComplete else { return }
    throw QueryError.syntax("\(call.name) wants an interval: \(call.name)(x, INTERVAL 30 DAY)")
  }

  private func isSymbol(_ symbol: String, at position: Int) -> Bool {
    position < tokens.count && tokens[position].isSymbol(symbol)
  }

  private mutating func replace(_ count: Int, with text: String, isInstant: Bool = false) {
    emit(.word, text)
    pieces[pieces.count - 1].isInstant = isInstant
    index += count
  }

  /// The function that a date expression begins with, and its opening parenthesis.
  private static func opening(isInstant: Bool) -> (name: String, parenthesis: String) {
    isInstant ? ("strftime", "(" + instantFormat) : ("date", "(")
  }

  // MARK: Intervals

  /// Writes `INTERVAL n UNIT` where it is an argument or an operand. False where it is a name.
  private mutating func interval() throws -> Bool {
    guard let last = pieces.last, last.kind == .symbol, index + 1 < tokens.count else {
      return false
    }
    let value = tokens[index + 1]
    guard value.kind == .number || value.kind == .string || value.isSymbol("-") else {
      return false
    }
    if last.text == ",", let call = frames[frames.count - 1].dateCall {
      try argument(of: call)
      return true
    }
    guard last.text == "+" || last.text == "-" else { return false }
    try operand(subtracts: last.text == "-")
    return true
  }

  /// `DATE_SUB(x, INTERVAL 30 DAY)`: the interval becomes SQLite's modifier.
  private mutating func argument(of call: DateCall) throws {
    let gap = hasGap
    let interval = try readInterval(subtracts: call.subtracts)
    guard isSymbol(")", at: index) else {
      throw QueryError.syntax("\(call.name) takes a date and an interval, nothing more")
    }
    if interval.isShorterThanDay && !call.isInstant {
      let opening = Self.opening(isInstant: true)
      pieces[call.piece].text = opening.name
      pieces[call.piece + 1].text = opening.parenthesis
    }
    pieces.append(Piece(kind: .string, text: interval.modifier, gap: gap))
    frames[frames.count - 1].dateCall?.isComplete = true
  }

  /// `x - INTERVAL '30' DAY`: the operand before the sign becomes a function's argument.
  private mutating func operand(subtracts: Bool) throws {
    let interval = try readInterval(subtracts: subtracts)
    pieces.removeLast()
    guard let start = operandStart() else {
      throw QueryError.syntax("an interval goes to a column, a call or something in parentheses")
    }
    let isInstant = interval.isShorterThanDay || pieces[start].isInstant
    let opening = Self.opening(isInstant: isInstant)
    let gap = pieces[start].gap
    pieces[start].gap = false
    pieces.insert(
      contentsOf: [
        Piece(kind: .word, text: opening.name, gap: gap, isInstant: isInstant),
        Piece(kind: .symbol, text: opening.parenthesis, gap: false),
      ], at: start)
    pieces.append(Piece(kind: .symbol, text: ",", gap: false))
    pieces.append(Piece(kind: .string, text: interval.modifier, gap: true))
    pieces.append(Piece(kind: .symbol, text: ")", gap: false))
  }

  /// The piece at which the operand that was just written begins; nil when it is none.
  private func operandStart() -> Int? {
    guard var start = pieces.indices.last else { return nil }
    if pieces[start].kind == .symbol {
      guard pieces[start].text == ")", let open = groupStart(start) else { return nil }
      start = open
      if start > 0, isName(pieces[start - 1]) { start -= 1 }
    } else if pieces[start].kind == .word && !isName(pieces[start]) {
      return nil
    }
    while start >= 2, pieces[start - 1].kind == .symbol, pieces[start - 1].text == "." {
      start -= 2
    }
    return start
  }

  private func groupStart(_ close: Int) -> Int? {
    var depth = 0
    for position in (0...close).reversed() where pieces[position].kind == .symbol {
      if pieces[position].text == ")" { depth += 1 }
      if pieces[position].text.hasPrefix("(") { depth -= 1 }
      if depth == 0 { return position }
    }
    return nil
  }

  /// Whether a piece is a name or a value, not a keyword that stands before an operand.
  private func isName(_ piece: Piece) -> Bool {
    switch piece.kind {
    case .word: !Self.notOperands.contains(piece.text.asciiUppercased())
    case .quotedName: true
    default: false
    }
  }

  private static let notOperands: Set<String> = [
    "SELECT", "DISTINCT", "ALL", "WHERE", "AND", "OR", "NOT", "IN", "ON", "WHEN", "THEN", "ELSE",
    "END", "CASE", "BY", "HAVING", "BETWEEN", "LIKE", "IS", "FROM", "JOIN", "LIMIT", "VALUES", "AS",
    "EXISTS", "USING", "OVER", "NULL",
  ]

  /// Reads INTERVAL, a whole number and a unit, or both in one text, as a modifier in quotes.
  private mutating func readInterval(subtracts: Bool) throws -> Interval {
    index += 1
    var isNegative = subtracts
    if isSymbol("-", at: index) {
      isNegative.toggle()
      index += 1
    }
    guard index < tokens.count else { throw Self.badInterval }
    var words = tokens[index].text.split(separator: " ").map(String.init)
    index += 1
    if words.count == 1, index < tokens.count, tokens[index].kind == .word {
      words.append(tokens[index].text)
      index += 1
    }
    guard words.count == 2, let count = Int(words[0]), count.magnitude < 10_000_000,
      let unit = Self.unit(words[1])
    else { throw Self.badInterval }
    let amount = (isNegative ? -count : count) * unit.factor
    return Interval(
      modifier: "'\(amount < 0 ? "" : "+")\(amount) \(unit.name)'", isShorterThanDay: unit.isShort)
  }

  private static func unit(_ word: String) -> (factor: Int, name: String, isShort: Bool)? {
    let word = word.asciiUppercased()
    return units[word] ?? (word.hasSuffix("S") ? units[String(word.dropLast())] : nil)
  }

  private static var badInterval: CargoError {
    QueryError.syntax("an interval is a whole number and a unit: INTERVAL 30 DAY")
  }
}
