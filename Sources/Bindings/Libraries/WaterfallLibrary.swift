internal import CLua
internal import CLuaHost
internal import CPrelude
import Runtime

/// `waterfall` (`design.md` §4.5), which is written in Lua.
final class WaterfallLibrary: Library {
  private let runner: TaskRunner
  private let services: RecipeServices
  private let prelude: Prelude
  private let functions: LuaFunctions

  init(runner: TaskRunner, services: RecipeServices, prelude: Prelude, functions: LuaFunctions) {
    self.runner = runner
    self.services = services
    self.prelude = prelude
    self.functions = functions
  }

  let globals = ["waterfall"]

  func push(_ name: String, onto stack: LuaStack) throws(RaisedError) -> Bool {
    guard name == "waterfall" else { return false }
    try prelude.push(cargo_prelude_waterfall, "cargo.waterfall", onto: stack) {
      [self] stack throws(RaisedError) in
      functions.set("price", waits: true, ofTableOnTop: stack) { [unowned self] in price($0) }
      functions.set("aligned", ofTableOnTop: stack) { [unowned self] in aligned($0) }
      if let perRow = services.creditsPerRow {
        stack.push(perRow.value)
        stack.setField("credits_per_row", ofTableAt: -2)
      }
      try prelude.push(cargo_prelude_report, "cargo.report", onto: stack)
      stack.setField("report", ofTableAt: -2)
    }
    return true
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

  /// `host.aligned(rows)` makes columns of texts: the first row is the header, the first column is
  /// left-aligned, the rest are numbers.
  private func aligned(_ stack: LuaStack) -> Int32 {
    var rows: [[String]] = []
    for row in 1...max(1, Int64(lua_rawlen(stack.state, 1))) {
      guard lua_rawgeti(stack.state, 1, row) == LUA_TTABLE else { break }
      let cells = stack.top
      var texts: [String] = []
      for cell in 1...max(1, Int64(lua_rawlen(stack.state, cells))) {
        _ = lua_rawgeti(stack.state, cells, cell)
        texts.append(stack.string(at: -1) ?? "")
        stack.pop()
      }
      rows.append(texts)
      stack.setTop(cells - 1)
    }
    let header = rows.first ?? []
    let numbers = Array(repeating: TextTable.Alignment.right, count: max(0, header.count - 1))
    var table = TextTable(header, alignments: [.left] + numbers, hasRule: false)
    for row in rows.dropFirst() { table.append(row) }
    stack.push(table.lines.joined(separator: "\n"))
    return 1
  }
}
