internal import CLua
internal import CLuaHost
import CargoClient

/// Iterators for `for … in`, whose state is a Swift value: it goes when the loop ends, however it ends.
///
/// It lives as long as the Lua state. An iterator that a recipe neither finishes nor closes stays open
/// until the run ends, so their number is bounded.
final class LuaIterators {
  /// Pushes the next values and returns their count; 0 ends the loop.
  typealias Next = (LuaStack) -> Int32

  private struct Iterator {
    let next: Next
    let size: Int
  }

  private let host: LuaHost
  private var open: [Int64: Iterator] = [:]
  private var last: Int64 = 0

  /// How many may be open at once.
  static let maximum = 256

  init(_ host: LuaHost) { self.host = host }

  /// Pushes the four values that `for` takes: the function, two times nothing, and what closes it.
  ///
  /// - Parameters:
  ///   - size: bytes that are counted as the recipe's memory while the iterator is open.
  ///   - next: what the function does; it is let go at the end.
  /// - Throws: `argument` when too many are open.
  func push(
    size: Int, onto stack: LuaStack, _ next: @escaping Next
  ) throws(CargoError) -> Int32 {
    guard open.count < LuaIterators.maximum else {
      throw CargoError(
        .file, "\(LuaIterators.maximum) files are open at once",
        hint: "read each in a for loop, which closes it")
    }
    last += 1
    open[last] = Iterator(next: next, size: size)
    cs_host_charge(host.pointer, size)
    pushFunction(last, onto: stack)
    stack.pushNil()
    stack.pushNil()
    stack.pushTable()
    stack.pushTable(fields: 1)
    pushFunction(-last, onto: stack)
    stack.setField("__close", ofTableAt: -2)
    lua_setmetatable(stack.state, -2)
    return 4
  }

  /// Closes an iterator whose end has come.
  private func close(_ id: Int64) {
    if let iterator = open.removeValue(forKey: id) {
      cs_host_charge(host.pointer, -iterator.size)
    }
  }

  private func pushFunction(_ id: Int64, onto stack: LuaStack) {
    host.pushFunction(
      { context, state, id in
        guard let context, let state else { return 0 }
        let iterators = Unmanaged<LuaIterators>.fromOpaque(context).takeUnretainedValue()
        if id < 0 {
          iterators.close(-id)
          return 0
        }
        return iterators.next(id, LuaStack(state))
      }, context: self, tag: id, onto: stack)
  }

  private func next(_ id: Int64, _ stack: LuaStack) -> Int32 {
    guard stack.reserve(16) else { return host.raise(CargoError(.argument, "the stack is full")) }
    let count = open[id].map { $0.next(stack) } ?? 0
    if count == 0 || count == Int32(CS_ERROR) { close(id) }
    if count != 0 { return count }
    stack.pushNil()
    return 1
  }
}
