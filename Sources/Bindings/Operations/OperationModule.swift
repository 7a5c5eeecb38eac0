internal import CLua
internal import CLuaHost
internal import CPrelude
internal import CargoClient

/// The operations as Lua functions: `action.execute{ … }`. A namespace is made when a recipe first
/// names it.
final class OperationModule: Library {
  private let runner: TaskRunner
  private let handler: any CallHandler
  private let progress: any ProgressReporting
  private let resolver: NameResolver
  private let expressions: WhereResolver
  private let rows: RowsModule
  private let prelude: Prelude
  private var bindings: [OperationBinding?]

  /// Operations that take no namespace apart: `whoami`.
  private static let positions: [String: [Int]] = {
    var positions: [String: [Int]] = [:]
    for (position, operation) in OperationTable.recipeOperations.enumerated() {
      let short = operation.name.prefix { $0 != "." }
      positions[String(short), default: []].append(position)
      let long = operation.fullName.prefix { $0 != "." }
      if long != short { positions[String(long), default: []].append(position) }
    }
    return positions
  }()

  /// The names that stand for operations or groups of them at the top level.
  var globals: [String] { Array(OperationModule.positions.keys) }

  init(runner: TaskRunner, services: RecipeServices, prelude: Prelude, rows: RowsModule) {
    self.rows = rows
    self.runner = runner
    self.prelude = prelude
    handler = services.calls
    progress = services.progress
    resolver = NameResolver(handler: handler)
    expressions = WhereResolver(handler: handler, names: resolver)
    bindings = Array(repeating: nil, count: OperationTable.recipeOperations.count)
  }

  /// Pushes the operation or the group of operations of this name.
  func push(_ name: String, onto stack: LuaStack) throws(RaisedError) -> Bool {
    guard let positions = OperationModule.positions[name] else { return false }
    pushNamespace(name, onto: stack)
    let namespace = stack.top
    for position in positions {
      let operation = OperationTable.recipeOperations[position]
      for path in Set([operation.name, operation.fullName])
      where path.prefix(while: { $0 != "." }) == name {
        if path == name {
          // A function, not a namespace: `whoami()`.
          stack.setTop(namespace - 1)
          pushFunction(position, onto: stack)
          return true
        }
        place(position, path.split(separator: ".").dropFirst().map(String.init), namespace, stack)
      }
    }
    if name == "batch" { try addRetry(to: namespace, stack) }
    return true
  }

  /// `batch.retry_failed`, which is no request of its own: it is written in Lua over `execute_batch`.
  private func addRetry(to namespace: Int32, _ stack: LuaStack) throws(RaisedError) {
    try prelude.push(cargo_prelude_batch, "cargo.batch", onto: stack)
    stack.pushField("retry_failed", ofTableAt: -1)
    stack.setField("retry_failed", ofTableAt: namespace)
    stack.setTop(namespace)
  }

  private func place(_ position: Int, _ path: [String], _ namespace: Int32, _ stack: LuaStack) {
    stack.push(copyOf: namespace)
    for part in path.dropLast() { enter(part, stack) }
    if let last = path.last {
      stack.push(last)
      let isGroup = lua_rawget(stack.state, -2) == LUA_TTABLE
      pushFunction(position, onto: stack)
      if isGroup {
        // `storage.query` is an operation, and the group of `storage.query.download`.
        cs_make_callable(stack.state, -2)
      } else {
        stack.setField(last, ofTableAt: -3)
      }
    }
    stack.setTop(namespace)
  }

  /// Replaces the table on top by the group `part` in it, which is made when it is not there.
  private func enter(_ part: String, _ stack: LuaStack) {
    stack.push(part)
    let type = lua_rawget(stack.state, -2)
    if type != LUA_TTABLE {
      let function = stack.top
      pushNamespace(OperationModule.name(of: stack, at: function - 1) + "." + part, onto: stack)
      if type == LUA_TFUNCTION {
        stack.push(copyOf: function)
        cs_make_callable(stack.state, -2)
      }
      stack.push(copyOf: -1)
      stack.setField(part, ofTableAt: function - 1)
    }
  }

  // MARK: - Namespaces

  /// Pushes an empty namespace, which says what it lacks when it is asked for a misspelt operation.
  private func pushNamespace(_ name: String, onto stack: LuaStack) {
    stack.pushTable()
    stack.pushTable(fields: 4)
    stack.push(name)
    stack.setField("__name", ofTableAt: -2)
    runner.host.pushFunction(
      { context, state, _ in
        guard let context, let state else { return 0 }
        return Unmanaged<OperationModule>.fromOpaque(context).takeUnretainedValue()
          .missingOperation(LuaStack(state))
      }, context: self, onto: stack)
    stack.setField("__index", ofTableAt: -2)
    lua_setmetatable(stack.state, -2)
  }

  private static func name(of stack: LuaStack, at index: Int32) -> String {
    guard lua_getmetatable(stack.state, index) != 0 else { return "" }
    defer { stack.pop() }
    return stack.stringField("__name", ofTableAt: -1) ?? ""
  }

