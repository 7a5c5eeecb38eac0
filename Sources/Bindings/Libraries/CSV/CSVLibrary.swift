internal import CLua
internal import CLuaHost
internal import CPrelude
import CargoClient
import Runtime

/// `csv` (`design.md` §4.4): its options are checked in Lua, rows are made in C, and files are opened
/// here, by the run's permissions.
final class CSVLibrary: Library {
  private let host: LuaHost
  private let files: RecipeFiles
  private let prelude: Prelude
  private let functions: LuaFunctions
  /// Files that are being written.
  private var drafts: [Int64: WritableFile] = [:]
  private var lastDraft: Int64 = 0

  init(host: LuaHost, files: RecipeFiles, prelude: Prelude, functions: LuaFunctions) {
    self.host = host
    self.files = files
    self.prelude = prelude
    self.functions = functions
  }

  let globals = ["csv"]

  func push(_ name: String, onto stack: LuaStack) throws(RaisedError) -> Bool {
    guard name == "csv" else { return false }
    try prelude.push(cargo_prelude_csv, "cargo.csv", onto: stack) {
      [self] stack throws(RaisedError) in
      stack.push(copyOf: -1)
      guard cs_call_protected(host.pointer, stack.state, cs_add_csv, 1, 0) == CS_DONE else {
        throw RaisedError()
      }
      addFiles(toTableOnTop: stack)
      functions.set("suggest", ofTableOnTop: stack) { [unowned self] in suggest($0) }
    }
    return true
  }

  private func addFiles(toTableOnTop stack: LuaStack) {
    // `host.csv_open(path)` → an open descriptor, for `csv_reader` to close.
    functions.push("csv.read", onto: stack) {
      [unowned self] arguments throws(CargoError) in
      let file = try files.open(try arguments.string(1, "path"))
      arguments.stack.push(Int64(file.takeDescriptor()))
      return 1
    }
    stack.setField("csv_open", ofTableAt: -2)
    // `host.csv_create(path)` → the number of a draft, and its descriptor.
    functions.push("csv.write", onto: stack) {
      [unowned self] arguments throws(CargoError) in
      let file = try files.create(try arguments.string(1, "path"))
      lastDraft += 1
      drafts[lastDraft] = file
      arguments.stack.push(lastDraft)
      arguments.stack.push(Int64(file.descriptor))
      return 2
    }
    stack.setField("csv_create", ofTableAt: -2)
    functions.push("csv.write", onto: stack) {
      [unowned self] arguments throws(CargoError) in
      try drafts.removeValue(forKey: arguments.stack.integer(at: 1) ?? 0)?.commit()
      return 0
    }
    stack.setField("csv_commit", ofTableAt: -2)
    functions.set("csv_discard", ofTableOnTop: stack) { [unowned self] stack in
      drafts[stack.integer(at: 1) ?? 0] = nil
      return 0
    }
  }

  /// `host.suggest(name, names)` → the one that was most likely meant, or nil.
  private func suggest(_ stack: LuaStack) -> Int32 {
    var names: [String] = []
    for position in 1...max(1, Int64(lua_rawlen(stack.state, 2))) {
      _ = lua_rawgeti(stack.state, 2, position)
      if let name = stack.string(at: -1) { names.append(name) }
      stack.pop()
    }
    guard let name = NearestName.suggest(stack.string(at: 1) ?? "", among: names) else { return 0 }
    stack.push(name)
    return 1
  }
}
