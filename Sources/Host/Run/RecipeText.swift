import Bindings
import CargoClient
import Glibc

/// A recipe as Lua gets it.
struct RecipeText {
  /// The text, without byte order mark.
  let bytes: [UInt8]
  /// How messages name it: the path as it was given.
  let name: String
  /// The folder that `require` looks in.
  let directory: String

  /// Reads a recipe from where the command line says.
  static func load(_ source: RecipeSource) throws(UsageError) -> RecipeText {
    switch source {
    case .text(let text):
      return RecipeText(bytes: Array(text.utf8), name: "-e", directory: ".")
    case .standardInput:
      return try RecipeText(name: "stdin", directory: ".") { () throws(CargoError) in
        try SourceFile.readStandardInput()
      }
    case .file(let path):
      let slash = path.lastIndex(of: "/")
      let directory = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
      return try RecipeText(name: path, directory: directory) { () throws(CargoError) in
        try SourceFile.read(path)
      }
    }
  }

  private init(bytes: [UInt8], name: String, directory: String) {
    self.bytes = bytes
    self.name = name
    self.directory = directory
  }

  private init(
    name: String, directory: String, read: () throws(CargoError) -> [UInt8]
  ) throws(UsageError) {
    do {
      let bytes = try read()
      // A byte order mark is no Lua.
      self.bytes = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? Array(bytes.dropFirst(3)) : bytes
    } catch {
      throw UsageError(error.message, hint: error.hint ?? RecipeText.hint(for: name))
    }
    if bytes.first == 0x1b {
      throw UsageError("\(name) is compiled Lua, which is not run", hint: "give the recipe's text")
    }
    if bytes.prefix(4_096).contains(0) {
      throw UsageError("\(name) is no text, and so no recipe")
    }
    self.name = name
    self.directory = directory
  }

  /// The same, for the Lua side.
  var recipe: Recipe { Recipe(source: bytes, name: name, directory: directory) }

  /// The text of a line, the first being 1.
  static func line(_ number: Int, of bytes: [UInt8]) -> String? {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    guard lines.indices.contains(number - 1) else { return nil }
    return String(decoding: lines[number - 1], as: UTF8.self)
  }

  /// What may have been meant by a path that is no recipe.
  private static func hint(for path: String) -> String? {
    let inside = recipes(in: path).sorted()
    if let first = inside.first {
      let prefix = path.hasSuffix("/") ? path : path + "/"
      let more = inside.count > 1 ? ", …" : ""
      return "it holds \(Quantity.count(inside.count, "recipe")): \(prefix)\(first)\(more)"
    }
    if access(path, F_OK) == 0 { return nil }
    if !path.hasSuffix(".lua"), access(path + ".lua", R_OK) == 0 {
      return "did you mean \(path).lua?"
    }
    let slash = path.lastIndex(of: "/")
    let prefix = slash.map { String(path[...$0]) } ?? ""
    let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
    let near = NearestName.suggest(name, among: recipes(in: prefix.isEmpty ? "." : prefix))
    return near.map { "did you mean \(prefix)\($0)?" }
      ?? "give the path of a recipe, such as recipes/waterfall.lua; cargo-script --help tells more"
  }

  private static func recipes(in folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream), names.count < 1_000 {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name.hasSuffix(".lua") { names.append(name) }
    }
    return names
  }
}
