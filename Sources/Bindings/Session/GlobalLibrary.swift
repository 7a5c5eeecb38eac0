internal import CLua
internal import CLuaHost
internal import CPrelude
import CargoClient
import Runtime

/// The globals of a recipe. What a recipe does not name is never made: the table of globals asks here
/// for what it lacks.
final class GlobalLibrary {
  private let runner: TaskRunner
  let services: RecipeServices
  private let operations: OperationModule
  private let tasks: TaskModule
  private var directory = "."
  /// What the run fails with although the recipe comes to its end.
  private(set) var deferredFailure: ScriptFailure?
  /// Bars that are open, which count as memory: a recipe may begin any number.
  private var bars: Set<Int> = []
  private static let barSize = 512
  var host: LuaHost { runner.host }

  init(runner: TaskRunner, services: RecipeServices) {
    self.runner = runner
    self.services = services
    operations = OperationModule(runner: runner, handler: services.calls)
    tasks = TaskModule(runner: runner)
  }

  /// The host's own functions, by what they are called with.
  private enum Function: Int64 {
    case missingGlobal, newGlobal, recipe, emit, aligned
    case progressBegin, progressStep, progressEnd, fail, failAtEnd, loadModule, taskID, price
  }

  private static let taskGlobals: [String: TaskModule.Function] = [
    "spawn": .spawn, "sleep": .sleep, "semaphore": .semaphore,
  ]
  private static let libraryGlobals = ["try", "parallel", "race", "timeout"]
  private static let otherGlobals = [
    "json", "require", "waterfall", "progress", "recipe", "emit", "log", "inputs", "arg",
  ]

  /// Sets up the table of globals.
  func install(_ recipe: Recipe) {
    directory = recipe.directory
    let stack = host.main
    stack.pushGlobals()
    let globals = stack.top
    pushFunction(.recipe, onto: stack)
    stack.setField("recipe", ofTableAt: globals)
    pushFunction(.emit, onto: stack)
    stack.setField("emit", ofTableAt: globals)
    push(recipe.inputs, onto: stack)
    stack.setField("inputs", ofTableAt: globals)
    stack.pushTable(elements: Int32(recipe.arguments.count))
    for (position, argument) in recipe.arguments.enumerated() {
      stack.push(argument)
      stack.setElement(position + 1, ofTableAt: -2)
    }
    stack.setField("arg", ofTableAt: globals)
    stack.pushTable(fields: 3)
    pushFunction(.missingGlobal, onto: stack)
    stack.setField("__index", ofTableAt: -2)
    pushFunction(.newGlobal, onto: stack)
    stack.setField("__newindex", ofTableAt: -2)
    stack.push(false)
    stack.setField("__metatable", ofTableAt: -2)
    lua_setmetatable(stack.state, globals)
    stack.pop()
  }

  private func push(_ inputs: [String: InputValue], onto stack: LuaStack) {
    stack.pushTable(fields: Int32(inputs.count))
    for (name, value) in inputs {
      switch value {
      case .string(let text): stack.push(text)
      case .integer(let number): stack.push(number)
      case .number(let number): stack.push(number)
      case .boolean(let flag): stack.push(flag)
      case .list(let items):
        stack.pushTable(elements: Int32(items.count))
        for (position, item) in items.enumerated() {
          stack.push(item)
          stack.setElement(position + 1, ofTableAt: -2)
        }
      }
      stack.setField(name, ofTableAt: -2)
    }
  }

  private func pushFunction(_ function: Function, waits: Bool = false, onto stack: LuaStack) {
    host.pushFunction(
      { context, state, tag in
        guard let context, let state, let function = Function(rawValue: tag) else { return 0 }
        return Unmanaged<GlobalLibrary>.fromOpaque(context).takeUnretainedValue()
          .call(function, LuaStack(state))
      }, context: self, tag: function.rawValue, waits: waits, onto: stack)
  }

  private func call(_ function: Function, _ stack: LuaStack) -> Int32 {
    guard stack.reserve(16) else { return host.raise(CargoError(.argument, "the stack is full")) }
    switch function {
    case .missingGlobal: return missingGlobal(stack)
    case .newGlobal: return newGlobal(stack)
    case .recipe: return 0
    case .emit: return emit(stack)
    case .aligned: return aligned(stack)
    case .progressBegin:
      return beginProgress(stack)
    case .progressStep:
      services.progress.step(
        Int(stack.integer(at: 1) ?? 0), by: Int(stack.integer(at: 2) ?? 1),
        note: stack.string(at: 3))
      return 0
    case .progressEnd:
      let bar = Int(stack.integer(at: 1) ?? 0)
      if bars.remove(bar) != nil { cs_host_charge(host.pointer, -GlobalLibrary.barSize) }
      services.progress.end(bar)
      return 0
    case .fail: return fail(stack)
    case .failAtEnd: return failAtEnd(stack)
    case .loadModule: return loadModule(stack)
    case .taskID:
      stack.push(Int64(runner.current.index) << 32 | Int64(runner.current.generation))
      return 1
    case .price: return price(stack)
    }
  }

