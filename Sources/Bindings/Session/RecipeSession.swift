internal import CLua
internal import CLuaHost
public import CargoClient
import Runtime

/// Runs one recipe, once, on the loop's thread: its Lua state, its tasks, its globals.
public final class RecipeSession {
  private let host: LuaHost
  private let runner: TaskRunner
  private var globals: GlobalLibrary?
  private let loop: EventLoop
  private let services: RecipeServices
  private let limits: LuaLimits
  private let deadline: UInt64?

  /// Makes a session. Throws when Lua cannot be started.
  public init(limits: LuaLimits, loop: EventLoop, services: RecipeServices) throws(CargoError) {
    self.limits = limits
    self.loop = loop
    self.services = services
    deadline = limits.deadline.map { EventLoop.now() + UInt64($0 * 1e9) }
    host = try LuaHost(limits, print: services.print)
    runner = TaskRunner(host: host, loop: loop)
  }

  /// The most memory that Lua and what was handed to it used, in bytes.
  public var peakMemory: Int { cs_host_peak(host.pointer) }

  /// Ends the running recipe at its next instruction or wait, as Ctrl-C does. To be called on the
  /// loop's thread, also from within a service.
  public func stop() { cs_host_kill(host.pointer, CS_KILL_INTERRUPT) }

  /// Runs a recipe to its end. Ctrl-C ends it when it is `interruptible`.
  public func run(_ recipe: Recipe, interruptible: Bool = false) -> RecipeEnd {
    if interruptible { cs_interrupt_install(host.pointer, loop.mailbox.wakeDescriptor) }
    cs_limits_start(host.pointer)
    defer { cs_limits_stop(host.pointer) }
    let globals = GlobalLibrary(
      runner: runner, services: services, directory: recipe.directory)
    globals.install(recipe)
    self.globals = globals
    defer { globals.close() }
    let stack = host.main
    let compiled = recipe.text.withUnsafeBytes { text in
      host.load(text, name: recipe.chunkName, onto: stack)
    }
    guard compiled == CS_DONE else {
      if let reason = KillReason(host.killed) { return .killed(reason, nil) }
      return .notCompiled(ScriptFailure(stack, at: -1, traceback: ""))
    }
    let scope = runner.scheduler.makeScope(owner: nil, policy: .failFast)
    guard let main = runner.spawn(in: scope, from: stack, arguments: 0),
      let thread = lua_tothread(stack.state, -1)
    else { return .failed(ScriptFailure(message: "there is not enough memory to start")) }
    drive(until: main)
    return end(LuaStack(thread))
  }

  /// Turns the loop until the task has ended or the run was killed.
  private func drive(until main: TaskScheduler.TaskID) {
    var timer: EventLoop.TimerID?
    if let deadline {
      let left = Double(deadline &- min(EventLoop.now(), deadline)) / 1e9
      timer = loop.schedule(after: left) { [host] in
        cs_host_kill(host.pointer, CS_KILL_DEADLINE)
      }
    }
    while true {
      runner.runReady()
      if host.killed != CS_KILL_NONE || cs_host_kill_requested(host.pointer) { break }
      if runner.scheduler.isFinished(main) { break }
      runner.breakDeadlock()
      loop.turn(block: !runner.scheduler.hasReady)
    }
    if let timer { loop.cancel(timer) }
  }

  private func end(_ main: LuaStack) -> RecipeEnd {
    if let reason = KillReason(cs_host_kill_reason(host.pointer)) {
      return .killed(reason, lastFailure(main))
    }
    if main.boolean(at: 1) == true {
      if let error = emitResults(main) {
        return .failed(
          ScriptFailure(kind: error.kind.rawValue, message: error.message, hint: error.hint))
      }
      return globals?.deferredFailure.map { .failed($0) } ?? .finished
    }
    return .failed(ScriptFailure(main, at: 2, traceback: main.string(at: 3) ?? ""))
  }

  /// Where a killed run was, when its stack has told.
  private func lastFailure(_ main: LuaStack) -> ScriptFailure? {
    guard host.killed != CS_KILL_MEMORY else { return nil }
    let stack = host.main
    stack.push("cargo.traceback")
    _ = lua_rawget(stack.state, cs_registry_index())
    defer { stack.pop() }
    guard let text = stack.string(at: -1), let first = text.split(separator: "\n").first,
      let (chunk, line, _) = ScriptFailure.position(in: String(first))
    else { return nil }
    return ScriptFailure(
      message: "", chunk: chunk, line: line,
      traceback: text.split(separator: "\n").map(String.init))
  }

  /// `return rows` at the end of a recipe emits them.
  private func emitResults(_ main: LuaStack) -> CargoError? {
    guard main.top >= 2, main.type(at: 2) == .table else { return nil }
    let count = lua_rawlen(main.state, 2)
    guard count > 0 else { return nil }
    for position in 1...Int64(count) {
      _ = lua_rawgeti(main.state, 2, position)
      defer { main.pop() }
      if main.boolean(at: -1) == false { continue }
      guard main.type(at: -1) == .table else {
        return CargoError(
          .argument, "the recipe returned a list whose element \(position) is no row",
          hint: "return a list of tables, or use emit(row)")
      }
      var bytes: [UInt8] = []
      guard host.encode(main, -1, shape: nil, into: &bytes) else {
        let failure = ScriptFailure(main, at: -1, traceback: "")
        return CargoError(.argument, "row \(position) of the recipe's result: \(failure.message)")
      }
      if let error = services.emit(bytes) { return error }
    }
    return nil
  }
}

extension Recipe {
  /// What Lua calls the chunk.
  var chunkName: String { "@" + name }
}
