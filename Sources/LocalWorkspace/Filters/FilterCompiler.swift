import CargoClient
import SQLite

/// Compiles filters and sorts of a model to SQL (`cargo-platform.md` §6).
///
/// The SQL speaks of the model's table under the alias `FilterCompiler.alias`; every value is bound.
/// The connection that runs it needs `FilterFunctions`.
struct FilterCompiler {
  /// The alias of the model's table.
  static let alias = "t0"

  /// The model whose records are filtered.
  let model: FilterModel
  /// Finds related models, segments and events.
  let resolver: any FilterResolver
  /// The moment from which ages are counted.
  let now: Instant
  /// Whether `isNot`, `doesNotContain` and `notIn` hold for a record without a value. SQL would say
  /// unknown (`cargo-platform.md` §6.4).
  var negativeMatchesNull = true
  /// Checks `sql` conditions; without it they are refused.
  var clauseGuard: SQLClauseGuard?

  /// The filter as a boolean expression.
  /// - Throws: `CargoError` with status 400 that names the place in the filter.
  func condition(_ filter: JSONValue) throws -> SQLFragment {
    var compilation = FilterCompilation(compiler: self)
    return try compilation.filter(
      filter, in: .init(model: model, alias: Self.alias), at: .filter)
  }

  /// The sort as the terms of an ORDER BY: NULLs last, ties by the id, so that pages are stable.
  func order(_ sort: JSONValue?) throws -> SQLFragment {
    try FilterSort.compile(sort, of: model, alias: Self.alias)
  }

  /// A whole SELECT.
  ///
  /// - Parameters:
  ///   - columns: The columns of the result, by slug.
  ///   - limit: How many rows at most; nil for all.
  func select(
    _ columns: [String], filter: JSONValue, sort: JSONValue? = nil, limit: Int64? = nil,
    offset: Int64 = 0
  ) throws -> SQLFragment {
    let names = SQLFragment.list(columns.map { "\(name: Self.alias).\(name: $0)" })
    var select: SQLFragment = """
      SELECT \(names) FROM \(name: model.table) AS \(name: Self.alias) \
      WHERE \(try condition(filter)) ORDER BY \(try order(sort))
      """
    if limit != nil || offset > 0 {
      select = "\(select) LIMIT \(value: .integer(limit ?? -1)) OFFSET \(value: .integer(offset))"
    }
    return select
  }

  /// A SELECT of the number of records that match.
  func count(_ filter: JSONValue) throws -> SQLFragment {
    """
    SELECT count(*) FROM \(name: model.table) AS \(name: Self.alias) \
    WHERE \(try condition(filter))
    """
  }
}
