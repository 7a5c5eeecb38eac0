/// Which task runs next, who waits for what, and what a failure or cancellation takes with it
/// (`design.md` §4.3). A pure state machine: it knows no Lua, no clock and no I/O; its owner resumes
/// what `next` names, tells it what happened, and carries out `takeActions`.
///
/// Tasks live in scopes. A task ends when the tasks in the scopes it owns have ended. Slots are kept
/// in arrays, so that a hundred thousand waiting tasks cost little.
public struct TaskScheduler {
  /// Names a task. A slot is used again under another generation.
  public struct TaskID: Hashable, Sendable {
    /// The slot.
    public let index: Int32
    /// Tells the users of one slot apart.
    public let generation: UInt32
  }

  /// Names a scope.
  public struct ScopeID: Hashable, Sendable {
    let index: Int32
    let generation: UInt32

    /// Both numbers in one, to pass through Lua.
    var packed: Int64 { Int64(generation) << 32 | Int64(index) }

    init(index: Int32, generation: UInt32) {
      self.index = index
      self.generation = generation
    }

    init(packed: Int64) {
      index = Int32(truncatingIfNeeded: packed)
      generation = UInt32(truncatingIfNeeded: packed >> 32)
    }
  }

  /// What the end of one task in a scope means to the others.
  public enum Policy: Sendable {
    /// The first failure cancels the rest: `spawn`, `parallel`.
    case failFast
    /// The first end, good or bad, cancels the rest: `race`, `timeout`.
    case firstWins
  }

  /// Why a task is resumed.
  public enum Resumption: Equatable, Sendable {
    /// It has not run yet.
    case start
    /// What it waited for outside has happened.
    case external
    /// The task it awaited has ended; `delivered` is to be called when its results were taken.
    case ended(TaskID)
    /// The scope it waited for is empty; `decider` is the first to win or fail, if any. The scope is
    /// to be closed when that has been delivered.
    case scopeEnded(ScopeID, decider: TaskID?, timedOut: Bool)
    /// Its wait was cancelled.
    case cancelled
  }

  /// What the owner has to do.
  public enum Action: Equatable, Sendable {
    /// Give up the call or timer that this task waits for.
    case abandonExternal(TaskID)
    /// Nobody will ask about this task again: let go of its coroutine.
    case release(TaskID)
    /// This task never ran and never will: its outcome is a cancellation.
    case dropUnstarted(TaskID)
    /// The first task fails with the error of the second, a child that nobody awaited.
    case inheritFailure(TaskID, from: TaskID)
  }

  enum State: UInt8 { case free, ready, running, waiting, draining, finished }

  enum Wait: Equatable {
    case nothing
    case external
    case task(Int32)
    case scope(Int32)
    case semaphore(Int)
  }

  struct Record {
    var generation: UInt32 = 0
    var state = State.free
    var started = false
    var cancelled = false
    var failed = false
    var wait = Wait.nothing
    /// Counts waits, so that what comes late for an earlier one is known.
    var serial: UInt32 = 0
    var scope: Int32 = -1
    var nextSibling: Int32 = -1
    var previousSibling: Int32 = -1
    var firstScope: Int32 = -1
    var firstAwaiter: Int32 = -1
    var nextAwaiter: Int32 = -1
    /// Why a finished task is kept: awaiters to come, a scope's decider.
    var pins: Int32 = 0
    var resumption = Resumption.start
  }

  struct Scope {
    var generation: UInt32 = 0
    var owner: Int32 = -1
    var nextScope: Int32 = -1
    var policy = Policy.failFast
    var firstChild: Int32 = -1
    var live: Int32 = 0
    /// The first child to win or fail while nobody awaited it.
    var decider: Int32 = -1
    var timedOut = false
    /// Whether this is the scope of the owner's `spawn`s.
    var isOwn = false
  }

  struct Semaphore {
    var available: Int
    var waiters: [(task: Int32, serial: UInt32)] = []
    var head = 0
  }

