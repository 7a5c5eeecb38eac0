import CargoClient
import Runtime

/// Shows progress on standard error: a bar that is redrawn on a terminal, a line now and then
/// elsewhere.
///
/// Work may nest (`parallel` inside `parallel`): the outermost is shown, the others are too short
/// lived to be read. Bound to the loop's thread.
final class ProgressDisplay {
  /// Names a piece of work.
  struct ID: Hashable {
    fileprivate let number: Int
  }

  private let stream: OutputStream
  private let style: Style
  private let loop: EventLoop
  private let clock: () -> Double
  private let writeLine: (String) -> Void
  /// Whether anything is shown at all.
  var isShown = true
  /// Credits the run has spent so far.
  var credits: () -> Credits = { .zero }

  private var meters: [(id: ID, meter: ProgressMeter)] = []
  private var nextNumber = 0
  private var isDrawn = false
  private var lastShown = -Double.infinity
  private var lineDelay = ProgressDisplay.firstLine
  private var wroteLine = false
  private var timer: EventLoop.TimerID?

  private static let barInterval = 0.1
  private static let firstBar = 0.3
  private static let firstLine = 5.0
  private static let longestLineDelay = 30.0
  /// A bar that was up for less leaves no line behind.
  private static let worthALine = 2.0

  /// - Parameter writeLine: writes one line where no bar can be drawn.
  init(
    stream: OutputStream, style: Style, loop: EventLoop, writeLine: @escaping (String) -> Void,
    clock: @escaping () -> Double = { Double(EventLoop.now()) / 1e9 }
  ) {
    self.stream = stream
    self.style = style
    self.loop = loop
    self.writeLine = writeLine
    self.clock = clock
  }

  /// Begins a piece of work.
  func begin(_ label: String, total: Int?) -> ID {
    let now = clock()
    let id = ID(number: nextNumber)
    nextNumber += 1
    if meters.isEmpty {
      lastShown = now
      lineDelay = ProgressDisplay.firstLine
      wroteLine = false
    }
    meters.append((id, ProgressMeter(label: label, total: total, now: now)))
    if isShown { arm() }
    return id
  }

  /// Says how far it is.
  func update(_ id: ID, count: Int, note: String? = nil) {
    guard let index = meters.firstIndex(where: { $0.id == id }) else { return }
    if let note { meters[index].meter.note = DisplayText.escaped(note) }
    meters[index].meter.update(count: count, now: clock())
    if index == 0 && isShown { showIfDue() }
  }

  /// Ends it.
  func finish(_ id: ID) {
    guard let index = meters.firstIndex(where: { $0.id == id }) else { return }
    let meter = meters.remove(at: index).meter
    if index == 0 && isShown { showLast(meter) }
    if meters.isEmpty, let timer {
      loop.cancel(timer)
      self.timer = nil
    }
  }

  /// Ends everything, as when the run is over.
  func finishAll() {
    while let first = meters.first { finish(first.id) }
  }

  /// Takes the bar off the screen so that something else can be written.
  func hide() {
    guard isDrawn else { return }
    stream.write("\r\u{1b}[K")
    stream.flush()
    isDrawn = false
  }

  private func showIfDue() {
    guard let meter = meters.first?.meter else { return }
    let now = clock()
    if stream.isTerminal {
      guard now - meter.start >= ProgressDisplay.firstBar else { return }
      guard now - lastShown >= ProgressDisplay.barInterval else { return }
      draw(meter, now)
      lastShown = now
    } else if now - lastShown >= lineDelay {
      writeLine(meter.line(now: now, credits: credits()))
      lastShown = now
      lineDelay = min(lineDelay * 2, ProgressDisplay.longestLineDelay)
      wroteLine = true
    }
  }

  private func draw(_ meter: ProgressMeter, _ now: Double) {
    let bar = meter.bar(columns: stream.columns - 1, now: now, credits: credits(), style: style)
    stream.write("\r\(bar)\u{1b}[K")
    stream.flush()
    isDrawn = true
  }

  private func showLast(_ meter: ProgressMeter) {
    let now = clock()
    let wasSeen = stream.isTerminal ? now - meter.start >= ProgressDisplay.worthALine : wroteLine
    hide()
    if wasSeen { writeLine(meter.lastLine(now: now, credits: credits())) }
    lastShown = now
    lineDelay = ProgressDisplay.firstLine
    wroteLine = false
  }

  /// Time passes without updates too, and the bar must show it.
  private func arm() {
    guard timer == nil else { return }
    let interval = stream.isTerminal ? ProgressDisplay.barInterval : 1
    timer = loop.schedule(after: interval) { [weak self] in
      guard let self else { return }
      timer = nil
      showIfDue()
      if !meters.isEmpty { arm() }
    }
  }
}
