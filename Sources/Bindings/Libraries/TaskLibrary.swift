internal import CLua
internal import CLuaHost
internal import CPrelude

/// `spawn`, `sleep`, `semaphore`, and what is written in Lua over them: `parallel`, `race`, `timeout`,
/// `try` (`design.md` §4.3).
final class TaskLibrary: Library {
  private let tasks: TaskModule
  private let prelude: Prelude

  init(tasks: TaskModule, prelude: Prelude) {
    self.tasks = tasks
    self.prelude = prelude
  }

  private static let functions: [String: TaskModule.Function] = [
    "spawn": .spawn, "sleep": .sleep, "semaphore": .semaphore,
  ]
  private static let written = ["parallel", "race", "timeout", "try"]

  let globals = TaskLibrary.functions.keys + TaskLibrary.written

  func push(_ name: String, onto stack: LuaStack) throws(RaisedError) -> Bool {
    if let function = TaskLibrary.functions[name] {
      if name == "semaphore" { try leaveRunHolding(stack) }
      tasks.push(function, onto: stack)
      return true
    }
    guard TaskLibrary.written.contains(name) else { return false }
    try pushChunk(stack)
    stack.push(name)
    lua_rawget(stack.state, -2)
    return true
  }

  private func pushChunk(_ stack: LuaStack) throws(RaisedError) {
    try prelude.push(cargo_prelude_tasks, "cargo.tasks", onto: stack)
  }

  /// Leaves `semaphore:run` in the registry, where the metatable of semaphores takes it from.
  private func leaveRunHolding(_ stack: LuaStack) throws(RaisedError) {
    try pushChunk(stack)
    stack.push("run_holding")
    lua_rawget(stack.state, -2)
    stack.setField("cargo.run_holding", ofTableAt: cs_registry_index())
    stack.pop()
  }
}
