internal import CLua
internal import CLuaHost
internal import CPrelude
import CargoClient
import Runtime

/// The cursors behind `segment.each` and `storage.each` (`design.md` §4.1, "Paging").
///
/// While a recipe works on one piece of rows the next one is read. A cursor closes when its loop ends in
/// any way; what is left open closes with the run.
final class RowsModule {
  typealias Waiter = (task: TaskScheduler.TaskID, serial: UInt32)

  private let runner: TaskRunner
  private let services: RecipeServices
  private let prelude: Prelude
  private let functions: LuaFunctions
  private var cursors: [Int64: Cursor] = [:]
  private var nextID: Int64 = 1
  private var host: LuaHost { runner.host }

  /// Only iterators that are kept outside a loop stay open; each has a thread or a file.
  private static let mostCursors = 64

  init(
    runner: TaskRunner, services: RecipeServices, prelude: Prelude, functions: LuaFunctions
  ) {
    self.runner = runner
    self.services = services
    self.prelude = prelude
    self.functions = functions
  }

  /// One source of rows.
  private final class Cursor {
    let source: any RowSource
    let operation: String
    let keepsNulls: Bool
    var piece: RowPiece?
    var failure: CargoError?
    var isAsking = false
    var waiting: [Waiter] = []

    init(_ source: any RowSource, _ operation: String, keepsNulls: Bool) {
      self.source = source
      self.operation = operation
      self.keepsNulls = keepsNulls
    }
  }

  /// Closes everything: the run is over.
  func closeAll() {
    for cursor in cursors.values { cursor.source.close() }
    cursors = [:]
  }

  /// Opens the rows that `request` gives and pushes an iterator over them: what `for` takes, which is a
  /// function, two nils, and what closes the cursor.
  func open(
    _ request: OperationRequest, for operation: Operation, keepsNulls: Bool, onto stack: LuaStack
  ) -> Int32 {
    do throws(CargoError) {
      if request.operation.name == "storage.query",
        let sql = try JSONDocument(request.arguments)["query"]?.string,
        !PagedStatement.isOrdered(sql)
      {
        throw PagedStatement.withoutOrder
      }
      guard cursors.count < RowsModule.mostCursors else {
        throw CargoError(
          .argument, "\(RowsModule.mostCursors) iterators are open at once",
          hint: "use them in for loops, which close them")
      }
      let id = nextID
      nextID += 1
      cursors[id] = Cursor(try source(request), operation.name, keepsNulls: keepsNulls)
      ask(id)
      let count = pushIterator(over: id, onto: stack)
      if count < 0 { closeCursor(id) }
      return count
    } catch {
      return host.raise(RowsModule.named(error, operation.name))
    }
  }

  private func source(_ request: OperationRequest) throws(CargoError) -> any RowSource {
    if let open = services.rows { return try open(request) }
    return try PagedRows(request, calls: services.calls, loop: runner.loop)
  }

  private static func named(_ error: CargoError, _ operation: String) -> CargoError {
    var error = error
    if error.operation == nil { error.message = "\(operation): \(error.message)" }
    error.operation = operation
    return error
  }

  private func pushIterator(over id: Int64, onto stack: LuaStack) -> Int32 {
    do throws(RaisedError) {
      try prelude.push(cargo_prelude_each, "cargo.each", onto: stack) {
        [self] stack throws(RaisedError) in
        functions.set("take_rows", ofTableOnTop: stack) { [unowned self] in take($0) }
        functions.set("wait_for_rows", waits: true, ofTableOnTop: stack) { [unowned self] in
          wait($0)
        }
        functions.set("close_rows", ofTableOnTop: stack) { [unowned self] in close($0) }
      }
    } catch {
      return Int32(CS_ERROR_VALUE)
    }
    stack.push(id)
    guard cs_call(host.pointer, stack.state, 1, 4) == CS_DONE else { return Int32(CS_ERROR_VALUE) }
    return 4
  }

  // MARK: - What the iterator calls

  /// Answers a list of rows, nil after the last, false when there are none yet.
  private func take(_ stack: LuaStack) -> Int32 {
    guard let id = stack.integer(at: 1), let cursor = cursors[id] else { return 0 }
    if let failure = cursor.failure {
      closeCursor(id)
      return host.raise(failure)
    }
    guard let piece = cursor.piece else {
      stack.push(false)
      return 1
    }
    guard piece.count > 0 else {
      closeCursor(id)
      return 0
    }
    drop(cursor)
    ask(id)
    var flags = UInt32(CS_JSON_FROM_SERVER)
    if cursor.keepsNulls { flags |= UInt32(CS_JSON_KEEP_NULLS) }
    let outcome = piece.bytes.withUnsafeBytes { bytes in
      lua_pushlightuserdata(stack.state, UnsafeMutableRawPointer(mutating: bytes.baseAddress))
      stack.push(Int64(bytes.count))
      stack.push(Int64(flags))
      stack.push(piece.form == .block)
      return cs_call_protected(host.pointer, stack.state, cs_push_rows_function, 4, 1)
    }
    return outcome == CS_DONE ? 1 : Int32(CS_ERROR_VALUE)
  }

  private func wait(_ stack: LuaStack) -> Int32 {
    guard let id = stack.integer(at: 1), let cursor = cursors[id], cursor.isAsking else { return 0 }
    cursor.waiting.append(runner.wait())
    return Int32(CS_WAIT)
  }

  private func close(_ stack: LuaStack) -> Int32 {
    if let id = stack.integer(at: 1) { closeCursor(id) }
    return 0
  }

  // MARK: - The source

  private func ask(_ id: Int64) {
    guard let cursor = cursors[id] else { return }
    cursor.isAsking = true
    cursor.source.next { [self] result in
      cursor.isAsking = false
      if cursors[id] != nil {
        switch result {
        case .success(let piece):
          cursor.piece = piece
          cs_host_charge(host.pointer, piece.bytes.count)
        case .failure(let error):
          cursor.failure = RowsModule.named(error, cursor.operation)
        }
      }
      let waiting = cursor.waiting
      cursor.waiting = []
      for waiter in waiting { runner.wake(waiter, .nothing) }
    }
  }

  private func drop(_ cursor: Cursor) {
    cs_host_charge(host.pointer, -(cursor.piece?.bytes.count ?? 0))
    cursor.piece = nil
  }

  private func closeCursor(_ id: Int64) {
    guard let cursor = cursors.removeValue(forKey: id) else { return }
    drop(cursor)
    cursor.source.close()
  }
}
