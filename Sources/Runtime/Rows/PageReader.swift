import CargoClient

/// Decides which page to ask for next and which of its rows are new, so that every record comes once
/// although others add and remove records between two pages.
///
/// A pure state machine. Each page begins with a record that was seen already: when it does not, records
/// before it are gone, what followed has moved up, and an earlier page is asked for until the seen and the
/// new meet again. A page that is shorter than was asked for says nothing, since a server may cap pages;
/// only a page with nothing new in it is the end.
struct PageReader {
  /// What to do.
  enum Step: Equatable {
    /// Ask for so many rows from there.
    case ask(offset: Int64, limit: Int64)
    /// All rows are there.
    case done
    /// The rows change too fast.
    case lost
  }

  /// Rows of a page, unless the server gives fewer.
  static let pageSize: Int64 = 1_000
  /// How many rows back a page is looked for, and how often in all.
  private static let memory = 16_384
  private static let mostReturns = 100

  private let maximum: Int64?
  /// Whether rows can be told apart; else pages follow each other without overlap.
  private let tellsApart: Bool
  private var count: Int64 = 0
  private var offset: Int64 = 0
  private var overlaps = false
  // How far the last return went, how far all since the last new row, and how many there were ever.
  private var back: Int64 = 0
  private var distance: Int64 = 0
  private var returns = 0
  private var largestPage = 0
  // The rows that were seen last, and which is the oldest of them.
  private var seen: Set<Int> = []
  private var order: [Int] = []
  private var oldest = 0

  init(maximum: Int64?, tellsApart: Bool) {
    self.maximum = maximum
    self.tellsApart = tellsApart
  }

  /// What to ask for now.
  var step: Step {
    if let maximum, count >= maximum { return .done }
    let rest = maximum.map { min($0 - count, Self.pageSize) } ?? Self.pageSize
    return .ask(offset: offset, limit: rest + (overlaps ? 1 : 0) + back)
  }

  /// Takes the identities of a page's rows, in order; says which positions are new, and what to do.
  mutating func take(_ rows: [Int]) -> (new: [Int], step: Step) {
    largestPage = max(largestPage, rows.count)
    guard tellsApart else {
      guard !rows.isEmpty else { return ([], .done) }
      let new = Array(rows.indices.prefix(maximum.map { Int($0 - count) } ?? rows.count))
      count += Int64(new.count)
      offset += Int64(rows.count)
      return (new, step)
    }
    guard let first = rows.first else {
      return overlaps && offset > 0 ? ([], stepBack()) : ([], .done)
    }
    if overlaps && !seen.contains(first) && offset > 0 { return ([], stepBack()) }
    var new: [Int] = []
    for (position, row) in rows.enumerated() where !seen.contains(row) {
      if let maximum, count >= maximum { break }
      remember(row)
      count += 1
      new.append(position)
    }
    // Only the row that was seen, from a server that gives more at a time: nothing follows it.
    if rows.count == 1 && overlaps && new.isEmpty && largestPage > 1 { return ([], .done) }
    (back, distance) = (0, 0)
    if rows.count == 1 && overlaps {
      // A server that gives one row at a time: no page can have both a seen row and a new one.
      offset += 1
      overlaps = false
    } else {
      offset += Int64(rows.count) - 1
      overlaps = true
      if largestPage == 1 {
        offset += 1
        overlaps = false
      }
    }
    return (new, step)
  }

  private mutating func stepBack() -> Step {
    back = min(offset, max(Self.pageSize / 4, back * 2))
    distance += back
    returns += 1
    // Farther back are rows that nobody could tell from new ones.
    guard distance < Int64(Self.memory), returns <= Self.mostReturns else { return .lost }
    offset -= back
    return step
  }

  private mutating func remember(_ row: Int) {
    if order.count < Self.memory {
      order.append(row)
    } else {
      seen.remove(order[oldest])
      order[oldest] = row
      oldest = (oldest + 1) % Self.memory
    }
    seen.insert(row)
  }
}
