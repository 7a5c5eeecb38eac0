internal import CLua
internal import CLuaHost
internal import CargoClient

/// The task functions of recipes (`design.md` §4.3): `spawn`, `sleep`, `semaphore`, and the scopes on
/// which the Lua part (`tasks.lua`) builds `parallel`, `race` and `timeout`.
final class TaskModule {
  private let runner: TaskRunner
  private var host: LuaHost { runner.host }

  // The registry names of the metatables of handles.
  private static let taskMetatable = "cargo.task"
  private static let semaphoreMetatable = "cargo.semaphore"

  init(runner: TaskRunner) { self.runner = runner }

  /// The functions that recipes call by these names.
  enum Function: Int64, CaseIterable {
    case spawn, sleep, semaphore
    // Methods.
    case await, cancel, acquire, release
    // For tasks.lua.
    case newScope, spawnIn, waitFor, setDeadline, isCancelled

    var waits: Bool {
      switch self {
      case .sleep, .await, .acquire, .waitFor: true
      default: false
      }
    }
  }

  /// Pushes one of the functions.
  func push(_ function: Function, onto stack: LuaStack) {
    host.pushFunction(
      { context, state, tag in
        guard let context, let state, let function = Function(rawValue: tag) else { return 0 }
        let module = Unmanaged<TaskModule>.fromOpaque(context).takeUnretainedValue()
        return module.call(function, LuaStack(state))
      }, context: self, tag: function.rawValue, waits: function.waits, onto: stack)
  }

  /// Adds what `tasks.lua` and `modules.lua` are built on.
  func addHostFunctions(toTableOnTop stack: LuaStack) {
    let named: [(String, Function)] = [
      ("new_scope", .newScope), ("spawn_in", .spawnIn), ("wait_for", .waitFor),
      ("set_deadline", .setDeadline), ("is_cancelled", .isCancelled), ("semaphore", .semaphore),
    ]
    for (name, function) in named {
      push(function, onto: stack)
      stack.setField(name, ofTableAt: -2)
    }
  }

  private func call(_ function: Function, _ stack: LuaStack) -> Int32 {
    switch function {
    case .spawn: spawn(stack)
    case .sleep: sleep(stack)
    case .semaphore: makeSemaphore(stack)
    case .await: awaitTask(stack)
    case .cancel: cancel(stack)
    case .acquire: acquire(stack)
    case .release: release(stack)
    case .newScope: newScope(stack)
    case .spawnIn: spawnIn(stack)
    case .waitFor: waitFor(stack)
    case .setDeadline: setDeadline(stack)
    case .isCancelled: isCancelled(stack)
    }
  }

  // MARK: - Tasks

  private func spawn(_ stack: LuaStack) -> Int32 {
    guard [.function, .table].contains(stack.type(at: 1)) else {
      return wrongArgument("spawn: the first argument must be a function")
    }
    let scope = runner.scheduler.ownScope(of: runner.current)
    guard stack.reserve(8),
      let task = runner.spawn(in: scope, from: stack, arguments: stack.top - 1)
    else { return tooManyTasks() }
    // The handle keeps the coroutine, which keeps the results.
    pushHandle(
      TaskModule.taskMetatable,
      UInt64(UInt32(bitPattern: task.index)) << 32 | UInt64(task.generation),
      methods: [("await", .await), ("cancel", .cancel)], stack)
    stack.push(copyOf: -2)
    _ = lua_setiuservalue(stack.state, -2, 1)
    return 1
  }

  private func tooManyTasks() -> Int32 {
    host.raise(CargoError(.argument, "spawn: too many arguments"))
  }

  private func awaitTask(_ stack: LuaStack) -> Int32 {
    guard let handle = handle(TaskModule.taskMetatable, stack) else {
      return wrongArgument("await: call it as task:await()")
    }
    let task = task(handle)
    if task == runner.current {
      return wrongArgument("await: a task cannot wait for its own end")
    }
    if runner.scheduler.isCurrent(task) {
      runner.scheduler.wait(runner.current, for: task)
      return Int32(CS_WAIT)
    }
    return results(ofFinished: stack)
  }

  /// Takes the results of a task that ended a while ago from the coroutine that its handle keeps.
  private func results(ofFinished stack: LuaStack) -> Int32 {
    guard lua_getiuservalue(stack.state, 1, 1) == LUA_TTHREAD,
      let thread = lua_tothread(stack.state, -1)
    else { return 0 }
    let count = cs_take_results(stack.state, thread)
    guard count != Int32(CS_NO_ROOM) else {
      return host.raise(CargoError(.argument, "too many results", hint: "return a table"))
    }
    return count
  }

  private func cancel(_ stack: LuaStack) -> Int32 {
    guard let handle = handle(TaskModule.taskMetatable, stack) else {
      return wrongArgument("cancel: call it as task:cancel()")
    }
    let task = task(handle)
    runner.scheduler.cancel(task)
    if runner.scheduler.isCancelled(runner.current) {
      cs_host_set_cancelled(host.pointer, true)
    }
    return 0
  }

