import CLua
import CLuaHost
import Glibc
import Testing

/// A bare Lua state with the module `json` and the protected forms of the C functions, for tests of
/// what is written in C.
final class JSONLua {
  private let state: OpaquePointer
  private let counter: Counter

  /// Counts the bytes that Lua holds.
  final class Counter {
    var live = 0
  }

  init() throws {
    counter = Counter()
    let allocator: lua_Alloc = { context, block, oldSize, newSize in
      guard let context else { return nil }
      let counter = Unmanaged<Counter>.fromOpaque(context).takeUnretainedValue()
      // For a new block, Lua passes the kind of the object as the old size.
      counter.live += newSize - (block == nil ? 0 : oldSize)
      if newSize == 0 {
        free(block)
        return nil
      }
      return realloc(block, newSize)
    }
    state = try #require(lua_newstate(allocator, Unmanaged.passUnretained(counter).toOpaque()))
    // No host stands behind this state.
    UnsafeMutableRawPointer(state).advanced(by: -MemoryLayout<UnsafeRawPointer>.size)
      .storeBytes(of: 0, as: UInt.self)
    luaL_openlibs(state)
    lua_pushcclosure(state, cs_open_json, 0)
    lua_callk(state, 0, 1, 0, nil)
    lua_setglobal(state, "json")
    lua_pushcclosure(state, cs_push_answer_function, 0)
    lua_setglobal(state, "answer")
    _ = try run(JSONLua.helpers)
  }

  deinit { lua_close(state) }

  /// The bytes that Lua holds after a full collection.
  func liveBytes() throws -> Int {
    _ = try run("collectgarbage() collectgarbage() return 0")
    return counter.live
  }

  /// Runs a chunk and gives its first result as text; a raised error, as `tostring` shows it.
  func run(_ chunk: String, _ arguments: [UInt8]...) throws -> String {
    defer { lua_settop(state, 0) }
    let loaded = chunk.withCString { luaL_loadbufferx(state, $0, strlen($0), "=test", "t") }
    if loaded == LUA_OK {
      for argument in arguments {
        argument.withUnsafeBytes { bytes in
          _ = lua_pushlstring(
            state, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
        }
      }
    }
    guard loaded == LUA_OK,
      lua_pcallk(state, Int32(arguments.count), 1, 0, 0, nil) == LUA_OK
    else { throw Failure(message: text(at: -1)) }
    return text(at: -1)
  }

  /// Encodes the value of an expression with a shape.
  func encode(_ expression: String, shape: OpaquePointer?) throws -> String {
    defer { lua_settop(state, 0) }
    var buffer = cs_buffer()
    defer { cs_buffer_free(&buffer) }
    guard luaL_loadstring(state, "return " + expression) == LUA_OK,
      lua_pcallk(state, 0, 1, 0, 0, nil) == LUA_OK
    else { throw Failure(message: text(at: -1)) }
    lua_pushcclosure(state, cs_json_encode_function, 0)
    lua_rotate(state, -2, 1)
    lua_pushlightuserdata(state, shape.map { UnsafeMutableRawPointer($0) })
    return try withUnsafeMutablePointer(to: &buffer) { pointer in
      lua_pushlightuserdata(state, pointer)
      guard lua_pcallk(state, 3, 0, 0, 0, nil) == LUA_OK else {
        throw Failure(message: text(at: -1))
      }
      let bytes = UnsafeRawBufferPointer(
        start: pointer.pointee.bytes, count: pointer.pointee.length)
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  struct Failure: Error { let message: String }

  private func text(at index: Int32) -> String {
    var length = 0
    guard let start = luaL_tolstring(state, index, &length) else { return "" }
    return String(decoding: UnsafeRawBufferPointer(start: start, count: length), as: UTF8.self)
  }

  /// Lua functions that the tests' chunks use.
  private static let helpers = """
    function same(a, b)
      if type(a) ~= type(b) then return false end
      if type(a) ~= "table" then return a == b and math.type(a) == math.type(b) end
      for k, v in pairs(a) do if not same(v, b[k]) then return false end end
      for k in pairs(b) do if a[k] == nil then return false end end
      return true
    end
    """
}
