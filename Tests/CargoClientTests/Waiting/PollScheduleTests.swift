import Testing

@testable import CargoClient

@Suite struct PollScheduleTests {
  private func delays(
    _ kind: Operation.Awaited, interval: Double? = nil, runsCount: Int64 = 0, count: Int
  ) -> [Double] {
    var schedule = PollSchedule(kind, interval: interval)
    var clock = 0.0
    return (0..<count).map { _ in
      let delay = schedule.nextDelay(elapsed: clock, runsCount: runsCount)
      clock += delay
      return delay
    }
  }

  @Test func aRunIsLookedAtAtOnceAndThenEveryTwoSeconds() {
    #expect(delays(.run, count: 9) == [0, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 2, 2])
    #expect(delays(.message, count: 9).last == 2)
  }

  @Test func aSmallBatchIsLookedAtEveryFiveSeconds() {
    #expect(delays(.batch, runsCount: 999, count: 200).allSatisfy { $0 <= 5 })
  }

  @Test func aLargeBatchIsLookedAtLessOftenLater() {
    var schedule = PollSchedule(.batch)
    for _ in 0..<20 { _ = schedule.nextDelay(elapsed: 0) }
    #expect(schedule.nextDelay(elapsed: 59, runsCount: 1000) == 5)
    #expect(schedule.nextDelay(elapsed: 60, runsCount: 1000) == 10)
    #expect(schedule.nextDelay(elapsed: 299, runsCount: 5000) == 10)
    #expect(schedule.nextDelay(elapsed: 300, runsCount: 1000) == 15)
  }

  @Test func theCallersIntervalReplacesTheKinds() {
    #expect(delays(.run, interval: 0.5, count: 7) == [0, 0.05, 0.1, 0.2, 0.4, 0.5, 0.5])
    #expect(delays(.run, interval: 30, count: 20).last == 30)
    #expect(delays(.run, interval: 0.01, count: 4) == [0, 0.01, 0.01, 0.01])
    #expect(delays(.run, interval: 0, count: 3) == [0, 0.01, 0.01])
  }
}
