internal import CLua
internal import CLuaHost
internal import CargoClient

/// Resumes the tasks of one run: the scheduler says which, this knows their coroutines and what they
/// wait for. Bound to the loop's thread.
final class TaskRunner {
  typealias TaskID = TaskScheduler.TaskID

  /// What a waiting task gets when it goes on.
  enum Wake {
    case nothing
    case answer(OperationAnswer, Operation.ResultShape, keepsNulls: Bool)
    case error(CargoError)
    /// Calls a function that pushes the results and returns their count.
    case push((LuaStack) -> Int32)
  }

  let host: LuaHost
  let loop: EventLoop
  var scheduler = TaskScheduler()
  /// The task that runs now; only meaningful inside a function called from Lua.
  private(set) var current = TaskID(index: -1, generation: 0)

  // By slot. Coroutines are anchored in the table at index 1 of the main state.
  private var threads: [OpaquePointer?] = []
  private var wakes: [Int32: Wake] = [:]
  private var abandons: [Int32: () -> Void] = [:]
  private var deadlines: [Int64: EventLoop.TimerID] = [:]
  private var pushes: [(LuaStack) -> Int32] = []

  init(host: LuaHost, loop: EventLoop) {
    self.host = host
    self.loop = loop
    host.main.pushTable()
  }

  // MARK: - Starting

  /// Starts a task in `scope` from the function and `arguments` values on top of `stack`, popping
  /// them. Pushes the task's coroutine.
  func spawn(in scope: TaskScheduler.ScopeID, from stack: LuaStack, arguments: Int32) -> TaskID? {
    guard let thread = cs_task_new(host.pointer, stack.state, arguments) else { return nil }
    let task = scheduler.spawn(in: scope)
    let slot = Int(task.index)
    while threads.count <= slot { threads.append(nil) }
    threads[slot] = thread
    stack.push(copyOf: -1)
    lua_xmove(stack.state, host.main.state, 1)
    host.main.setElement(slot + 1, ofTableAt: 1)
    return task
  }

  /// The coroutine of a task that is kept.
  func thread(of task: TaskID) -> LuaStack? {
    guard scheduler.isCurrent(task) else { return nil }
    return threads[Int(task.index)].map { LuaStack($0) }
  }

  // MARK: - Waiting

  /// Makes the running task wait for something outside; `abandon` gives that up when the task is
  /// cancelled. Returns what `wake` has to be called with.
  func wait(abandon: (() -> Void)? = nil) -> (task: TaskID, serial: UInt32) {
    let serial = scheduler.waitExternal(current)
    if let abandon { abandons[current.index] = abandon }
    return (current, serial)
  }

  /// Lets a waiting task go on. What comes for a task that no longer waits is dropped.
  func wake(_ waiter: (task: TaskID, serial: UInt32), _ wake: Wake) {
    guard scheduler.completeExternal(waiter.task, serial: waiter.serial) else { return }
    abandons[waiter.task.index] = nil
    if case .nothing = wake { return }
    if case .answer(let answer, _, _) = wake {
      cs_host_charge(host.pointer, answer.body.count + (answer.rows?.count ?? 0))
    }
    wakes[waiter.task.index] = wake
  }

  /// Cancels what is in `scope` after `seconds`.
  func setDeadline(of scope: TaskScheduler.ScopeID, after seconds: Double) {
    deadlines[scope.packed] = loop.schedule(after: seconds) { [self] in
      deadlines[scope.packed] = nil
      scheduler.timeOut(scope)
    }
  }

  private func endDeadline(of scope: TaskScheduler.ScopeID) {
    guard let timer = deadlines.removeValue(forKey: scope.packed) else { return }
    loop.cancel(timer)
  }

