import Glibc
import Testing

@testable import CargoClient

@Suite struct EventLoopTests {
  private let loop = EventLoop()

  @Test func timersFireInTheirOrder() {
    var fired: [Int] = []
    for (index, delay) in [0.03, 0, 0.01, 0, 0.02].enumerated() {
      loop.schedule(after: delay) { fired.append(index) }
    }
    loop.run { fired.count == 5 }
    #expect(fired == [1, 3, 2, 4, 0])
  }

  @Test func whatATimerSchedulesAtOnceRunsInALaterTurn() {
    var turns = 0
    var depth = 0
    func again() {
      depth += 1
      if depth < 5 { loop.schedule(after: 0, again) }
    }
    loop.schedule(after: 0, again)
    loop.run {
      turns += 1
      return depth == 5
    }
    #expect(turns >= 3)
  }

  @Test func cancelledTimersDoNotFire() {
    var fired: [Int] = []
    let timers = (0..<500).map { index in
      loop.schedule(after: Double(index % 7) / 1000) { fired.append(index) }
    }
    for (index, timer) in timers.enumerated() where index % 5 != 0 { loop.cancel(timer) }
    var isOver = false
    loop.schedule(after: 0.02) { isOver = true }
    loop.run { isOver }
    #expect(fired.sorted() == Array(stride(from: 0, to: 500, by: 5)))
    // Cancelling what has fired, or twice, changes nothing.
    for timer in timers { loop.cancel(timer) }
    loop.schedule(after: 0) { fired = [] }
    loop.run { fired.isEmpty }
  }

  @Test func jobsOfOtherThreadsWakeTheLoopAndKeepTheirOrder() {
    let mailbox = loop.mailbox
    let seen = LoopBound(Box())
    FaultyServer.detach {
      usleep(20_000)
      for index in 0..<1000 { mailbox.post { seen.value.numbers.append(index) } }
    }
    let start = EventLoop.now()
    loop.run { seen.value.numbers.count == 1000 }
    #expect(seen.value.numbers == Array(0..<1000))
    #expect(EventLoop.now() - start < 5_000_000_000)
  }

  @Test func jobsArriveWhileTransfersAreWaitedFor() {
    let server = FaultyServer { connection in
      _ = connection.readRequest()
      connection.waitForClient()
    }
    defer { server.stop() }
    let client = HTTPClient(loop: loop)
    var ended = false
    let transfer = client.send(HTTPRequest(url: server.origin + "/")) { _ in ended = true }
    loop.run { transfer.hasLeft }
    let mailbox = loop.mailbox
    let seen = LoopBound(Box())
    FaultyServer.detach {
      usleep(20_000)
      mailbox.post { seen.value.numbers.append(1) }
    }
    let start = EventLoop.now()
    loop.run { !seen.value.numbers.isEmpty }
    #expect(EventLoop.now() - start < 2_000_000_000)
    client.cancel(transfer)
    loop.run { ended }
  }

  /// What the loop's thread alone touches.
  private final class Box { var numbers: [Int] = [] }
}
