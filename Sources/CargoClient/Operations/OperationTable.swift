/// The table of operations: every row of `cargo-platform.md` §2.5, once.
public enum OperationTable {
  /// Every operation, in the order of the reference page.
  public static let all: [Operation] = [
    actions, runs, batches, records, nodes, plays, tools, workflows, releases, segments, changes,
    datasets, models, columns, relationships, storageRecords, queries, connectors, integrations,
    agents, aiReleases, chats, messages, aiFiles, aiExtras, systemsOfRecord, expressions, workspace,
    workspaceFiles, billing,
  ].flatMap { $0 }

  /// The operation of that name: short (`action.execute_batch`), full
  /// (`orchestration.action.execute_batch`), or as the platform's CLI and documentation spell it
  /// (`orchestration action execute-batch`, `orchestration.action.executeBatch`).
  ///
  /// Walks over the rows; keep what it finds rather than ask for every call.
  public static func named(_ name: String) -> Operation? {
    if let row = row(named: name) { return row }
    let canonical = canonicalName(name)
    return row(named: canonical) ?? row(named: presentName(canonical))
  }

  /// The name among short and full ones that `name` most likely means.
  public static func suggestion(for name: String) -> String? {
    let canonical = canonicalName(name)
    return NearestName.suggest(canonical, among: all.map(\.name))
      ?? NearestName.suggest(canonical, among: all.map(\.fullName))
  }

  // No index: making one takes longer than all the walks of a run.
  private static func row(named name: String) -> Operation? {
    all.first { $0.name == name || $0.fullName == name }
  }

  /// Later names of whole domains (`cargo-platform.md` §11, item 19) as the table has them.
  private static func presentName(_ name: String) -> String {
    for (other, present) in [
      ("workspace_management.", "workspace."), ("content.file.", "ai.file."),
    ]
    where name.hasPrefix(other) {
      return present + name.dropFirst(other.utf8.count)
    }
    return name
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
