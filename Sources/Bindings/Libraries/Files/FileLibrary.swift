internal import CLua
internal import CLuaHost
import CargoClient
import Runtime

/// `fs`: the files that were granted (`design.md` §4.4).
final class FileLibrary: Library {
  private let host: LuaHost
  private let files: RecipeFiles
  private let functions: LuaFunctions
  private let iterators: LuaIterators

  init(host: LuaHost, files: RecipeFiles, functions: LuaFunctions) {
    self.host = host
    self.files = files
    self.functions = functions
    iterators = LuaIterators(host)
  }

  let globals = ["fs"]

  func push(_ name: String, onto stack: LuaStack) throws(RaisedError) -> Bool {
    guard name == "fs" else { return false }
    stack.pushTable(fields: 5)
    functions.define("fs.read", ofTableOnTop: stack) {
      [unowned self] arguments throws(CargoError) in try read(arguments)
    }
    functions.define("fs.lines", ofTableOnTop: stack) {
      [unowned self] arguments throws(CargoError) in try lines(arguments)
    }
    functions.define("fs.write", ofTableOnTop: stack) {
      [unowned self] arguments throws(CargoError) in try write(arguments)
    }
    functions.define("fs.exists", ofTableOnTop: stack) {
      [unowned self] arguments throws(CargoError) in
      arguments.stack.push(try files.exists(try arguments.string(1, "path")))
      return 1
    }
    functions.define("fs.list", ofTableOnTop: stack) {
      [unowned self] arguments throws(CargoError) in try list(arguments)
    }
    return true
  }

  /// `fs.read(path)`: the whole file.
  private func read(_ arguments: Arguments) throws(CargoError) -> Int32 {
    let file = try files.open(try arguments.string(1, "path"))
    var size = try file.size()
    var bytes: [UInt8] = []
    repeat {
      // Here and once more as Lua's string. What grows while it is read is met again below.
      guard cs_host_has_room(host.pointer, arguments.stack.state, 2 * max(size, bytes.count)) else {
        throw CargoError(
          .file, "\(file.path) does not fit into the memory limit",
          hint: "for line in fs.lines(path) needs little memory; --memory-limit sets the limit")
      }
      bytes.reserveCapacity(size)
      size = max(size, bytes.count + FileLibrary.chunk)
    } while try file.read(FileLibrary.chunk, onto: &bytes)
    arguments.stack.push(bytes)
    return 1
  }

  private static let chunk = 1 << 18

  /// `for line in fs.lines(path) do`: without line ends, a chunk at a time.
  private func lines(_ arguments: Arguments) throws(CargoError) -> Int32 {
    let lines = TextLines(try files.open(try arguments.string(1, "path")))
    return try iterators.push(size: TextLines.bufferSize, onto: arguments.stack) { [host] stack in
      do throws(CargoError) {
        return try lines.next { stack.push($0) } == nil ? 0 : 1
      } catch {
        return host.raise(error)
      }
    }
  }

  /// `fs.write(path, text)`: the whole file, in place of what was there.
  private func write(_ arguments: Arguments) throws(CargoError) -> Int32 {
    let path = try arguments.string(1, "path")
    guard arguments.stack.type(at: 2) == .string else {
      throw arguments.wrongType("text", "a string", at: 2)
    }
    let file = try files.create(path)
    var failure: CargoError?
    arguments.stack.withBytes(at: 2) { bytes in
      do throws(CargoError) { try file.write(bytes) } catch { failure = error }
    }
    if let failure { throw failure }
    try file.commit()
    return 0
  }

  /// `fs.list(folder)`: the names in it, sorted.
  private func list(_ arguments: Arguments) throws(CargoError) -> Int32 {
    let names = try files.names(in: try arguments.string(1, "folder"))
    let stack = arguments.stack
    stack.pushTable(elements: Int32(clamping: names.count))
    for (position, name) in names.enumerated() {
      stack.push(name)
      stack.setElement(position + 1, ofTableAt: -2)
    }
    return 1
  }
}
