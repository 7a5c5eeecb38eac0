import CargoClient

/// Compiles `sort` (`cargo-platform.md` §6.5).
enum FilterSort {
  /// The terms of an ORDER BY.
  static func compile(
    _ sort: JSONValue?, of model: FilterModel, alias: String
  ) throws -> SQLFragment {
    let root = FilterPath(description: "sort")
    guard let keys = sort.map({ $0.isNull ? [] : $0.array }) ?? [] else {
      throw FilterError.invalid(root, "a sort is a list of {columnSlug, kind}")
    }
    var terms: [SQLFragment] = []
    var isUnique = false
    for (index, key) in keys.enumerated() {
      let place = FilterPath(description: "sort[\(index)]")
      guard key.object != nil else {
        throw FilterError.invalid(place, "a sort is a list of {columnSlug, kind}")
      }
      let condition = FilterCondition(value: key, path: place)
      let column = try condition.column(of: model)
      let kind = try condition.text("kind")
      guard kind == "asc" || kind == "desc" else {
        throw FilterError.unknown(kind, among: ["asc", "desc"], place.key("kind"))
      }
      let name: SQLFragment = "\(name: alias).\(name: column.slug)"
      // Descending, SQLite puts NULLs last by itself, and can use an index.
      terms.append(kind == "asc" ? "\(name) ASC NULLS LAST" : "\(name) DESC")
      isUnique = isUnique || column.slug == model.idColumn
      if isUnique { break }
    }
    if !isUnique { terms.append("\(name: alias).\(name: model.idColumn)") }
    return .list(terms)
  }
}