  private func beginProgress(_ stack: LuaStack) -> Int32 {
    let label = stack.string(at: 2) ?? "working"
    let bar = services.progress.begin(total: Int(stack.integer(at: 1) ?? 0), label: label)
    if bars.insert(bar).inserted { cs_host_charge(host.pointer, GlobalLibrary.barSize) }
    stack.push(Int64(bar))
    return 1
  }

  // MARK: - Globals on demand

  private func missingGlobal(_ stack: LuaStack) -> Int32 {
    guard let name = stack.string(at: 2) else { return host.raise(undeclared("?")) }
    do {
      guard try pushGlobal(name, onto: stack) else { return host.raise(undeclared(name)) }
    } catch {
      return Int32(CS_ERROR_VALUE)
    }
    stack.push(copyOf: -1)
    stack.setField(name, ofTableAt: 1)
    return 1
  }

  /// The error value is on top of the stack.
  private struct RaisedError: Error {}

  private func pushGlobal(_ name: String, onto stack: LuaStack) throws(RaisedError) -> Bool {
    if let function = GlobalLibrary.taskGlobals[name] {
      if name == "semaphore" { try loadTaskLibrary(stack) }
      tasks.push(function, onto: stack)
      return true
    }
    if GlobalLibrary.libraryGlobals.contains(name) {
      try pushTaskLibrary(stack)
      stack.push(name)
      lua_rawget(stack.state, -2)
      return true
    }
    switch name {
    case "json":
      guard cs_call_protected(host.pointer, stack.state, cs_open_json, 0, 1) == CS_DONE else {
        throw RaisedError()
      }
    case "require": try pushLibrary(cargo_prelude_modules, "cargo.modules", stack)
    case "waterfall":
      pushHostTable(onto: stack)
      try pushLibrary(cargo_prelude_report, "cargo.report", stack)
      stack.setField("report", ofTableAt: -2)
      try pushLibrary(cargo_prelude_waterfall, "cargo.waterfall", stack)
    case "progress": try pushLibrary(cargo_prelude_progress, "cargo.progress", stack)
    case "log": pushLog(onto: stack)
    default: return operations.pushGlobal(name, onto: stack)
    }
    return true
  }

  private func undeclared(_ name: String) -> CargoError {
    if let replacement = GlobalLibrary.replacements[name] {
      return CargoError(
        .argument, "'\(name)' is not available in recipes", hint: replacement)
    }
    let known =
      Array(OperationModule.globalNames) + Array(GlobalLibrary.taskGlobals.keys)
      + GlobalLibrary.libraryGlobals + GlobalLibrary.otherGlobals + declaredNames()
    let suggestion = NearestName.suggest(name, among: known)
    return CargoError(
      .argument, "the global '\(name)' is not declared",
      hint: suggestion.map { "did you mean '\($0)'?" }
        ?? "a text needs quotes; a variable is declared with local, or assigned at the top level")
  }

  private static let replacements = [
    "os": "a recipe gets what it needs to know as inputs",
    "io":
      "print(text) and emit(row) write; a recipe gets what it reads as inputs or from the workspace",
    "dofile": "use require",
    "loadfile": "use require",
    "package": "require finds modules beside the recipe",
    "debug": "only debug.traceback is available",
  ]

  private func declaredNames() -> [String] {
    let stack = host.main
    var names: [String] = []
    stack.pushGlobals()
    stack.pushNil()
    while lua_next(stack.state, -2) != 0 {
      stack.pop()
      if let name = stack.string(at: -1) { names.append(name) }
    }
    stack.pop()
    return names
  }

  /// An assignment at the top level of a file declares a global; anywhere else it is a slip.
  private func newGlobal(_ stack: LuaStack) -> Int32 {
    var caller = lua_Debug()
    if lua_getstack(stack.state, 1, &caller) != 0 {
      lua_getinfo(stack.state, "S", &caller)
      if let what = caller.what, what.pointee != CChar(bitPattern: UInt8(ascii: "m")),
        what.pointee != CChar(bitPattern: UInt8(ascii: "C"))
      {
        let name = stack.string(at: 2) ?? "?"
        return host.raise(
          CargoError(
            .argument, "the global '\(name)' is assigned inside a function but not declared",
            hint: "write local \(name), or assign it at the top level first"))
      }
    }
    // Lua itself would raise for these keys, over this frame.
    let isNaN = stack.number(at: 2).map { $0.isNaN } ?? false
    guard !stack.isNoneOrNil(2), !isNaN else {
      return host.raise(
        CargoError(.argument, "the name of a global must not be \(isNaN ? "NaN" : "nil")"))
    }
    stack.setTop(3)
    lua_rawset(stack.state, 1)
    return 0
  }

