import Testing

@testable import Bindings

/// The scheduler's rules without Lua, and with a clock that only the test moves.
@Suite struct TaskSchedulerTests {
  typealias TaskID = TaskScheduler.TaskID

  /// Runs a task that spawned `bodies`, each sleeping so many ticks and failing when marked.
  struct World {
    var scheduler = TaskScheduler()
    var now = 0
    var timers: [(at: Int, task: TaskID, serial: UInt32)] = []
    var log: [String] = []
    var names: [TaskID: String] = [:]

    mutating func sleep(_ task: TaskID, _ ticks: Int) {
      timers.append((now + ticks, task, scheduler.waitExternal(task)))
    }

    /// Moves the clock to the next timer; false when there is none.
    mutating func tick() -> Bool {
      timers.sort { $0.at < $1.at }
      guard !timers.isEmpty else { return false }
      let timer = timers.removeFirst()
      now = timer.at
      scheduler.completeExternal(timer.task, serial: timer.serial)
      return true
    }

    func name(_ task: TaskID) -> String { names[task] ?? "?" }
  }

  private func spawn(_ world: inout World, _ scope: TaskScheduler.ScopeID, _ name: String) -> TaskID
  {
    let task = world.scheduler.spawn(in: scope)
    world.names[task] = name
    return task
  }

  @Test func runsInTheOrderOfReadiness() throws {
    var world = World()
    let scope = world.scheduler.makeScope(owner: nil, policy: .failFast)
    let tasks = ["a", "b", "c"].map { spawn(&world, scope, $0) }
    for expected in tasks {
      let step1 = world.scheduler.next()
      let next = try #require(step1)
      #expect(next.task == expected && next.resumption == .start)
      world.sleep(expected, expected == tasks[0] ? 30 : 10)
    }
    let value6 = world.scheduler.next()
    #expect(value6 == nil)
    var order: [String] = []
    while world.tick() {
      while let (task, resumption) = world.scheduler.next() {
        #expect(resumption == .external)
        order.append("\(world.name(task))@\(world.now)")
        world.scheduler.bodyEnded(task, failed: false)
      }
    }
    #expect(order == ["b@10", "c@10", "a@30"])
    #expect(world.scheduler.liveCount == 0)
  }

  @Test func theFirstFailureCancelsSiblingsAndReachesTheOwner() throws {
    var world = World()
    let root = world.scheduler.makeScope(owner: nil, policy: .failFast)
    let parent = spawn(&world, root, "parent")
    _ = world.scheduler.next()
    let scope = world.scheduler.makeScope(owner: parent, policy: .failFast)
    let bad = spawn(&world, scope, "bad")
    let good = spawn(&world, scope, "good")
    world.scheduler.wait(parent, for: scope)
    _ = world.scheduler.next()
    world.sleep(bad, 1)
    _ = world.scheduler.next()
    world.sleep(good, 100)
    _ = world.tick()
    _ = world.scheduler.next()
    world.scheduler.bodyEnded(bad, failed: true)
    let value7 = world.scheduler.takeActions()
    #expect(value7 == [.abandonExternal(good)])
    let step2 = world.scheduler.next()
    let cancelled = try #require(step2)
    #expect(cancelled.task == good && cancelled.resumption == .cancelled)
    #expect(world.scheduler.isCancelled(good))
    // The owner waits until what was cancelled has unwound.
    let value8 = world.scheduler.next()
    #expect(value8 == nil)
    world.scheduler.bodyEnded(good, failed: true)
    let step3 = world.scheduler.next()
    let resumed = try #require(step3)
    #expect(resumed.task == parent)
    #expect(resumed.resumption == .scopeEnded(scope, decider: bad, timedOut: false))
  }