  var records: [Record] = []
  var scopes: [Scope] = []
  var freeRecords: [Int32] = []
  var freeScopes: [Int32] = []
  var semaphores: [Semaphore] = []
  private var ready: [Int32] = []
  private var readyHead = 0
  var actions: [Action] = []

  /// Tasks that wait for something outside.
  var externalWaits = 0
  /// Tasks that have not ended.
  public internal(set) var liveCount = 0

  /// Makes a scheduler without tasks.
  public init() {}

  /// Whether a task can be resumed.
  public var hasReady: Bool { readyHead < ready.count }

  /// What is to be done outside since the last call.
  public mutating func takeActions() -> [Action] {
    guard !actions.isEmpty else { return [] }
    defer { actions.removeAll(keepingCapacity: true) }
    return actions
  }

  // MARK: - Tasks and scopes

  /// Makes a scope; `owner` nil for the root. The owner does not end before what is in it.
  public mutating func makeScope(owner: TaskID?, policy: Policy) -> ScopeID {
    let index: Int32
    if let free = freeScopes.popLast() {
      index = free
    } else {
      index = Int32(scopes.count)
      scopes.append(Scope())
    }
    scopes[Int(index)].policy = policy
    if let owner, isCurrent(owner) {
      scopes[Int(index)].owner = owner.index
      scopes[Int(index)].nextScope = records[Int(owner.index)].firstScope
      records[Int(owner.index)].firstScope = index
    }
    return ScopeID(index: index, generation: scopes[Int(index)].generation)
  }

  /// The scope of a task's own `spawn`s, made at the first.
  public mutating func ownScope(of task: TaskID) -> ScopeID {
    var index = records[Int(task.index)].firstScope
    var last: Int32 = -1
    while index >= 0 {
      last = index
      index = scopes[Int(index)].nextScope
    }
    // It stays at the end of the list: other scopes are put in front.
    if last >= 0, scopes[Int(last)].isOwn {
      return ScopeID(index: last, generation: scopes[Int(last)].generation)
    }
    let scope = makeScope(owner: nil, policy: .failFast)
    scopes[Int(scope.index)].owner = task.index
    scopes[Int(scope.index)].isOwn = true
    if last >= 0 {
      scopes[Int(last)].nextScope = scope.index
    } else {
      records[Int(task.index)].firstScope = scope.index
    }
    return scope
  }

  /// Starts a task in a scope; it is ready at once.
  public mutating func spawn(in scope: ScopeID) -> TaskID {
    let index: Int32
    if let free = freeRecords.popLast() {
      index = free
    } else {
      index = Int32(records.count)
      records.append(Record())
    }
    let slot = Int(index)
    let first = scopes[Int(scope.index)].firstChild
    records[slot].state = .ready
    records[slot].scope = scope.index
    records[slot].nextSibling = first
    if first >= 0 { records[Int(first)].previousSibling = index }
    scopes[Int(scope.index)].firstChild = index
    scopes[Int(scope.index)].live += 1
    liveCount += 1
    ready.append(index)
    if isClosing(scope.index) { records[slot].cancelled = true }
    return TaskID(index: index, generation: records[slot].generation)
  }

  /// A scope that is being cancelled takes no newcomers: they end before they start.
  func isClosing(_ scope: Int32) -> Bool {
    let scope = scopes[Int(scope)]
    return scope.decider >= 0 || scope.timedOut
      || (scope.owner >= 0 && records[Int(scope.owner)].cancelled)
  }

  /// Whether the name still stands for a task that is kept.
  public func isCurrent(_ task: TaskID) -> Bool {
    let slot = Int(task.index)
    return slot < records.count && records[slot].generation == task.generation
      && records[slot].state != .free
  }

  /// Whether a task has ended.
  public func isFinished(_ task: TaskID) -> Bool {
    !isCurrent(task) || records[Int(task.index)].state == .finished
  }

