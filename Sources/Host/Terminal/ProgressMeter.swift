import Runtime

/// How far one piece of work has come. Pure: the time is given, nothing is written.
struct ProgressMeter {
  let label: String
  /// How many there are; nil when nobody knows.
  let total: Int?
  /// What the recipe shows beside the bar.
  var note: String?
  private(set) var count = 0
  let start: Double
  /// Counts at about one-second steps, for a rate that follows the last quarter of a minute.
  private var samples: [(time: Double, count: Int)]

  /// - Parameter now: seconds on any steady clock.
  init(label: String, total: Int?, now: Double) {
    self.label = DisplayText.escaped(label)
    self.total = total
    start = now
    samples = [(now, 0)]
  }

  mutating func update(count: Int, now: Double) {
    self.count = count
    if let last = samples.last, now - last.time >= 1 {
      samples.append((now, count))
      if samples.count > 16 { samples.removeFirst() }
    }
  }

  /// Per second, lately; nil until there is something to tell it from.
  func rate(now: Double) -> Double? {
    guard let first = samples.first, now - first.time >= 0.5, count > first.count else {
      return nil
    }
    return Double(count - first.count) / (now - first.time)
  }

  /// Seconds left; nil when unknown.
  func remaining(now: Double) -> Double? {
    guard let total, let rate = rate(now: now), total > count else { return nil }
    return Double(total - count) / rate
  }

  /// The bar, at most `columns` wide. Its own width does not change while it runs: facts that do not
  /// fit are left out, the last first.
  func bar(columns: Int, now: Double, credits: Credits, style: Style) -> String {
    let label = DisplayWidth.truncated(self.label, to: max(8, columns / 4))
    let room = total == nil || columns < 48 ? 0 : min(columns / 4, 28)
    let taken = DisplayWidth.columns(of: label) + (room > 0 ? room + 2 : 0)
    var facts = facts(now: now, credits: credits)
    while facts.count > 1
      && facts.reduce(taken, { $0 + 2 + DisplayWidth.columns(of: $1) }) > columns
    {
      facts.removeLast()
    }
    guard room > 0 else {
      return DisplayWidth.truncated(([label] + facts).joined(separator: "  "), to: columns)
    }
    let filled = Int(share * Double(room))
    let bar =
      style.accent(String(repeating: "━", count: filled))
      + style.dim(String(repeating: "─", count: room - filled))
    return ([label, bar] + facts).joined(separator: "  ")
  }

  /// How much of the total is done, from 0 to 1.
  private var share: Double {
    guard let total, total > 0 else { return 1 }
    return min(max(Double(count) / Double(total), 0), 1)
  }

  /// The line for where no bar can be drawn.
  func line(now: Double, credits: Credits) -> String {
    "\(label): " + facts(now: now, credits: credits).joined(separator: ", ")
  }

  /// The line that stays when the work is done.
  func lastLine(now: Double, credits: Credits) -> String {
    var line = "\(label): \(count)"
    if let total, total != count { line += " of \(total)" }
    line += " in \(Quantity.duration(now - start))"
    if credits > .zero { line += ", \(Quantity.credits(credits))" }
    return line
  }

  private func facts(now: Double, credits: Credits) -> [String] {
    var facts = [total.map { "\(count)/\($0)" } ?? "\(count)"]
    if let total, total > 0 {
      facts.append("\(Int(min(Double(count) / Double(total), 1e6) * 100))%")
    }
    // What the work says of itself is more than the run's credits.
    if let note {
      facts.append(note)
    } else if credits > .zero {
      facts.append(Quantity.credits(credits))
    }
    if let rate = rate(now: now) { facts.append(Quantity.rate(rate)) }
    if let remaining = remaining(now: now) {
      facts.append("eta \(Quantity.duration(remaining))")
    }
    return facts
  }
}