  private func task(_ handle: UInt64) -> TaskScheduler.TaskID {
    TaskScheduler.TaskID(
      index: Int32(bitPattern: UInt32(handle >> 32)), generation: UInt32(truncatingIfNeeded: handle)
    )
  }

  private func sleep(_ stack: LuaStack) -> Int32 {
    guard let seconds = stack.number(at: 1), seconds >= 0 else {
      return wrongArgument("sleep: the argument must be a number of seconds")
    }
    let loop = runner.loop
    var timer: EventLoop.TimerID?
    let waiter = runner.wait { if let timer { loop.cancel(timer) } }
    timer = loop.schedule(after: seconds) { [runner] in runner.wake(waiter, .nothing) }
    return Int32(CS_WAIT)
  }

  // MARK: - Semaphores

  private func makeSemaphore(_ stack: LuaStack) -> Int32 {
    guard let places = stack.integer(at: 1), places >= 1, places <= 1_000_000 else {
      return wrongArgument("semaphore: the argument must be a whole number of at least 1")
    }
    let semaphore = runner.scheduler.makeSemaphore(Int(places))
    // It is kept until the run ends.
    cs_host_charge(host.pointer, MemoryLayout<TaskScheduler.Semaphore>.stride)
    pushHandle(
      TaskModule.semaphoreMetatable, UInt64(semaphore),
      methods: [("acquire", .acquire), ("release", .release)], stack)
    return 1
  }

  private func acquire(_ stack: LuaStack) -> Int32 {
    guard let semaphore = handle(TaskModule.semaphoreMetatable, stack) else {
      return wrongArgument("acquire: call it as semaphore:acquire()")
    }
    return runner.scheduler.acquire(Int(semaphore), for: runner.current) ? 0 : Int32(CS_WAIT)
  }

  private func release(_ stack: LuaStack) -> Int32 {
    guard let semaphore = handle(TaskModule.semaphoreMetatable, stack) else {
      return wrongArgument("release: call it as semaphore:release()")
    }
    runner.scheduler.release(Int(semaphore))
    return 0
  }

  // MARK: - Scopes

  private func newScope(_ stack: LuaStack) -> Int32 {
    let policy: TaskScheduler.Policy =
      stack.string(at: 1) == "first_wins" ? .firstWins : .failFast
    let scope = runner.scheduler.makeScope(owner: runner.current, policy: policy)
    stack.push(scope.packed)
    return 1
  }

  private func scope(_ stack: LuaStack) -> TaskScheduler.ScopeID {
    TaskScheduler.ScopeID(packed: stack.integer(at: 1) ?? 0)
  }

  private func spawnIn(_ stack: LuaStack) -> Int32 {
    guard stack.reserve(8),
      runner.spawn(in: scope(stack), from: stack, arguments: stack.top - 2) != nil
    else { return tooManyTasks() }
    return 0
  }

  private func waitFor(_ stack: LuaStack) -> Int32 {
    runner.scheduler.wait(runner.current, for: scope(stack))
    return Int32(CS_WAIT)
  }

  private func setDeadline(_ stack: LuaStack) -> Int32 {
    runner.setDeadline(of: scope(stack), after: stack.number(at: 2) ?? 0)
    return 0
  }

  private func isCancelled(_ stack: LuaStack) -> Int32 {
    stack.push(runner.scheduler.isCancelled(runner.current))
    return 1
  }

  // MARK: - Handles

  private func wrongArgument(_ message: String) -> Int32 {
    host.raise(CargoError(.argument, message))
  }

  /// Pushes a userdata that holds one number and has one user value.
  private func pushHandle(
    _ metatable: String, _ value: UInt64, methods: [(String, Function)], _ stack: LuaStack
  ) {
    lua_newuserdatauv(stack.state, 8, 1)?.storeBytes(of: value, as: UInt64.self)
    if luaL_newmetatable(stack.state, metatable) != 0 {
      stack.pushTable()
      for (name, function) in methods {
        push(function, onto: stack)
        stack.setField(name, ofTableAt: -2)
      }
      if metatable == TaskModule.semaphoreMetatable { pushRun(stack) }
      stack.setField("__index", ofTableAt: -2)
      stack.push(false)
      stack.setField("__metatable", ofTableAt: -2)
      stack.push(metatable == TaskModule.taskMetatable ? "task" : "semaphore")
      stack.setField("__name", ofTableAt: -2)
    }
    lua_setmetatable(stack.state, -2)
  }

  /// `semaphore:run` is written in Lua; it is in the registry since the library was loaded.
  private func pushRun(_ stack: LuaStack) {
    stack.push("cargo.run_holding")
    _ = lua_rawget(stack.state, cs_registry_index())
    stack.setField("run", ofTableAt: -2)
  }

  private func handle(_ metatable: String, _ stack: LuaStack) -> UInt64? {
    luaL_testudata(stack.state, 1, metatable)?.load(as: UInt64.self)
  }
}
