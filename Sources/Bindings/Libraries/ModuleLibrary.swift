internal import CLua
internal import CLuaHost
internal import CPrelude
import CargoClient

/// `require`: modules beside the recipe (`design.md` §4.4).
final class ModuleLibrary: Library {
  private let host: LuaHost
  private let directory: String
  private let prelude: Prelude
  private let functions: LuaFunctions

  /// - Parameter directory: where modules are looked for.
  init(host: LuaHost, directory: String, prelude: Prelude, functions: LuaFunctions) {
    self.host = host
    self.directory = directory
    self.prelude = prelude
    self.functions = functions
  }

  let globals = ["require"]

  func push(_ name: String, onto stack: LuaStack) throws(RaisedError) -> Bool {
    guard name == "require" else { return false }
    try prelude.push(cargo_prelude_modules, "cargo.modules", onto: stack) {
      [self] stack throws(RaisedError) in
      functions.set("load_module", ofTableOnTop: stack) { [unowned self] in load($0) }
    }
    return true
  }

  private func load(_ stack: LuaStack) -> Int32 {
    let name = stack.string(at: 1) ?? ""
    let isPlain =
      !name.isEmpty
      && name.utf8.allSatisfy { byte in
        (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122)
          || byte == 95 || byte == 45 || byte == 46
      }
    guard isPlain, !name.contains(".."), !name.hasPrefix(".") else {
      return host.raise(
        CargoError(
          .argument, "require: '\(name)' is no module name",
          hint: "use letters, digits, _ and -, and dots for folders"))
    }
    let file = String(name.map { $0 == "." ? "/" : $0 }) + ".lua"
    let source: [UInt8]
    do {
      source = try SourceFile.readModule(file, in: directory)
    } catch {
      return host.raise(
        CargoError(
          .argument, "require: there is no module '\(name)': \(error.message)",
          hint: "it must be beside the recipe, as \(file)"))
    }
    let loaded = source.withUnsafeBytes { host.load($0, name: "@" + file, onto: stack) }
    return loaded == CS_DONE ? 1 : Int32(CS_ERROR_VALUE)
  }
}
