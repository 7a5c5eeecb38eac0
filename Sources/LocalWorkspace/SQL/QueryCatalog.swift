import CargoClient

/// The tables that a query may name (`cargo-platform.md` §7.1).
struct QueryCatalog {
  /// One model's table.
  struct Table: Equatable {
    /// The dataset's slug, `default`.
    let dataset: String
    /// The model's slug, `companies`.
    let model: String
    /// The name in the file, `datasets_default__models_companies`.
    let physicalName: String
    /// How a recipe writes it, `default.companies`.
    var name: String { dataset + "." + model }
  }

  /// All tables.
  let tables: [Table]

  /// The table that a dotted name means, nil when it means none.
  ///
  /// `<dataset>.<model>`, `datasets_<dataset>.models_<model>` and `datasets_<dataset>__models_<model>`;
  /// before the two physical spellings there may be a project or database. An exact match goes before
  /// one that differs in case.
  func table(_ parts: [String]) -> Table? {
    tables.first { Self.matches($0, parts) }
      ?? tables.first { Self.matches($0, parts, fold: { $0.asciiUppercased() }) }
  }

  private static func matches(
    _ table: Table, _ parts: [String], fold: (String) -> String = { $0 }
  ) -> Bool {
    guard let last = parts.last.map(fold) else { return false }
    if last == fold(table.physicalName) { return true }
    guard parts.count >= 2 else { return false }
    let owner = fold(parts[parts.count - 2])
    if last == fold("models_" + table.model) && owner == fold("datasets_" + table.dataset) {
      return true
    }
    return parts.count == 2 && last == fold(table.model) && owner == fold(table.dataset)
  }
}
