import CargoClient
import SQLite
import Testing

@testable import LocalWorkspace

/// The raw SQL of a `sql` condition.
@Suite struct FilterClauseTests {
  let fixture: FilterFixture

  init() throws {
    fixture = try FilterFixture()
    try fixture.connection.executeScript(
      "CREATE TABLE secrets (s TEXT); INSERT INTO secrets VALUES ('hidden');")
  }

  private func ids(_ clause: String) throws -> [String] {
    try fixture.ids(where: ["kind": "sql", "name": "x", "clause": .string(clause)])
  }

  @Test(arguments: [
    "n > 100", "\"n\" > 100", "`n` > 100", "(n) > (100)", "n > 100 AND n IS NOT NULL",
    "n > 100 -- and so on", "n /* number */ > 100", "NOT (n <= 100 OR n IS NULL)", "t0.n > 100",
    "CASE WHEN n > 100 THEN 1 ELSE 0 END", "n BETWEEN 100.5 AND 1e308", "coalesce(n, 0) > 100",
    "n IN (SELECT n FROM datasets_default__models_companies WHERE n > 100)",
    "round(n) > 100 AND sign(n) = 1", "n > length('a)b') * 25",
  ])
  func isAConditionOnTheModelsColumns(clause: String) throws {
    let expected = try fixture.ids(where: [
      "kind": "number", "columnSlug": "n", "operator": "greaterThan", "value": 100,
    ])
    #expect(try ids(clause) == expected)
  }

  @Test func anOrInsideDoesNotReachOutside() throws {
    let none: JSONValue = ["kind": "string", "columnSlug": "s", "operator": "is", "values": []]
    let filter: JSONValue = [
      "conjonction": "and",
      "groups": [
        [
          "conjonction": "and",
          "conditions": [["kind": "sql", "name": "x", "clause": "0 OR 1"], none],
        ]
      ],
    ]
    #expect(try fixture.ids(filter) == [])
  }

  @Test(arguments: [
    "", "   ", "-- nothing", "1) OR (1", "1)) OR ((1", "1 OR 1) -- ", ") OR (", "(1", "1)",
    "1; DROP TABLE secrets", ";", "1, 2", "*", "n AS x", "1 x", "DISTINCT n", "ALL n",
    "n FROM secrets", "1 FROM datasets_default__models_companies WHERE 1",
    "1 UNION SELECT s FROM secrets", "1 ORDER BY n", "1 LIMIT 1", "SELECT 1", "count(*) > 1",
    "row_number() OVER () > 1", "?", ":a", "@a", "$a", "?1 = 1", "'open", "\"open", "[open",
    "(SELECT s FROM secrets) IS NOT NULL", "EXISTS (SELECT 1 FROM secrets)",
    "EXISTS (SELECT 1 FROM main.secrets)", "s IN (SELECT s FROM \"secrets\")", "s IN secrets",
    "(SELECT count(*) FROM secrets) > 0", "(SELECT sql FROM sqlite_schema) IS NOT NULL",
    "(SELECT count(*) FROM sqlite_master) > 0", "EXISTS (SELECT 1 FROM pragma_table_list)",
    "(WITH secrets AS (SELECT 1) SELECT count(*) FROM main.secrets)",
    "(WITH RECURSIVE x(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM x) SELECT count(*) FROM x)",
    "(SELECT count(*) FROM datasets_default__models_deals)", "load_extension('x')",
    "randomblob(1000000000) IS NULL", "zeroblob(1000000000) IS NULL", "nope > 1", "s = \"US\"",
    "RAISE(ABORT, 'x')", "s MATCH 'x'", "n > 1 COLLATE nowhere", "t1.n > 1", "secrets.s = 'x'",
    "1 = 1 /* open", "n\0 > 1", "n = 1 EXCEPT SELECT 1",
  ])
  func isRefused(clause: String) throws {
    if clause == "1 = 1 /* open" {
      // SQLite takes the end of the text for the end of the comment; written anew it is harmless.
      #expect(try ids(clause).count == fixture.companyRows.count)
      return
    }
    let error = #expect(throws: CargoError.self) { try ids(clause) }
    #expect(error?.message.hasPrefix("groups[0].conditions[0].clause: ") == true)
    #expect(error?.status == 400)
    #expect(try fixture.connection.first("SELECT s FROM secrets") { $0.string(0) } == "hidden")
  }

  @Test func isCheckedInTheScopeOfARelatedModel() throws {
    let filter = FilterFixture.filter([
      "kind": "occurrence", "relatedModelUuid": "m-deals",
      "frequency": ["operator": "moreThan", "value": 0],
      "conditions": [["kind": "sql", "name": "x", "clause": "amount > 300"]],
    ])
    let same = FilterFixture.filter([
      "kind": "occurrence", "relatedModelUuid": "m-deals",
      "frequency": ["operator": "moreThan", "value": 0],
      "conditions": [
        ["kind": "number", "columnSlug": "amount", "operator": "greaterThan", "value": 300]
      ],
    ])
    #expect(try fixture.ids(filter) == fixture.ids(same))
    #expect(try !fixture.ids(filter).isEmpty)
  }

  @Test func isRefusedWithoutAGuard() throws {
    var compiler = fixture.compiler()
    compiler.clauseGuard = nil
    let filter = FilterFixture.filter(["kind": "sql", "clause": "1"])
    #expect(throws: CargoError.self) { try compiler.condition(filter) }
  }
}
