import Bindings

/// Progress as recipes count it: by steps.
final class ProgressReporter: ProgressReporting {
  private let display: ProgressDisplay
  private var bars: [Int: (id: ProgressDisplay.ID, count: Int)] = [:]
  private var next = 1

  init(_ display: ProgressDisplay) { self.display = display }

  func begin(total: Int, label: String) -> Int {
    let bar = next
    next += 1
    bars[bar] = (display.begin(label, total: total > 0 ? total : nil), 0)
    return bar
  }

  func step(_ bar: Int, by count: Int, note: String?) {
    guard var entry = bars[bar] else { return }
    // A recipe may count as it likes, also beyond what an integer holds.
    let (sum, overflow) = entry.count.addingReportingOverflow(count)
    entry.count = overflow ? entry.count : max(sum, 0)
    bars[bar] = entry
    display.update(entry.id, count: entry.count, note: note)
  }

  func end(_ bar: Int) {
    guard let entry = bars.removeValue(forKey: bar) else { return }
    display.finish(entry.id)
  }
}
