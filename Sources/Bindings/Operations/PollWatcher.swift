internal import CLua
internal import CLuaHost
internal import CargoClient

/// Calls a recipe's `on_poll` with what each look at remote work finds: in a task of its own under the
/// one that waits, so that it may wait too and its errors are that one's.
final class PollWatcher {
  private let runner: TaskRunner
  private let scope: TaskScheduler.ScopeID
  private let reference: Int32

  /// Keeps the function at `index` of `stack`, which is the running task's.
  init(_ runner: TaskRunner, _ stack: LuaStack, function index: Int32) {
    self.runner = runner
    scope = runner.scheduler.ownScope(of: runner.current)
    stack.push(copyOf: index)
    reference = luaL_ref(stack.state, cs_registry_index())
  }

  deinit { luaL_unref(runner.host.main.state, cs_registry_index(), reference) }

  /// Starts a task that calls the function with the state in `body`.
  func spawn(with body: [UInt8], _ shape: Operation.ResultShape) {
    let stack = runner.host.main
    let top = stack.top
    defer { stack.setTop(top) }
    guard stack.reserve(10) else { return }
    _ = lua_rawgeti(stack.state, cs_registry_index(), Int64(reference))
    let (number, key) = shape.polledShape.cShape
    stack.push(Int64(number))
    stack.push(key)
    stack.push(body)
    stack.pushNil()
    stack.push(Int64(CS_JSON_FROM_SERVER))
    guard
      cs_call_protected(runner.host.pointer, stack.state, cs_push_answer_function, 5, 1) == CS_DONE
    else { return }
    _ = runner.spawn(in: scope, from: stack, arguments: 1)
  }
}

extension Operation.ResultShape {
  /// What a look finds while the work goes on: the run or batch itself.
  fileprivate var polledShape: Self {
    switch self {
    case .execution: .run
    case .batchExecution: .unwrap("batch")
    default: self
    }
  }
}
