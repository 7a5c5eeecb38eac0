internal import CLuaHost
internal import CPrelude
import CargoClient

/// What a recipe puts out: `emit`, `log`, `progress` (`design.md` §4.4).
final class OutputLibrary: Library {
  private let host: LuaHost
  private let services: RecipeServices
  private let prelude: Prelude
  private let functions: LuaFunctions

  init(host: LuaHost, services: RecipeServices, prelude: Prelude, functions: LuaFunctions) {
    self.host = host
    self.services = services
    self.prelude = prelude
    self.functions = functions
  }

  let globals = ["emit", "log", "progress"]

  func push(_ name: String, onto stack: LuaStack) throws(RaisedError) -> Bool {
    switch name {
    case "emit": functions.push(onto: stack) { [unowned self] in emit($0) }
    case "log": pushLog(onto: stack)
    case "progress": try prelude.push(cargo_prelude_progress, "cargo.progress", onto: stack)
    default: return false
    }
    return true
  }

  private func emit(_ stack: LuaStack) -> Int32 {
    guard stack.type(at: 1) == .table else {
      return host.raise(
        CargoError(.argument, "emit: the row must be a table, got \(stack.type(at: 1).name)"))
    }
    var bytes: [UInt8] = []
    guard host.encode(stack, 1, shape: nil, into: &bytes) else { return Int32(CS_ERROR_VALUE) }
    if let error = services.emit(bytes) { return host.raise(error) }
    return 0
  }

  private func pushLog(onto stack: LuaStack) {
    stack.pushTable(fields: 4)
    for level in ["debug", "info", "warn", "error"] {
      functions.set(level, ofTableOnTop: stack) { [unowned self] in log($0, level: level) }
    }
  }

  private func log(_ stack: LuaStack, level: String) -> Int32 {
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
    services.log(level, text)
    return 0
  }
}