  // MARK: - The library in Lua

  private func pushTaskLibrary(_ stack: LuaStack) throws(RaisedError) {
    try pushLibrary(cargo_prelude_tasks, "cargo.tasks", stack)
  }

  /// Loads it for what it leaves in the registry: `semaphore:run`.
  private func loadTaskLibrary(_ stack: LuaStack) throws(RaisedError) {
    try pushTaskLibrary(stack)
    stack.push("run_holding")
    lua_rawget(stack.state, -2)
    stack.setField("cargo.run_holding", ofTableAt: cs_registry_index())
    stack.pop()
  }

  /// Pushes what an embedded chunk returned, running it at first.
  private func pushLibrary(
    _ library: cargo_prelude, _ key: String, _ stack: LuaStack
  ) throws(RaisedError) {
    stack.push(key)
    if lua_rawget(stack.state, cs_registry_index()) != LUA_TNIL { return }
    stack.pop()
    let text = UnsafeRawBufferPointer(start: library.text, count: library.length)
    guard host.load(text, name: String(cString: library.name), onto: stack) == CS_DONE else {
      throw RaisedError()
    }
    pushHostTable(onto: stack)
    guard cs_call(host.pointer, stack.state, 1, 1) == CS_DONE else { throw RaisedError() }
    stack.push(copyOf: -1)
    stack.setField(key, ofTableAt: cs_registry_index())
  }

  /// What the library in Lua is built on.
  private func pushHostTable(onto stack: LuaStack) {
    stack.push("cargo.host")
    if lua_rawget(stack.state, cs_registry_index()) != LUA_TNIL { return }
    stack.pop()
    stack.pushTable(fields: 16)
    let functions: [(String, Function, Bool)] = [
      ("progress_begin", .progressBegin, false), ("progress_step", .progressStep, false),
      ("progress_end", .progressEnd, false), ("fail", .fail, false),
      ("fail_at_end", .failAtEnd, false), ("aligned", .aligned, false),
      ("load_module", .loadModule, false), ("task_id", .taskID, false), ("price", .price, true),
    ]
    for (name, function, waits) in functions {
      pushFunction(function, waits: waits, onto: stack)
      stack.setField(name, ofTableAt: -2)
    }
    let taskFunctions: [(String, TaskModule.Function)] = [
      ("new_scope", .newScope), ("spawn_in", .spawnIn), ("wait_for", .waitFor),
      ("set_deadline", .setDeadline), ("is_cancelled", .isCancelled), ("semaphore", .semaphore),
    ]
    for (name, function) in taskFunctions {
      tasks.push(function, onto: stack)
      stack.setField(name, ofTableAt: -2)
    }
    if let perRow = services.creditsPerRow {
      stack.push(perRow.value)
      stack.setField("credits_per_row", ofTableAt: -2)
    }
    stack.push(copyOf: -1)
    stack.setField("cargo.host", ofTableAt: cs_registry_index())
  }

  /// `host.fail(kind, message, hint)` raises one of the host's errors.
  private func fail(_ stack: LuaStack) -> Int32 {
    let kind = stack.string(at: 1).flatMap(CargoError.Kind.init) ?? .argument
    return host.raise(
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

  /// `host.price(action)` waits for the price of an action in credits; nil when unknown.
  private func price(_ stack: LuaStack) -> Int32 {
    let action = stack.string(at: 1) ?? ""
    let waiter = runner.wait()
    services.price(action) { [runner] result in
      switch result {
      case .failure(let error): runner.wake(waiter, .error(error))
      case .success(let credits):
        runner.wake(
          waiter,
          .push { stack in
            guard let credits else { return 0 }
            stack.push(credits.value)
            return 1
          })
      }
    }
    return Int32(CS_WAIT)
  }

  private func loadModule(_ stack: LuaStack) -> Int32 {
    let name = stack.string(at: 1) ?? ""
    let isPlain =
      !name.isEmpty
      && name.utf8.allSatisfy { byte in
        (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122)
          || byte == 95 || byte == 45 || byte == 46
      }
    guard isPlain, !name.contains(".."), !name.hasPrefix(".") else {
      return host.raise(
        CargoError(
          .argument, "require: '\(name)' is no module name",
          hint: "use letters, digits, _ and -, and dots for folders"))
    }
    let file = String(name.map { $0 == "." ? "/" : $0 }) + ".lua"
    let path = directory + "/" + file
    let source: [UInt8]
    do {
      source = try SourceFile.read(path)
    } catch {
      return host.raise(
        CargoError(
          .argument, "require: there is no module '\(name)': \(error.message)",
          hint: "it must be beside the recipe, as \(file)"))
    }
    let loaded = source.withUnsafeBytes { host.load($0, name: "@" + file, onto: stack) }
    return loaded == CS_DONE ? 1 : Int32(CS_ERROR_VALUE)
  }
}
