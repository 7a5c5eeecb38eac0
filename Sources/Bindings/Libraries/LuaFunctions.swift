internal import CLuaHost
import CargoClient

/// Swift closures as Lua functions.
///
/// It lives as long as the Lua state. Closures hold their library `unowned`, since the library holds
/// this.
final class LuaFunctions {
  /// What a function is: it finds its arguments from index 1, pushes its results and returns their
  /// number, or what `LuaHost.raise` or a wait returned.
  typealias Body = (LuaStack) -> Int32

  let host: LuaHost
  private var bodies: [Body] = []

  init(_ host: LuaHost) { self.host = host }

  /// Pushes a function; `waits` when it may return `CS_WAIT`.
  func push(waits: Bool = false, onto stack: LuaStack, _ body: @escaping Body) {
    bodies.append(body)
    host.pushFunction(
      { context, state, tag in
        guard let context, let state else { return 0 }
        return Unmanaged<LuaFunctions>.fromOpaque(context).takeUnretainedValue()
          .call(Int(tag), LuaStack(state))
      }, context: self, tag: Int64(bodies.count - 1), waits: waits, onto: stack)
  }

  /// Sets the field `name` of the table on top to a function.
  func set(
    _ name: String, waits: Bool = false, ofTableOnTop stack: LuaStack, _ body: @escaping Body
  ) {
    push(waits: waits, onto: stack, body)
    stack.setField(name, ofTableAt: -2)
  }

  private func call(_ position: Int, _ stack: LuaStack) -> Int32 {
    guard stack.reserve(16) else { return host.raise(CargoError(.argument, "the stack is full")) }
    return bodies[position](stack)
  }
}
