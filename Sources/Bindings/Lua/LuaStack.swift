internal import CLua
internal import CLuaHost

/// Raw access to the stack of one Lua state or coroutine, for code that runs with a Swift frame below
/// it: nothing here runs script code or raises (`design.md` §3; the memory cap is lifted meanwhile).
struct LuaStack {
  /// The state or coroutine.
  let state: OpaquePointer

  init(_ state: OpaquePointer) { self.state = state }

  /// How many values the function was given or has pushed.
  var top: Int32 { lua_gettop(state) }

  /// Makes room; false when Lua's own limit is reached.
  func reserve(_ slots: Int32) -> Bool { lua_checkstack(state, slots) != 0 }

  func absolute(_ index: Int32) -> Int32 { lua_absindex(state, index) }
  func pop(_ count: Int32 = 1) { lua_settop(state, -count - 1) }
  func setTop(_ index: Int32) { lua_settop(state, index) }
  func type(at index: Int32) -> LuaType { LuaType(rawValue: lua_type(state, index)) ?? .none }
  func isNoneOrNil(_ index: Int32) -> Bool { lua_type(state, index) <= 0 }

  // MARK: - Reading

  /// The bytes of a string; nil for anything else (numbers are not converted).
  func withBytes<Result>(at index: Int32, _ body: (UnsafeRawBufferPointer) -> Result) -> Result? {
    guard type(at: index) == .string else { return nil }
    var length = 0
    guard let bytes = lua_tolstring(state, index, &length) else { return nil }
    return body(UnsafeRawBufferPointer(start: bytes, count: length))
  }

  func string(at index: Int32) -> String? {
    withBytes(at: index) { String(decoding: $0, as: UTF8.self) }
  }

  func bytes(at index: Int32) -> [UInt8]? { withBytes(at: index) { [UInt8]($0) } }

  func boolean(at index: Int32) -> Bool? {
    type(at: index) == .boolean ? lua_toboolean(state, index) != 0 : nil
  }

  func number(at index: Int32) -> Double? {
    type(at: index) == .number ? lua_tonumberx(state, index, nil) : nil
  }

  /// A whole number, also one that is stored as a float.
  func integer(at index: Int32) -> Int64? {
    guard type(at: index) == .number else { return nil }
    var isInteger: Int32 = 0
    let value = lua_tointegerx(state, index, &isInteger)
    return isInteger != 0 ? Int64(value) : nil
  }

  /// Pushes the raw field of the table at `index`; returns its type.
  @discardableResult
  func pushField(_ key: StaticString, ofTableAt index: Int32) -> LuaType {
    let table = absolute(index)
    _ = lua_pushlstring(
      state, UnsafeRawPointer(key.utf8Start).assumingMemoryBound(to: CChar.self),
      key.utf8CodeUnitCount)
    return LuaType(rawValue: lua_rawget(state, table)) ?? .none
  }

  /// The raw string field of the table at `index`.
  func stringField(_ key: StaticString, ofTableAt index: Int32) -> String? {
    pushField(key, ofTableAt: index)
    defer { pop() }
    return string(at: -1)
  }

  // MARK: - Pushing

  func pushNil() { lua_pushnil(state) }
  func push(_ value: Bool) { lua_pushboolean(state, value ? 1 : 0) }
  func push(_ value: Double) { lua_pushnumber(state, value) }
  func push(_ value: Int64) { lua_pushinteger(state, value) }
  func push(copyOf index: Int32) { lua_pushvalue(state, index) }

  func push(_ bytes: UnsafeRawBufferPointer) {
    _ = lua_pushlstring(state, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
  }

  func push(_ bytes: [UInt8]) { bytes.withUnsafeBytes { push($0) } }

  func push(_ text: String) {
    var text = text
    text.withUTF8 { push(UnsafeRawBufferPointer($0)) }
  }

  func pushTable(fields: Int32 = 0, elements: Int32 = 0) {
    lua_createtable(state, elements, fields)
  }

  /// Sets a raw field of the table at `index` to the value on top, and pops it.
  func setField(_ key: String, ofTableAt index: Int32) {
    let table = absolute(index)
    push(key)
    lua_rotate(state, -2, 1)
    lua_rawset(state, table)
  }

  /// Sets a raw element of the table at `index` to the value on top, and pops it.
  func setElement(_ position: Int, ofTableAt index: Int32) {
    lua_rawseti(state, index, Int64(position))
  }

  /// Pushes the table of globals.
  func pushGlobals() { _ = lua_rawgeti(state, cs_registry_index(), Int64(LUA_RIDX_GLOBALS)) }
}

/// The types of Lua values, by Lua's own numbers.
enum LuaType: Int32 {
  case none = -1
  case `nil` = 0
  case boolean, lightUserdata, number, string, table, function, userdata, thread

  /// As an author reads it.
  var name: String {
    switch self {
    case .none: "nothing"
    case .nil: "nil"
    case .boolean: "a boolean"
    case .number: "a number"
    case .string: "a string"
    case .table: "a table"
    case .function: "a function"
    case .lightUserdata: "json.null"
    case .userdata: "a host object"
    case .thread: "a coroutine"
    }
  }
}
