internal import CLuaHost

/// `json`, which is C (`CLuaHost/json_module.c`).
final class JSONLibrary: Library {
  private let host: LuaHost

  init(host: LuaHost) { self.host = host }

  let globals = ["json"]

  func push(_ name: String, onto stack: LuaStack) throws(RaisedError) -> Bool {
    guard name == "json" else { return false }
    guard cs_call_protected(host.pointer, stack.state, cs_open_json, 0, 1) == CS_DONE else {
      throw RaisedError()
    }
    return true
  }
}
