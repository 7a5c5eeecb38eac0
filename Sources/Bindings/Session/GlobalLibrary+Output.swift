internal import CLuaHost
import CargoClient

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
