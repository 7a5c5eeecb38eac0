import CargoClient
import SQLite
import Testing

@testable import LocalWorkspace

@Suite struct FilterCompilerTests {
  let fixture: FilterFixture
  init() throws { fixture = try FilterFixture() }

  /// The rows and vectors of `cargo-platform.md` V8.
  @Test func theVectorsOfTheContract() throws {
    let query = try QueryFixture()
    try FilterFunctions.register(on: query.connection)
    let model = FilterModel(
      uuid: "m", slug: "companies", table: "datasets_default__models_companies", idColumn: "_id",
      columns: [
        .init(slug: "_id", type: "string"), .init(slug: "name", type: "string"),
        .init(slug: "domain", type: "string"), .init(slug: "employee_count", type: "number"),
        .init(slug: "country", type: "string"),
      ])
    let compiler = FilterCompiler(
      model: model, resolver: NoFilterResolver(), now: FilterFixture.now)
    func ids(_ filter: JSONValue) throws -> [String] {
      let sort: JSONValue = [["columnSlug": "employee_count", "kind": "desc"]]
      let select = try compiler.select(["_id"], filter: filter, sort: sort)
      var ids: [String] = []
      try query.connection.query(select.text, select.bindings) { ids.append($0.string(0)) }
      let count = try compiler.count(filter)
      let number = try query.connection.first(count.text, count.bindings) { $0.int64(0) }
      #expect(number == Int64(ids.count))
      return ids
    }
    #expect(
      try ids([
        "conjonction": "or",
        "groups": [
          [
            "conjonction": "and",
            "conditions": [
              ["kind": "string", "columnSlug": "country", "operator": "is", "values": ["US"]]
            ],
          ],
          [
            "conjonction": "and",
            "conditions": [
              [
                "kind": "number", "columnSlug": "employee_count", "operator": "greaterThan",
                "value": 500,
              ]
            ],
          ],
        ],
      ]) == ["rec-2", "rec-1"])
    #expect(try ids(["conjunction": "and", "groups": []]) == [])
    #expect(try ids(["conjonction": "and", "groups": []]) == ["rec-2", "rec-1", "rec-3"])
    func one(_ condition: JSONValue) throws -> [String] { try ids(FilterFixture.filter(condition)) }
    #expect(
      try one(["kind": "string", "columnSlug": "domain", "operator": "isNull"]) == ["rec-3"])
    #expect(
      try one([
        "kind": "number", "columnSlug": "employee_count", "operator": "between", "firstValue": 5,
        "lastValue": 500,
      ]) == ["rec-1", "rec-3"])
    #expect(
      try one(["kind": "string", "columnSlug": "name", "operator": "contains", "values": "corp"])
        == ["rec-1"])
    #expect(
      try one([
        "kind": "string", "columnSlug": "country", "operator": "isNot", "values": ["US"],
      ]) == ["rec-2", "rec-3"])
  }

  @Test func degenerateFilters() throws {
    let all = fixture.companyRows.count
    let some: JSONValue = ["kind": "string", "columnSlug": "s", "operator": "isNull"]
    let count = try fixture.ids(where: some).count
    #expect(count > 0 && count < all)
    func found(_ filter: JSONValue) throws -> Int { try fixture.ids(filter).count }
    let empty: JSONValue = ["conjonction": "and", "conditions": []]
    let misspelt: JSONValue = ["conjunction": "and", "conditions": []]
    let full: JSONValue = ["conjonction": "or", "conditions": [some]]
    #expect(try found(["conjonction": "or", "groups": []]) == all)
    #expect(try found(["conjonction": "and", "groups": [empty]]) == all)
    #expect(try found(["conjonction": "or", "groups": [empty]]) == all)
    #expect(try found(["conjonction": "or", "groups": [empty, full]]) == count)
    #expect(try found(["conjonction": "and", "groups": [empty, full]]) == count)
    #expect(try found(["conjonction": "or", "groups": [misspelt, full]]) == count)
    #expect(try found(["conjonction": "and", "groups": [misspelt, full]]) == 0)
    #expect(try found(["conjunction": "and", "groups": [full]]) == 0)
    #expect(try found(["groups": [full]]) == 0)
  }

  @Test func everyValueIsBoundAndEveryNameQuoted() throws {
    let trick = "'; DROP TABLE runs; --"
    let fragment = try fixture.compiler().condition(
      FilterFixture.filter([
        "kind": "string", "columnSlug": "s", "operator": "is", "values": [.string(trick), "x"],
      ]))
    #expect(fragment.text == "\"t0\".\"s\" IN (?, ?)")
    #expect(fragment.bindings == [.text(trick), .text("x")])
    let model = FilterModel(
      uuid: "m", slug: "m", table: "a\"b", idColumn: "i\"d",
      columns: [.init(slug: "i\"d", type: "string")])
    let select = try FilterCompiler(
      model: model, resolver: NoFilterResolver(), now: FilterFixture.now
    ).select(["i\"d"], filter: ["conjonction": "and", "groups": []], limit: 3)
    #expect(
      select.text == "SELECT \"t0\".\"i\"\"d\" FROM \"a\"\"b\" AS \"t0\" WHERE 1 "
        + "ORDER BY \"t0\".\"i\"\"d\" LIMIT ? OFFSET ?")
  }

  /// `is` and ranges of dates find their rows by the index on the column.
  @Test(
    arguments: [
      ["kind": "string", "columnSlug": "s", "operator": "is", "values": "Acme"],
      ["kind": "string", "columnSlug": "s", "operator": "is", "values": ["Acme", "US"]],
      [
        "kind": "string", "columnSlug": "s", "operator": "is",
        "values": .array((0..<500).map { .string("v\($0)") }),
      ],
      ["kind": "date", "columnSlug": "d", "operator": "greaterThan", "value": "3 months"],
      ["kind": "date", "columnSlug": "d", "operator": "is", "value": "2024-07-15"],
      [
        "kind": "date", "columnSlug": "d", "operator": "between", "firstValue": "2024-01-01",
        "lastValue": "2024-02-01",
      ],
    ] as [JSONValue])
  func usesTheIndex(condition: JSONValue) throws {
    let select = try fixture.compiler().count(FilterFixture.filter(condition))
    var plan = ""
    try fixture.connection.query("EXPLAIN QUERY PLAN " + select.text, select.bindings) {
      plan += $0.string(3) + "\n"
    }
    #expect(plan.contains("SEARCH t0 USING COVERING INDEX companies_"), "\(plan)")
  }

  @Test func aLongListTravelsAsOneValue() throws {
    var values = (0..<40_000).map { JSONValue.string("v\($0)") }
    values.append(contentsOf: ["nai\u{308}ve", "\"quoted\"", "back\\slash"])
    let condition: JSONValue = [
      "kind": "string", "columnSlug": "s", "operator": "is", "values": .array(values),
    ]
    #expect(try fixture.compiler().condition(FilterFixture.filter(condition)).bindings.count == 1)
    let found = try fixture.ids(where: condition)
    let expected = fixture.companyRows.filter {
      values.suffix(3).map { Array(($0.string ?? "").utf8) }
        .contains(Array(($0["s"]?.string ?? "-").utf8))
    }
    #expect(found.count == expected.count && found.count >= 3)
  }

  @Test func manyConditionsDoNotMakeADeepExpression() throws {
    let condition: JSONValue = [
      "kind": "string", "columnSlug": "s", "operator": "contains", "values": "zzz",
    ]
    func filter(_ count: Int) -> JSONValue {
      let conditions = JSONValue.array(Array(repeating: condition, count: count))
      return [
        "conjonction": "or", "groups": [["conjonction": "or", "conditions": conditions]],
      ]
    }
    #expect(try fixture.ids(filter(1_000)) == [])
    let error = #expect(throws: CargoError.self) { try fixture.ids(filter(1_001)) }
    #expect(error?.message.contains("at most 1000 conditions") == true)
  }

  @Test func textOfAnyAlphabetIsFoundInAnyCase() throws {
    func finds(_ operation: String, _ text: String) throws -> [String] {
      try fixture.ids(where: [
        "kind": "string", "columnSlug": "s", "operator": .string(operation),
        "values": .string(text),
      ]).compactMap { id in
        fixture.companyRows.first { $0["_id"]?.string == id }?["s"]?.string
      }
    }
    #expect(Set(try finds("contains", "ÄRGER")) == ["Ärger GmbH", "ärger gmbh"])
    #expect(Set(try finds("startsWith", "strass")) == ["Straße", "STRASSE", "strasse"])
    #expect(Set(try finds("endsWith", "Σ")) == ["Ωμέγα Σ", "ωμέγα ς"])
    #expect(Set(try finds("contains", "%")) == ["100%", "100 %", "%"])
    #expect(Set(try finds("contains", "_")) == ["a_b", "_"])
    #expect(Set(try finds("is", "Acme")) == ["Acme"])
    #expect(Set(try finds("contains", "東")) == ["東京"])
    #expect(Set(try finds("endsWith", "BYTE")) == ["nul\u{0}byte"])
  }

  @Test func relatedModelsAreReachedFromBothEnds() throws {
    let ofDeals = FilterFixture.filter([
      "kind": "string", "columnSlug": "_id", "operator": "is", "values": "c-01",
      "relatedModelUuid": "m-companies",
    ])
    let expected = fixture.dealRows.filter { $0["company"] == "c-01" }.map { $0["_id"]?.string }
    #expect(!expected.isEmpty)
    #expect(try Set(fixture.ids(ofDeals, of: fixture.deals)) == Set(expected.compactMap { $0 }))
    // A deal without a company is asked as if the company's columns were NULL.
    let orphans = FilterFixture.filter([
      "kind": "string", "columnSlug": "s", "operator": "isNot", "values": "Acme",
      "relatedModelUuid": "m-companies",
    ])
    let orphan = fixture.dealRows.first { $0["company"]?.isNull == true }?["_id"]?.string ?? "?"
    #expect(try fixture.ids(orphans, of: fixture.deals).contains(orphan))
    #expect(
      try !fixture.ids(orphans, of: fixture.deals, negativeMatchesNull: false).contains(orphan))
  }
}