  private func missingOperation(_ stack: LuaStack) -> Int32 {
    let wanted = stack.string(at: 2) ?? "?"
    guard stack.type(at: 1) == .table else { return 0 }
    let namespace = OperationModule.name(of: stack, at: 1)
    var names: [String] = []
    stack.pushNil()
    while lua_next(stack.state, 1) != 0 {
      stack.pop()
      if let name = stack.string(at: -1) { names.append(name) }
    }
    let hint =
      NearestName.suggest(wanted, among: names).map { "did you mean '\($0)'?" }
      ?? "there are \(names.sorted().joined(separator: ", "))"
    return runner.host.raise(
      CargoError(.argument, "\(namespace) has no operation '\(wanted)'", hint: hint))
  }

  private func pushFunction(_ position: Int, onto stack: LuaStack) {
    runner.host.pushFunction(
      { context, state, tag in
        guard let context, let state else { return 0 }
        return Unmanaged<OperationModule>.fromOpaque(context).takeUnretainedValue()
          .call(Int(tag), LuaStack(state))
      }, context: self, tag: Int64(position), waits: true, onto: stack)
  }

  private func binding(_ position: Int) -> OperationBinding {
    if let binding = bindings[position] { return binding }
    let binding = OperationBinding(OperationTable.recipeOperations[position])
    bindings[position] = binding
    return binding
  }

  // MARK: - Calling

  private func call(_ position: Int, _ stack: LuaStack) -> Int32 {
    let binding = binding(position)
    let arguments: CallArguments
    do {
      arguments = try ArgumentReader(host: runner.host, stack: stack, binding: binding).read()
    } catch {
      switch error {
      case .error(let error): return runner.host.raise(error)
      case .value: return Int32(CS_ERROR_VALUE)
      }
    }
    let holder = CallHolder()
    let watcher = arguments.options.onPoll.map { PollWatcher(runner, stack, function: $0) }
    let waiter = runner.wait { holder.cancel() }
    resolve(arguments, binding) { [self] result in
      switch result {
      case .success(let resolved): start(binding, resolved, holder, waiter, watcher)
      case .failure(let error): runner.wake(waiter, .error(error))
      }
    }
    return Int32(CS_WAIT)
  }

  /// Turns names into uuids and expressions into filters; mostly there are none, and `completion` is
  /// called at once.
  private func resolve(
    _ arguments: CallArguments, _ binding: OperationBinding,
    completion: @escaping (Result<CallArguments, CargoError>) -> Void
  ) {
    guard
      !arguments.names.isEmpty || !arguments.expressions.isEmpty || arguments.standIn != nil
    else { return completion(.success(arguments)) }
    resolver.resolve(arguments, binding) { [expressions] result in
      switch result {
      case .success(let named): expressions.resolve(named, binding, completion: completion)
      case .failure(let error): completion(.failure(error))
      }
    }
  }

  /// What a cancelled task gives up, once there is something.
  private final class CallHolder {
    var call: OperationCall?
    var isCancelled = false

    func cancel() {
      isCancelled = true
      call?.cancel()
    }
  }

  private func start(
    _ binding: OperationBinding, _ arguments: CallArguments, _ holder: CallHolder,
    _ waiter: (task: TaskScheduler.TaskID, serial: UInt32), _ watcher: PollWatcher?
  ) {
    guard !holder.isCancelled else { return }
    let operation = binding.operation
    let options = arguments.options
    if case .iterator(let name) = operation.result {
      return startIterator(over: name, operation, arguments.body(binding), options, waiter)
    }
    let call = OperationCall(
      operation: operation, arguments: arguments.body(binding), waits: options.waits)
    call.timeout = options.timeout
    call.pollingInterval = options.pollingInterval
    call.maxCredits = options.maxCredits
    call.actionName = arguments.actionName
    call.raisesOnFailure = options.raises
    if let watcher {
      call.onPoll = { body in watcher.spawn(with: body, operation.result) }
    }
    let bar = operation.awaitsBatch && options.waits ? BatchBar(progress, call) : nil
    holder.call = call
    let shape = options.waits ? operation.result : operation.pendingResult
    handler.handle(call) { [runner, resolver] result in
      bar?.end()
      switch result {
      case .success(let answer):
        resolver.note(operation)
        runner.wake(waiter, .answer(answer, shape, keepsNulls: options.keepsNulls))
      case .failure(let error):
        var error = error
        if error.operation == nil { error.operation = operation.name }
        runner.wake(waiter, .error(error))
      }
    }
  }
}

extension OperationModule {
  /// Gives the iterator over the rows of `request` to the task that called.
  private func startIterator(
    over name: String, _ operation: Operation, _ body: [UInt8], _ options: CallArguments.Options,
    _ waiter: RowsModule.Waiter
  ) {
    guard let paged = OperationTable.named(name) else { return }
    let request = OperationRequest(operation: paged, arguments: body)
    // Opened when the task goes on: one that is cancelled before leaves nothing open.
    runner.wake(
      waiter,
      .push { [rows] stack in
        rows.open(request, for: operation, keepsNulls: options.keepsNulls, onto: stack)
      })
  }
}

extension Operation {
  /// What the answer becomes when the end is not waited for: the pending run or batch itself.
  var pendingResult: ResultShape {
    switch result {
    case .execution: .run
    case .batchExecution: .unwrap("batch")
    default: result
    }
  }
}