  /// Lets a wait fail that nothing will ever end: when all tasks wait for each other, the run would
  /// wait for good.
  func breakDeadlock() {
    guard deadlines.isEmpty, let task = scheduler.breakDeadlock() else { return }
    wakes[task.index] = .error(
      CargoError(
        .argument, "this wait would never end: all tasks wait for each other",
        hint: "two tasks await each other, or a semaphore's place is never released"))
  }

  // MARK: - Running

  /// Resumes tasks until all wait or the run was killed.
  func runReady() {
    performActions()
    while host.killed == CS_KILL_NONE, let (task, resumption) = scheduler.next() {
      // `next` may have ended tasks that never started.
      performActions()
      guard let thread = threads[Int(task.index)] else { continue }
      current = task
      resume(task, thread, resumption)
      performActions()
    }
  }

  private func resume(
    _ task: TaskID, _ thread: OpaquePointer, _ resumption: TaskScheduler.Resumption
  ) {
    let isCancelled = scheduler.isCancelled(task)
    let outcome: cs_outcome
    switch resumption {
    case .start:
      outcome = cs_task_resume(host.pointer, thread, isCancelled)
    case .external:
      outcome = deliver(wakes.removeValue(forKey: task.index) ?? .nothing, thread, isCancelled)
    case .cancelled:
      cs_host_set_wake(host.pointer, cs_wake(CS_WAKE_CANCELLED))
      outcome = cs_task_resume(host.pointer, thread, isCancelled)
    case .ended(let target):
      outcome = deliverResults(of: target, thread, isCancelled)
      scheduler.delivered(target)
    case .scopeEnded(let scope, let decider, let timedOut):
      outcome = deliverScope(decider, timedOut, thread, isCancelled)
      endDeadline(of: scope)
      scheduler.close(scope)
    }
    if outcome == CS_DONE {
      scheduler.bodyEnded(task, failed: lua_toboolean(thread, 1) == 0)
    }
  }

  private func deliver(_ wake: Wake, _ thread: OpaquePointer, _ isCancelled: Bool) -> cs_outcome {
    switch wake {
    case .nothing:
      cs_host_set_wake(host.pointer, cs_wake(CS_WAKE_NOTHING))
      return cs_task_resume(host.pointer, thread, isCancelled)
    case .error(let error):
      host.set(error)
      cs_host_set_wake(host.pointer, cs_wake(CS_WAKE_ERROR))
      return cs_task_resume(host.pointer, thread, isCancelled)
    case .push(let push):
      pushes.append(push)
      var wake = cs_wake(CS_WAKE_SWIFT)
      wake.context = Unmanaged.passUnretained(self).toOpaque()
      wake.resume = { context, state, _ in
        guard let context, let state else { return 0 }
        let runner = Unmanaged<TaskRunner>.fromOpaque(context).takeUnretainedValue()
        return runner.pushes.removeLast()(LuaStack(state))
      }
      cs_host_set_wake(host.pointer, wake)
      return cs_task_resume(host.pointer, thread, isCancelled)
    case .answer(let answer, .text, _):
      return deliver(
        .push { stack in
          stack.push(answer.body)
          return 1
        }, thread, isCancelled)
    case .answer(let answer, let shape, let keepsNulls):
      defer {
        cs_host_charge(host.pointer, -(answer.body.count + (answer.rows?.count ?? 0)))
      }
      return deliver(answer, shape, keepsNulls, thread, isCancelled)
    }
  }

  private func deliver(
    _ answer: OperationAnswer, _ shape: Operation.ResultShape, _ keepsNulls: Bool,
    _ thread: OpaquePointer, _ isCancelled: Bool
  ) -> cs_outcome {
    var wake = cs_wake(CS_WAKE_ANSWER)
    wake.flags = UInt32(CS_JSON_FROM_SERVER) | (keepsNulls ? UInt32(CS_JSON_KEEP_NULLS) : 0)
    let key: String
    (wake.shape, key) = shape.cShape
    return answer.body.withUnsafeBufferPointer { body in
      (answer.rows ?? []).withUnsafeBufferPointer { rows in
        key.withCString { key in
          wake.key = key
          wake.body = UnsafeRawPointer(body.baseAddress)?.assumingMemoryBound(to: CChar.self)
          wake.body_length = body.count
          wake.rows =
            answer.rows == nil
            ? nil : UnsafeRawPointer(rows.baseAddress)?.assumingMemoryBound(to: CChar.self)
          wake.rows_length = rows.count
          cs_host_set_wake(host.pointer, wake)
          return cs_task_resume(host.pointer, thread, isCancelled)
        }
      }
    }
  }