  @Test func whatComesLateForACancelledWaitIsDropped() throws {
    var world = World()
    let scope = world.scheduler.makeScope(owner: nil, policy: .failFast)
    let task = spawn(&world, scope, "t")
    _ = world.scheduler.next()
    let serial = world.scheduler.waitExternal(task)
    world.scheduler.cancel(task)
    let value9 = world.scheduler.completeExternal(task, serial: serial)
    #expect(!value9)
    let step4 = world.scheduler.next()
    let next = try #require(step4)
    #expect(next.resumption == .cancelled)
    // A second cancel leaves the waits of the clean-up alone.
    let cleanup = world.scheduler.waitExternal(task)
    world.scheduler.cancel(task)
    let value10 = world.scheduler.next()
    #expect(value10 == nil)
    let value11 = world.scheduler.completeExternal(task, serial: cleanup)
    #expect(value11)
  }

  @Test func slotsAreUsedAgainUnderAnotherName() throws {
    var scheduler = TaskScheduler()
    let scope = scheduler.makeScope(owner: nil, policy: .failFast)
    let first = scheduler.spawn(in: scope)
    _ = scheduler.next()
    scheduler.bodyEnded(first, failed: false)
    let value12 = scheduler.takeActions()
    #expect(value12 == [.release(first)])
    let second = scheduler.spawn(in: scope)
    #expect(second.index == first.index && second != first)
    #expect(!scheduler.isCurrent(first) && scheduler.isFinished(first))
  }

  @Test func timeOutLosesAgainstAWinner() throws {
    var scheduler = TaskScheduler()
    let root = scheduler.makeScope(owner: nil, policy: .failFast)
    let parent = scheduler.spawn(in: root)
    _ = scheduler.next()
    let scope = scheduler.makeScope(owner: parent, policy: .firstWins)
    let child = scheduler.spawn(in: scope)
    scheduler.wait(parent, for: scope)
    _ = scheduler.next()
    scheduler.bodyEnded(child, failed: false)
    scheduler.timeOut(scope)
    let step5 = scheduler.next()
    let next = try #require(step5)
    #expect(next.resumption == .scopeEnded(scope, decider: child, timedOut: false))
  }

  /// Random families of tasks that sleep, fail, spawn and are cancelled: every task ends, nothing
  /// is resumed twice, and every slot comes back.
  @Test(arguments: 1...200)
  func randomFamiliesComeToAnEnd(_ seed: Int) throws {
    var generator = SplitMix(state: UInt64(seed))
    var world = World()
    let root = world.scheduler.makeScope(owner: nil, policy: .failFast)
    var all = [spawn(&world, root, "root")]
    var released: Set<TaskID> = []
    var turns = 0
    while true {
      for action in world.scheduler.takeActions() {
        if case .release(let task) = action {
          let isNew = released.insert(task).inserted
          #expect(isNew)
        }
      }
      guard let (task, resumption) = world.scheduler.next() else {
        if world.tick() { continue }
        break
      }
      turns += 1
      try #require(turns < 10_000)
      #expect(!released.contains(task))
      if case .scopeEnded(let scope, _, _) = resumption { world.scheduler.close(scope) }
      if case .ended(let target) = resumption { world.scheduler.delivered(target) }
      switch generator.next() % 8 {
      case 0, 1: world.sleep(task, Int(generator.next() % 20))
      case 2 where all.count < 60:
        let policy: TaskScheduler.Policy = generator.next() % 2 == 0 ? .failFast : .firstWins
        let scope = world.scheduler.makeScope(owner: task, policy: policy)
        for _ in 0...(generator.next() % 3) { all.append(spawn(&world, scope, "child")) }
        world.scheduler.wait(task, for: scope)
      case 3 where all.count < 60:
        all.append(spawn(&world, world.scheduler.ownScope(of: task), "own"))
        world.sleep(task, 1)
      case 4:
        world.scheduler.cancel(all[Int(generator.next() % UInt64(all.count))])
        world.sleep(task, 1)
      case 5: world.scheduler.bodyEnded(task, failed: true)
      default: world.scheduler.bodyEnded(task, failed: false)
      }
    }
    for action in world.scheduler.takeActions() {
      if case .release(let task) = action {
        let isNew = released.insert(task).inserted
        #expect(isNew)
      }
    }
    #expect(world.scheduler.liveCount == 0)
  }
}

/// A small generator, so that a failing seed can be run again.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
