internal import CLua
internal import CLuaHost
import CargoClient
import Runtime

// What a recipe puts out: rows and log lines.
extension GlobalLibrary {
  func emit(_ stack: LuaStack) -> Int32 {
    guard stack.type(at: 1) == .table else {
      return host.raise(
        CargoError(.argument, "emit: the row must be a table, got \(stack.type(at: 1).name)"))
    }
    var bytes: [UInt8] = []
    guard host.encode(stack, 1, shape: nil, into: &bytes) else { return Int32(CS_ERROR_VALUE) }
    if let error = services.emit(bytes) { return host.raise(error) }
    return 0
  }

  /// `host.aligned(rows)` makes columns of texts: the first row is the header, the first column is
  /// left-aligned, the rest are numbers.
  func aligned(_ stack: LuaStack) -> Int32 {
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

  func pushLog(onto stack: LuaStack) {
    stack.pushTable(fields: 4)
    for (tag, level) in GlobalLibrary.levels.enumerated() {
      host.pushFunction(
        { context, state, tag in
          guard let context, let state else { return 0 }
          return Unmanaged<GlobalLibrary>.fromOpaque(context).takeUnretainedValue()
            .log(LuaStack(state), level: Int(tag))
        }, context: self, tag: Int64(tag), onto: stack)
      stack.setField(level, ofTableAt: -2)
    }
  }

  private static let levels = ["debug", "info", "warn", "error"]

  private func log(_ stack: LuaStack, level: Int) -> Int32 {
    let text: String
    switch stack.type(at: 1) {
    case .string: text = stack.string(at: 1) ?? ""
    case .number:
      text = stack.integer(at: 1).map(String.init) ?? String(stack.number(at: 1) ?? 0)
    case .boolean: text = stack.boolean(at: 1) == true ? "true" : "false"
    default:
      var bytes: [UInt8] = []
      guard host.encode(stack, 1, shape: nil, into: &bytes) else { return Int32(CS_ERROR_VALUE) }
      text = String(decoding: bytes, as: UTF8.self)
    }
    services.log(GlobalLibrary.levels[level], text)
    return 0
  }
}
