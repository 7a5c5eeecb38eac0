import CargoClient
import Runtime

/// `env.get`: the environment variables that were granted (`design.md` §4.4).
final class EnvironmentLibrary: Library {
  private let environment: RecipeEnvironment
  private let functions: LuaFunctions

  init(environment: RecipeEnvironment, functions: LuaFunctions) {
    self.environment = environment
    self.functions = functions
  }

  let globals = ["env"]

  func push(_ name: String, onto stack: LuaStack) throws(RaisedError) -> Bool {
    guard name == "env" else { return false }
    stack.pushTable(fields: 1)
    functions.define("env.get", ofTableOnTop: stack) {
      [environment] arguments throws(CargoError) in
      let name = try arguments.string(1, "name")
      guard !name.isEmpty, !name.utf8.contains(where: { $0 == 0 || $0 == UInt8(ascii: "=") })
      else { throw arguments.refusal("'\(name)' is no name of a variable") }
      guard let value = try environment.value(of: name) else {
        return arguments.none()
      }
      arguments.stack.push(value)
      return 1
    }
    return true
  }
}
