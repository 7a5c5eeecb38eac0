internal import CLua
internal import CLuaHost
internal import CPrelude
import CargoClient

/// The parts of the libraries that are written in Lua (`CPrelude`): each is run once, with the host table
/// as its argument, and what it returned is kept.
final class Prelude {
  private let runner: TaskRunner
  private let services: RecipeServices
  private let tasks: TaskModule
  private let functions: LuaFunctions
  /// What the run fails with although the recipe comes to its end.
  private(set) var deferredFailure: ScriptFailure?

  init(runner: TaskRunner, services: RecipeServices, tasks: TaskModule, functions: LuaFunctions) {
    self.runner = runner
    self.services = services
    self.tasks = tasks
    self.functions = functions
  }

  /// Pushes what an embedded chunk returned, running it at first.
  ///
  /// - Parameters:
  ///   - chunk: the text, from `CPrelude`.
  ///   - key: its name in the registry.
  ///   - prepare: called before it first runs, with the host table on top, to add what only this chunk
  ///     needs.
  func push(
    _ chunk: cargo_prelude, _ key: String, onto stack: LuaStack,
    prepare: (LuaStack) throws(RaisedError) -> Void = { _ in }
  ) throws(RaisedError) {
    stack.push(key)
    if lua_rawget(stack.state, cs_registry_index()) != LUA_TNIL { return }
    stack.pop()
    let text = UnsafeRawBufferPointer(start: chunk.text, count: chunk.length)
    guard runner.host.load(text, name: String(cString: chunk.name), onto: stack) == CS_DONE else {
      throw RaisedError()
    }
    pushHostTable(onto: stack)
    try prepare(stack)
    guard cs_call(runner.host.pointer, stack.state, 1, 1) == CS_DONE else { throw RaisedError() }
    stack.push(copyOf: -1)
    stack.setField(key, ofTableAt: cs_registry_index())
  }

  /// What every chunk is built on.
  private func pushHostTable(onto stack: LuaStack) {
    stack.push("cargo.host")
    if lua_rawget(stack.state, cs_registry_index()) != LUA_TNIL { return }
    stack.pop()
    stack.pushTable(fields: 16)
    functions.set("fail", ofTableOnTop: stack) { [unowned self] in fail($0) }
    functions.set("fail_at_end", ofTableOnTop: stack) { [unowned self] in failAtEnd($0) }
    functions.set("task_id", ofTableOnTop: stack) { [unowned self] stack in
      stack.push(Int64(runner.current.index) << 32 | Int64(runner.current.generation))
      return 1
    }
    tasks.addHostFunctions(toTableOnTop: stack)
    ProgressFunctions.add(toTableOnTop: stack, functions, services.progress, runner.host)
    stack.push(copyOf: -1)
    stack.setField("cargo.host", ofTableAt: cs_registry_index())
  }

  /// `host.fail(kind, message, hint)` raises one of the host's errors.
  private func fail(_ stack: LuaStack) -> Int32 {
    let kind = stack.string(at: 1).flatMap(CargoError.Kind.init) ?? .argument
    return runner.host.raise(
      CargoError(kind, stack.string(at: 2) ?? "failed", hint: stack.string(at: 3)))
  }

  /// `host.fail_at_end(error)` lets the recipe go on and makes the run fail with `error` when it has
  /// come to its end.
  private func failAtEnd(_ stack: LuaStack) -> Int32 {
    cs_push_traceback(stack.state, stack.state, 1)
    deferredFailure =
      deferredFailure ?? ScriptFailure(stack, at: 1, traceback: stack.string(at: -1) ?? "")
    return 0
  }
}
