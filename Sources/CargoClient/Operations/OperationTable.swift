/// The table of operations: every row of `cargo-platform.md` §2.5, once.
public enum OperationTable {
  /// Every operation, in the order of the reference page.
  public static let all: [Operation] =
    actions + runs + batches + records + nodes + plays + tools + workflows + releases
    + segments + changes + datasets + models + columns + relationships + storageRecords + queries
    + connectors + integrations + agents + aiReleases + chats + messages + aiFiles + aiExtras
    + systemsOfRecord + expressions + workspace + workspaceFiles + billing

  /// The operation of that name: short (`action.execute_batch`), full
  /// (`orchestration.action.execute_batch`), or as the platform's CLI and documentation spell it
  /// (`orchestration action execute-batch`, `orchestration.action.executeBatch`).
  public static func named(_ name: String) -> Operation? {
    (index[name] ?? index[canonicalName(name)]).map { all[$0] }
  }

  /// The name among short and full ones that `name` most likely means.
  public static func suggestion(for name: String) -> String? {
    let canonical = canonicalName(name)
    return NearestName.suggest(canonical, among: all.map(\.name))
      ?? NearestName.suggest(canonical, among: all.map(\.fullName))
  }

  /// Positions in `all` by every snake_case name.
  private static let index: [String: Int] = {
    var index: [String: Int] = [:]
    index.reserveCapacity(all.count * 3)
    for (position, operation) in all.enumerated() {
      index[operation.name] = position
      index[operation.fullName] = position
      for name in otherNames(of: operation.fullName) { index[name] = position }
    }
    return index
  }()

  /// Later and earlier names of whole domains (`cargo-platform.md` §11, item 19).
  private static func otherNames(of fullName: String) -> [String] {
    if fullName.hasPrefix("workspace.") {
      return ["workspace_management." + fullName.dropFirst("workspace.".utf8.count)]
    }
    if fullName.hasPrefix("ai.file.") {
      return ["content.file." + fullName.dropFirst("ai.file.".utf8.count)]
    }
    return []
  }

  /// Dots between parts and snake_case within them, from words, kebab-case or camelCase.
  static func canonicalName(_ name: String) -> String {
    var result: [UInt8] = []
    for byte in name.utf8 {
      switch byte {
      case UInt8(ascii: " "), UInt8(ascii: "."):
        if let last = result.last, last != UInt8(ascii: ".") { result.append(UInt8(ascii: ".")) }
      case UInt8(ascii: "-"):
        result.append(UInt8(ascii: "_"))
      case UInt8(ascii: "A")...UInt8(ascii: "Z"):
        if let last = result.last, last != UInt8(ascii: "."), last != UInt8(ascii: "_") {
          result.append(UInt8(ascii: "_"))
        }
        result.append(byte + 32)
      default:
        result.append(byte)
      }
    }
    if result.last == UInt8(ascii: ".") { result.removeLast() }
    return String(decoding: result, as: UTF8.self)
  }
}
