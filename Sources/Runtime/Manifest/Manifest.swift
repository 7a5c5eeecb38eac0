import CargoClient

/// What a recipe says about itself before it runs: its inputs, outputs, permissions and budget
/// (`design.md` §4.6).
public struct Manifest: Sendable, Equatable {
  /// The recipe's name.
  public var name: String?
  /// One line of help.
  public var summary: String?
  /// Its version.
  public var version: String?
  /// Its inputs, by name.
  public var inputs: [Input]
  /// The columns of its output, in order; nil when rows decide.
  public var outputs: [String]?
  /// The file that its rows go to unless the command line names another; always below `out/` of the
  /// folder the run is started in.
  public var output: String?
  /// What it asks to be allowed.
  public var permissions: Grant
  /// The most it may spend altogether.
  public var credits: Credits?
  /// The most it may spend on one row of a waterfall.
  public var creditsPerRow: Credits?

  /// Reads a manifest strictly: what is not known is an error.
  ///
  /// - Parameters:
  ///   - node: the argument of `recipe`.
  ///   - reservedNames: names of the host's own flags, with dashes (`time-limit`), which inputs may
  ///     not take.
  public init(
    _ node: ManifestNode, reservedNames: some Collection<String> = []
  ) throws(ManifestError) {
    let table = try ManifestTable(
      node, at: "",
      keys: [
        "name", "summary", "version", "inputs", "output", "outputs", "permissions", "budget",
      ])
    name = try table.string("name")
    summary = try table.string("summary")
    version = try table.string("version")
    outputs = try table.strings("outputs")
    inputs = try Manifest.inputs(table, reservedNames: Set(reservedNames))
    permissions = try Manifest.permissions(table)
    output = try Manifest.output(table)
    let budget = try ManifestTable(
      table["budget"] ?? .table([:]), at: "budget", keys: ["credits", "per_row"])
    credits = try budget.credits("credits")
    creditsPerRow = try budget.credits("per_row")
  }

  private static func output(_ table: ManifestTable) throws(ManifestError) -> String? {
    guard let path = try table.string("output") else { return nil }
    // A stranger's recipe must not replace a file that means something to its user.
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count > 1, parts[0] == "out",
      parts.allSatisfy({ !$0.isEmpty && !$0.hasPrefix(".") })
    else {
      throw ManifestError(
        "output", "must be a file below out/, without hidden parts: \(path)",
        hint: "such as out/rows.csv")
    }
    return path
  }

  private static func inputs(
    _ table: ManifestTable, reservedNames: Set<String>
  ) throws(ManifestError) -> [Input] {
    let named = try ManifestTable(table["inputs"] ?? .table([:]), at: "inputs")
    var inputs: [Input] = []
    for name in named.fields.keys.sorted() {
      let place = named.field(name)
      guard isIdentifier(name) else {
        throw ManifestError(
          place, "is no name for an input",
          hint: "a letter, then letters, digits and underscores, all in lower case")
      }
      guard let node = named[name] else { continue }
      let input = try Input(name: name, node, at: place)
      let flags = input.type == .boolean ? [input.flag, "no-" + input.flag] : [input.flag]
      for flag in flags where reservedNames.contains(flag) {
        throw ManifestError(place, "would hide --\(flag) of cargo-script", hint: "rename the input")
      }
      inputs.append(input)
    }
    // `--no-cache` must not be both an input and the denial of another.
    for input in inputs where input.type == .boolean {
      if let other = inputs.first(where: { $0.flag == "no-" + input.flag }) {
        throw ManifestError(
          named.field(other.name), "is also the denial of \(input.name)",
          hint: "rename one of the two")
      }
    }
    return inputs
  }

  private static func permissions(_ table: ManifestTable) throws(ManifestError) -> Grant {
    let asked = try ManifestTable(
      table["permissions"] ?? .table([:]), at: "permissions",
      keys: ["actions", "operations", "read", "write", "net", "env"])
    func patterns(_ key: String) throws(ManifestError) -> [NamePattern] {
      var patterns: [NamePattern] = []
      for (index, text) in (try asked.strings(key) ?? []).enumerated() {
        guard let pattern = NamePattern(text) else {
          throw ManifestError(
            "\(asked.field(key))[\(index + 1)]", "is no pattern: \(text)",
            hint: key == "actions" ? "such as prospeo.findEmail or prospeo.*" : "such as segment.*")
        }
        patterns.append(pattern)
      }
      return patterns
    }
    return Grant(
      actions: try patterns("actions"), operations: try patterns("operations"),
      read: try asked.strings("read") ?? [], write: try asked.strings("write") ?? [],
      net: try asked.strings("net") ?? [], env: try asked.strings("env") ?? [])
  }

  private static func isIdentifier(_ name: String) -> Bool {
    guard let first = name.utf8.first, first >= UInt8(ascii: "a"), first <= UInt8(ascii: "z")
    else { return false }
    return name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "_"):
        true
      default: false
      }
    }
  }
}
