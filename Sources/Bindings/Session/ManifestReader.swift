internal import CLua
internal import CLuaHost
import CargoClient
public import Runtime

/// Reads a recipe's manifest, the argument of `recipe{ … }`, in a Lua state of its own that knows
/// nothing but the language and has small limits (`design.md` §4.6).
public enum ManifestReader {
  /// Why a manifest cannot be read.
  public enum Failure: Error {
    /// The recipe does not compile.
    case notCompiled(ScriptFailure)
    /// Evaluating the manifest failed.
    case failed(ScriptFailure)
  }

  /// The manifest of a recipe; nil when `recipe` is not its very first statement.
  public static func read(_ recipe: Recipe) throws(Failure) -> ManifestNode? {
    guard beginsWithManifest(recipe.text) else { return nil }
    var limits = LuaLimits()
    limits.time = 1
    limits.memory = 32 << 20
    limits.instructions = 1_000_000
    guard let host = cs_host_new_bare(LuaHost.cLimits(limits)), let state = cs_host_state(host)
    else { throw .failed(ScriptFailure(message: "there is not enough memory to start Lua")) }
    defer { cs_host_free(host) }
    let stack = LuaStack(state)
    let loaded = recipe.text.withUnsafeBytes { text in
      cs_load(
        host, state, text.baseAddress?.assumingMemoryBound(to: CChar.self), text.count,
        recipe.chunkName)
    }
    guard loaded == CS_DONE else {
      throw .notCompiled(ScriptFailure(stack, at: -1, traceback: ""))
    }
    let holder = Holder()
    stack.pushGlobals()
    cs_push_function(
      state,
      { context, state, _ in
        guard let context, let state else { return 0 }
        let stack = LuaStack(state)
        Unmanaged<Holder>.fromOpaque(context).takeUnretainedValue().node =
          ManifestNode(copying: stack, at: 1)
        // Nothing after the manifest runs here.
        stack.pushNil()
        return Int32(CS_ERROR_VALUE)
      }, Unmanaged.passUnretained(holder).toOpaque(), 0, false)
    stack.setField("recipe", ofTableAt: -2)
    stack.pop()
    cs_limits_start(host)
    defer { cs_limits_stop(host) }
    let outcome = cs_call(host, state, 0, 0)
    if let node = holder.node { return node }
    if outcome == CS_KILLED {
      throw .failed(ScriptFailure(message: "the manifest takes too long or too much memory"))
    }
    if outcome == CS_DONE { return nil }
    throw .failed(ScriptFailure(stack, at: -1, traceback: ""))
  }

  private final class Holder { var node: ManifestNode? }

  /// Whether the first token of the text is `recipe`: only then is anything evaluated.
  static func beginsWithManifest(_ text: [UInt8]) -> Bool {
    var rest = text[...]
    while true {
      rest = rest.drop { $0 == 32 || ($0 >= 9 && $0 <= 13) || $0 == UInt8(ascii: ";") }
      guard rest.starts(with: "--".utf8) else { break }
      rest = rest.dropFirst(2)
      if let level = longBracketLevel(rest) {
        let closing =
          [UInt8(ascii: "]")] + Array(repeating: UInt8(ascii: "="), count: level)
          + [UInt8(ascii: "]")]
        while !rest.isEmpty && !rest.starts(with: closing) { rest = rest.dropFirst() }
        rest = rest.dropFirst(closing.count)
      } else {
        rest = rest.drop { $0 != 10 }
      }
    }
    guard rest.starts(with: "recipe".utf8) else { return false }
    let after = rest.dropFirst(6).drop { $0 == 32 || ($0 >= 9 && $0 <= 13) }.first
    return after == UInt8(ascii: "{") || after == UInt8(ascii: "(")
  }

  private static func longBracketLevel(_ text: ArraySlice<UInt8>) -> Int? {
    guard text.first == UInt8(ascii: "[") else { return nil }
    let equals = text.dropFirst().prefix { $0 == UInt8(ascii: "=") }.count
    return text.dropFirst(1 + equals).first == UInt8(ascii: "[") ? equals : nil
  }
}

extension ManifestNode {
  /// Copies a Lua value out of its state.
  init(copying stack: LuaStack, at index: Int32) {
    var room = 10_000
    self.init(stack, at: index, depth: 0, room: &room)
  }

  /// - Parameter room: how many values may still be copied. Tables that share tables could otherwise
  ///   unfold without end.
  private init(_ stack: LuaStack, at index: Int32, depth: Int, room: inout Int) {
    room -= 1
    guard room >= 0 else {
      self = .unsupported("a table with too many values")
      return
    }
    let index = stack.absolute(index)
    switch stack.type(at: index) {
    case .none, .nil: self = .none
    case .boolean: self = .boolean(stack.boolean(at: index) ?? false)
    case .number:
      if lua_isinteger(stack.state, index) != 0 {
        self = .integer(stack.integer(at: index) ?? 0)
      } else {
        self = .number(stack.number(at: index) ?? 0)
      }
    case .string: self = .string(stack.string(at: index) ?? "")
    case .table:
      guard depth < 16, stack.reserve(4) else {
        self = .unsupported("a table that is nested too deep")
        return
      }
      self = ManifestNode(table: stack, at: index, depth: depth, room: &room)
    case .function: self = .unsupported("a function")
    case let other: self = .unsupported(other.name)
    }
  }

  private init(table stack: LuaStack, at index: Int32, depth: Int, room: inout Int) {
    var fields: [String: ManifestNode] = [:]
    var items: [Int64: ManifestNode] = [:]
    stack.pushNil()
    while lua_next(stack.state, index) != 0 {
      let value = ManifestNode(stack, at: -1, depth: depth + 1, room: &room)
      stack.pop()
      if let key = stack.string(at: -1) {
        fields[key] = value
      } else if lua_isinteger(stack.state, -1) != 0, let key = stack.integer(at: -1) {
        items[key] = value
      } else {
        stack.pop()
        self = .unsupported("a table with a key that is neither a name nor a number")
        return
      }
    }
    if items.isEmpty {
      self = fields.isEmpty ? .list([]) : .table(fields)
    } else if fields.isEmpty {
      let ordered = (1...Int64(items.count)).compactMap { items[$0] }
      self =
        ordered.count == items.count ? .list(ordered) : .unsupported("a list with gaps")
    } else {
      self = .unsupported("a table with both keys and a list")
    }
  }
}
