import CargoClient
import Glibc
import Runtime
import Testing

@testable import Host

@Suite struct ProgressMeterTests {
  private let plain = Style(usesColor: false)

  @Test func drawsWhatFits() {
    var meter = ProgressMeter(label: "leads", total: 400, now: 0)
    for second in 1...10 { meter.update(count: second * 10, now: Double(second)) }
    let credits = Credits(12.5) ?? .zero
    #expect(
      meter.bar(columns: 80, now: 10, credits: credits, style: plain)
        == "leads  ━━━━━───────────────  100/400  25%  12.5 credits  10/s  eta 30 s")
    #expect(
      meter.bar(columns: 60, now: 10, credits: credits, style: plain)
        == "leads  ━━━────────────  100/400  25%  12.5 credits  10/s")
    #expect(
      meter.bar(columns: 40, now: 10, credits: credits, style: plain)
        == "leads  100/400  25%  12.5 credits  10/s")
    #expect(meter.bar(columns: 12, now: 10, credits: credits, style: plain) == "leads  100/…")
    #expect(
      meter.line(now: 10, credits: credits)
        == "leads: 100/400, 25%, 12.5 credits, 10/s, eta 30 s")
    #expect(meter.lastLine(now: 10, credits: .zero) == "leads: 100 of 400 in 10 s")
  }

  @Test func neverPassesTheWidth() {
    var meter = ProgressMeter(label: "株式会社株式会社", total: 7, now: 0)
    meter.update(count: 3, now: 2)
    meter.note = "a long note beside the bar"
    for columns in 1...120 {
      let bar = meter.bar(columns: columns, now: 3, credits: .zero, style: plain)
      #expect(DisplayWidth.columns(of: bar) <= columns)
    }
  }

  @Test func knowsNoEndWithoutATotal() {
    var meter = ProgressMeter(label: "rows", total: nil, now: 0)
    meter.update(count: 5, now: 1)
    #expect(meter.line(now: 1, credits: .zero) == "rows: 5, 5/s")
    #expect(meter.remaining(now: 1) == nil)
  }

  @Test func rateFollowsTheLastQuarterOfAMinute() throws {
    var meter = ProgressMeter(label: "x", total: 1000, now: 0)
    for second in 1...60 {
      meter.update(count: second < 30 ? second * 10 : 300, now: Double(second))
    }
    #expect(meter.rate(now: 60) == nil)
    meter.update(count: 316, now: 61)
    let rate = try #require(meter.rate(now: 61))
    #expect(abs(rate - 1) < 0.1)
  }

  @Test(arguments: [
    (0.04, "0 s"), (9.94, "9.9 s"), (9.96, "10 s"), (59.6, "1 min 0 s"), (200, "3 min 20 s"),
    (3900, "1 h 5 min"),
  ])
  func durations(seconds: Double, text: String) {
    #expect(Quantity.duration(seconds) == text)
  }
}

/// The display with a clock in hand, writing into a pipe.
@Suite struct ProgressDisplayTests {
  private final class Stage {
    let loop = EventLoop()
    let stream: OutputStream
    var now = 0.0
    var lines: [String] = []
    private(set) var display: ProgressDisplay?
    private let reading: Int32

    init(isTerminal: Bool) {
      var ends: [Int32] = [0, 0]
      _ = pipe(&ends)
      reading = ends[0]
      _ = fcntl(reading, F_SETFL, O_NONBLOCK)
      stream = OutputStream(descriptor: ends[1], isTerminal: isTerminal)
      display = ProgressDisplay(
        stream: stream, style: Style(usesColor: false), loop: loop,
        writeLine: { [unowned self] in lines.append($0) }, clock: { [unowned self] in now })
    }

    deinit {
      close(stream.descriptor)
      close(reading)
    }

    /// What has been drawn since the last look.
    var drawn: String {
      var bytes = [UInt8](repeating: 0, count: 65_536)
      let count = read(reading, &bytes, bytes.count)
      return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : ""
    }
  }

  @Test func aTerminalGetsABarTenTimesASecondAtMost() throws {
    let stage = Stage(isTerminal: true)
    let display = try #require(stage.display)
    let id = display.begin("leads", total: 100)
    display.update(id, count: 1)
    #expect(stage.drawn.isEmpty)
    stage.now = 0.5
    display.update(id, count: 10)
    #expect(stage.drawn.hasPrefix("\rleads"))
    stage.now = 0.55
    display.update(id, count: 11)
    #expect(stage.drawn.isEmpty)
    stage.now = 0.7
    display.update(id, count: 12)
    #expect(stage.drawn.contains("12/100"))
    display.hide()
    #expect(stage.drawn == "\r\u{1b}[K")
    display.hide()
    #expect(stage.drawn.isEmpty)
    stage.now = 5
    display.finish(id)
    #expect(stage.lines == ["leads: 12 of 100 in 5 s"])
  }

  @Test func aShortRunLeavesNothing() throws {
    for isTerminal in [true, false] {
      let stage = Stage(isTerminal: isTerminal)
      let display = try #require(stage.display)
      let id = display.begin("leads", total: 2)
      stage.now = 1
      display.update(id, count: 2)
      display.finish(id)
      let drawn = stage.drawn
      #expect(drawn.isEmpty || drawn.hasSuffix("\r\u{1b}[K"))
      #expect(stage.lines.isEmpty)
    }
  }

  @Test func elsewhereALineNowAndThen() throws {
    let stage = Stage(isTerminal: false)
    let display = try #require(stage.display)
    let id = display.begin("leads", total: 1000)
    for second in 1...40 {
      stage.now = Double(second)
      display.update(id, count: second)
    }
    #expect(stage.lines.count == 3)
    #expect(stage.lines.first == "leads: 5/1000, 0%, 1/s, eta 16 min 35 s")
    display.finish(id)
    #expect(stage.lines.last == "leads: 40 of 1000 in 40 s")
    #expect(stage.drawn.isEmpty)
  }

  @Test func theOutermostIsShown() throws {
    let stage = Stage(isTerminal: true)
    let display = try #require(stage.display)
    let outer = display.begin("outer", total: 2)
    let inner = display.begin("inner", total: 9)
    stage.now = 1
    display.update(inner, count: 1)
    display.update(outer, count: 1)
    #expect(!stage.drawn.contains("inner"))
    display.finish(inner)
    display.finishAll()
    #expect(stage.lines.isEmpty)
  }
}