  private func deliverResults(
    of target: TaskID, _ thread: OpaquePointer, _ isCancelled: Bool
  ) -> cs_outcome {
    var wake = cs_wake(CS_WAKE_RESULTS)
    wake.source = threads[Int(target.index)]
    cs_host_set_wake(host.pointer, wake)
    return cs_task_resume(host.pointer, thread, isCancelled)
  }

  private func deliverScope(
    _ decider: TaskID?, _ timedOut: Bool, _ thread: OpaquePointer, _ isCancelled: Bool
  ) -> cs_outcome {
    if let decider { return deliverResults(of: decider, thread, isCancelled) }
    if timedOut {
      host.set(CargoError(.timeout, "the time given to timeout() is over"))
      cs_host_set_wake(host.pointer, cs_wake(CS_WAKE_ERROR))
    } else {
      cs_host_set_wake(host.pointer, cs_wake(CS_WAKE_NOTHING))
    }
    return cs_task_resume(host.pointer, thread, isCancelled)
  }

  // MARK: - What the scheduler asks for

  private func performActions() {
    for action in scheduler.takeActions() {
      switch action {
      case .abandonExternal(let task):
        abandons.removeValue(forKey: task.index)?()
      case .release(let task):
        release(task)
      case .dropUnstarted(let task):
        guard let thread = threads[Int(task.index)] else { continue }
        fail(LuaStack(thread), CargoError(.cancelled, "the task was cancelled"))
      case .inheritFailure(let task, let child):
        guard let thread = threads[Int(task.index)], let from = threads[Int(child.index)] else {
          continue
        }
        cs_task_discard(host.pointer, thread)
        _ = lua_checkstack(thread, 4)
        lua_pushboolean(thread, 0)
        _ = lua_checkstack(from, 2)
        lua_pushvalue(from, 2)
        lua_pushvalue(from, 3)
        lua_xmove(from, thread, 2)
      }
    }
  }

  /// Leaves a failed outcome on a task's stack, as if its body had raised `error`.
  private func fail(_ stack: LuaStack, _ error: CargoError) {
    cs_task_discard(host.pointer, stack.state)
    stack.push(false)
    cs_error_push(stack.state, error.kind.rawValue, error.message, error.message.utf8.count)
    stack.push("")
  }

  private func release(_ task: TaskID) {
    threads[Int(task.index)] = nil
    wakes[task.index] = nil
    host.main.pushNil()
    host.main.setElement(Int(task.index) + 1, ofTableAt: 1)
  }
}

extension cs_wake {
  /// A wake of a kind, all else empty.
  init(_ kind: cs_wake_kind) {
    self.init()
    self.kind = kind
  }
}

extension Operation.ResultShape {
  /// The C host's number of the shape, and the key it unwraps.
  var cShape: (Int32, String) {
    switch self {
    case .whole, .text, .rows, .iterator: (Int32(CS_ANSWER_WHOLE), "")
    case .unwrap(let key): (Int32(CS_ANSWER_UNWRAP), key)
    case .run: (Int32(CS_ANSWER_RUN), "")
    case .execution: (Int32(CS_ANSWER_EXECUTION), "")
    case .batchExecution: (Int32(CS_ANSWER_BATCH_EXECUTION), "")
    case .message: (Int32(CS_ANSWER_MESSAGE), "")
    }
  }
}
