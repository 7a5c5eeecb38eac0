internal import CLuaHost
internal import CPrelude
import CargoClient

/// `where`: filters as expressions (`design.md` §4.1), which are built in Lua and understood at the call
/// (`WhereResolver`).
final class WhereLibrary: Library {
  private let prelude: Prelude
  private let functions: LuaFunctions

  init(prelude: Prelude, functions: LuaFunctions) {
    self.prelude = prelude
    self.functions = functions
  }

  let globals = ["where"]

  func push(_ name: String, onto stack: LuaStack) throws(RaisedError) -> Bool {
    guard name == "where" else { return false }
    try prelude.push(cargo_prelude_where, "cargo.where", onto: stack) {
      [self] stack throws(RaisedError) in
      // `host.nearest(name, "one two three")` → the word that was most likely meant, or nil.
      functions.set("nearest", ofTableOnTop: stack) { stack in
        let words = (stack.string(at: 2) ?? "").split(separator: " ").map(String.init)
        guard let word = NearestName.suggest(stack.string(at: 1) ?? "", among: words) else {
          return 0
        }
        stack.push(word)
        return 1
      }
      functions.set("type_name", ofTableOnTop: stack) { stack in
        stack.push(stack.type(at: 1).name)
        return 1
      }
    }
    return true
  }
}
