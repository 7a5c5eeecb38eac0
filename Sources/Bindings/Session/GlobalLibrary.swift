internal import CLua
internal import CLuaHost
import CargoClient
import Runtime

/// The globals of a recipe. What a recipe does not name is never made: the table of globals asks here
/// for what it lacks, and this asks the libraries.
final class GlobalLibrary {
  private let runner: TaskRunner
  private let functions: LuaFunctions
  private let prelude: Prelude
  private let libraries: [any Library]
  private let rows: RowsModule
  private var host: LuaHost { runner.host }

  init(runner: TaskRunner, services: RecipeServices, directory: String) {
    self.runner = runner
    let host = runner.host
    functions = LuaFunctions(host)
    let tasks = TaskModule(runner: runner)
    prelude = Prelude(runner: runner, services: services, tasks: tasks, functions: functions)
    rows = RowsModule(
      runner: runner, services: services, prelude: prelude, functions: functions)
    libraries = [
      OutputLibrary(host: host, services: services, prelude: prelude, functions: functions),
      TaskLibrary(tasks: tasks, prelude: prelude),
      WaterfallLibrary(runner: runner, services: services, prelude: prelude, functions: functions),
      ModuleLibrary(host: host, directory: directory, prelude: prelude, functions: functions),
      JSONLibrary(host: host),
      FileLibrary(host: host, files: services.files, functions: functions),
      CSVLibrary(
        host: host, files: services.files, prelude: prelude, functions: functions),
      EnvironmentLibrary(environment: services.environment, functions: functions),
      WhereLibrary(prelude: prelude, functions: functions),
      HTTPLibrary(
        runner: runner, client: WebClient(services.permissions, loop: runner.loop),
        prelude: prelude, functions: functions),
      GTMLibrary(functions: functions),
      TimeLibrary(clock: services.clock, functions: functions),
      TextLibrary(random: services.random, functions: functions),
      // Last: its names are many, and made when they are first asked for.
      OperationModule(runner: runner, services: services, prelude: prelude, rows: rows),
    ]
  }

  /// What the run fails with although the recipe comes to its end.
  var deferredFailure: ScriptFailure? { prelude.deferredFailure }

  /// Lets go of what the recipe left open.
  func close() { rows.closeAll() }

  /// Sets up the table of globals.
  func install(_ recipe: Recipe) {
    let stack = host.main
    stack.pushGlobals()
    let globals = stack.top
    functions.push(onto: stack) { _ in 0 }
    stack.setField("recipe", ofTableAt: globals)
    push(recipe.inputs, onto: stack)
    stack.setField("inputs", ofTableAt: globals)
    stack.pushTable(elements: Int32(recipe.arguments.count))
    for (position, argument) in recipe.arguments.enumerated() {
      stack.push(argument)
      stack.setElement(position + 1, ofTableAt: -2)
    }
    stack.setField("arg", ofTableAt: globals)
    stack.pushTable(fields: 3)
    functions.set("__index", ofTableOnTop: stack) { [unowned self] in missingGlobal($0) }
    functions.set("__newindex", ofTableOnTop: stack) { [unowned self] in newGlobal($0) }
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

  private func pushGlobal(_ name: String, onto stack: LuaStack) throws(RaisedError) -> Bool {
    for library in libraries where try library.push(name, onto: stack) { return true }
    return false
  }

  private func undeclared(_ name: String) -> CargoError {
    if let replacement = GlobalLibrary.replacements[name] {
      return CargoError(
        .argument, "'\(name)' is not available in recipes", hint: replacement)
    }
    let known = libraries.flatMap { $0.globals } + declaredNames()
    let suggestion = NearestName.suggest(name, among: known)
    return CargoError(
      .argument, "the global '\(name)' is not declared",
      hint: suggestion.map { "did you mean '\($0)'?" }
        ?? "a text needs quotes; a variable is declared with local, or assigned at the top level")
  }

  private static let replacements = [
    "os": "time.now() is the time, env.get(name) an environment variable",
    "io": "print(text) and emit(row) write; fs.read, fs.lines and fs.write are for files",
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
}
