import CargoClient
import Testing

@testable import LocalWorkspace

/// Random trees of `where`: the filter that comes of them finds what the tree's conditions find one by
/// one, joined by set operations.
@Suite struct WhereRandomTests {
  let fixture: FilterFixture
  let catalog: FilterCatalog

  init() throws {
    let fixture = try FilterFixture()
    self.fixture = fixture
    func model(_ model: FilterModel) -> FilterCatalog.Model {
      .init(
        uuid: model.uuid, slug: model.slug,
        columns: Dictionary(uniqueKeysWithValues: model.columns.map { ($0.slug, $0.type) }))
    }
    catalog = FilterCatalog(
      uuids: [.init(.model, "deals"): fixture.deals.uuid],
      models: [
        fixture.companies.uuid: model(fixture.companies), fixture.deals.uuid: model(fixture.deals),
      ])
  }

  /// Column, operator, values, whether `~` can turn it.
  private static let conditions: [(String, String, [JSONValue], Bool)] = [
    ("s", "is", ["Acme", "acme", ""], true), ("s", "isNot", ["Acme"], true),
    ("s", "contains", ["a"], true), ("s", "doesNotContain", ["c"], true),
    ("s", "startsWith", ["a"], false), ("s", "isEmpty", [], true), ("s", "isNotNull", [], true),
    ("n", "is", [0, 5], true), ("n", "isNot", [1], true), ("n", "greaterThan", [3], true),
    ("n", "lowerOrEqual", [10], true), ("n", "greaterOrEqual", [0.5], true),
    ("n", "between", [-1, 7], true), ("n", "isEmpty", [], true),
    ("d", "greaterThan", ["2024-03-01"], false), ("d", "is", ["2024-07-01"], true),
    ("d", "lowerOrEqual", ["3 months"], false), ("d", "isNull", [], true),
    ("b", "isTrue", [], true), ("b", "is", [false], true), ("b", "isNot", [true], true),
    ("o", "isNull", [], true), ("a", "isNotNull", [], true),
  ]

  private struct Random {
    var state: UInt64
    mutating func below(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(count))
    }

    mutating func tree(depth: Int, turnable: Bool) -> JSONValue {
      switch depth == 0 ? 0 : below(7) {
      case 0, 1, 2:
        let pool = turnable ? conditions.filter { $0.3 } : conditions
        let (column, operation, values, _) = pool[below(pool.count)]
        return [
          "cargo.where": "condition",
          "of": ["cargo.where": "column", "cargo.column": .string(column)],
          "operator": .string(operation), "values": .array(values),
        ]
      case 3:
        return ["cargo.where": "not", "item": tree(depth: depth - 1, turnable: true)]
      case let choice:
        let items = (0..<(1 + below(3))).map { _ in tree(depth: depth - 1, turnable: turnable) }
        return ["cargo.where": choice % 2 == 0 ? "and" : "or", "items": .array(items)]
      }
    }
  }

  private func filter(_ tree: JSONValue) throws -> JSONValue {
    try WhereExpression(tree).filter(model: fixture.companies.uuid, catalog: catalog)
  }

  /// The records a tree is about, by the evaluator and set operations.
  private func expected(
    _ tree: JSONValue, _ evaluator: FilterEvaluator, _ all: Set<String>
  ) throws -> Set<String> {
    let items = tree["items"]?.array ?? []
    switch tree["cargo.where"]?.string {
    case "and":
      return try items.reduce(all) { $0.intersection(try expected($1, evaluator, all)) }
    case "or":
      return try items.reduce(into: []) { $0.formUnion(try expected($1, evaluator, all)) }
    case "not": return all.subtracting(try expected(tree["item"] ?? .null, evaluator, all))
    default: return Set(evaluator.ids(try filter(tree)))
    }
  }

  @Test func theFilterFindsWhatTheTreeSays() throws {
    let evaluator = FilterEvaluator(fixture: fixture, negativeMatchesNull: true)
    let all = Set(fixture.companyRows.compactMap { $0["_id"]?.string })
    var telling = 0
    for seed in 0..<80 as Range<UInt64> {
      var random = Random(state: seed)
      let tree = random.tree(depth: 3, turnable: false)
      let found = Set(try fixture.ids(filter(tree)))
      let wanted = try expected(tree, evaluator, all)
      let text = String(decoding: try tree.canonicalBytes(), as: UTF8.self)
      #expect(found == wanted, "seed \(seed): \(text)")
      if !wanted.isEmpty && wanted != all { telling += 1 }
    }
    #expect(telling > 40)
  }
}