  /// Whether a task was cancelled: its next wait raises.
  public func isCancelled(_ task: TaskID) -> Bool {
    isCurrent(task) && records[Int(task.index)].cancelled
  }

  // MARK: - Running

  /// The next task to resume, and why. Nil when all wait.
  public mutating func next() -> (task: TaskID, resumption: Resumption)? {
    while readyHead < ready.count {
      let index = ready[readyHead]
      readyHead += 1
      if readyHead > 1024 && readyHead * 2 > ready.count {
        ready.removeFirst(readyHead)
        readyHead = 0
      }
      let slot = Int(index)
      guard records[slot].state == .ready else { continue }
      let task = id(index)
      if !records[slot].started && records[slot].cancelled {
        actions.append(.dropUnstarted(task))
        end(index, failed: true, isCancellation: true)
        continue
      }
      let resumption = records[slot].resumption
      records[slot].started = true
      records[slot].state = .running
      return (task, resumption)
    }
    return nil
  }

  /// The results of an ended task were given to one that awaited it.
  public mutating func delivered(_ target: TaskID) { unpin(target.index) }

  mutating func makeReady(_ index: Int32, _ resumption: Resumption) {
    if records[Int(index)].wait == .external { externalWaits -= 1 }
    records[Int(index)].state = .ready
    records[Int(index)].wait = .nothing
    records[Int(index)].resumption = resumption
    ready.append(index)
  }

  mutating func beginWait(_ task: TaskID, _ wait: Wait) {
    records[Int(task.index)].state = .waiting
    records[Int(task.index)].wait = wait
    records[Int(task.index)].serial &+= 1
  }

  /// The running task waits for something outside. Returns the serial that its end must name.
  public mutating func waitExternal(_ task: TaskID) -> UInt32 {
    beginWait(task, .external)
    externalWaits += 1
    return records[Int(task.index)].serial
  }

  /// What a task waited for outside has happened. Returns false when it does not wait for it (any
  /// more): it was cancelled.
  @discardableResult
  public mutating func completeExternal(_ task: TaskID, serial: UInt32) -> Bool {
    guard isCurrent(task), records[Int(task.index)].wait == .external,
      records[Int(task.index)].serial == serial
    else { return false }
    makeReady(task.index, .external)
    return true
  }

  /// The running task waits for the end of another.
  public mutating func wait(_ task: TaskID, for target: TaskID) {
    let slot = Int(target.index)
    records[slot].pins += 1
    if records[slot].state == .finished {
      observe(target.index)
      makeReady(task.index, .ended(target))
      return
    }
    beginWait(task, .task(target.index))
    records[Int(task.index)].nextAwaiter = records[slot].firstAwaiter
    records[slot].firstAwaiter = task.index
  }

  /// Somebody looks at how the task ends: its failure is no longer its owner's.
  mutating func observe(_ index: Int32) {
    let scope = Int(records[Int(index)].scope)
    guard records[Int(index)].state == .finished, scopes[scope].decider == index else { return }
    scopes[scope].decider = -1
    unpin(index)
  }

  /// The running task waits until a scope of its own is empty.
  public mutating func wait(_ task: TaskID, for scope: ScopeID) {
    if scopes[Int(scope.index)].live == 0 {
      makeReady(task.index, scopeResumption(scope.index))
    } else {
      beginWait(task, .scope(scope.index))
    }
  }

  /// A scope is done with: what it kept may go.
  public mutating func close(_ scope: ScopeID) {
    guard scopes[Int(scope.index)].generation == scope.generation else { return }
    closeScope(scope.index)
  }

  /// The body of the running task has ended; the task ends with its children.
  public mutating func bodyEnded(_ task: TaskID, failed: Bool) {
    let slot = Int(task.index)
    records[slot].failed = failed
    records[slot].state = .draining
    if failed { cancelChildren(task.index) }
    finishIfDrained(task.index)
  }
}
