import CargoClient
import Testing

@testable import LocalWorkspace

@Suite struct SegmentFetchTests {
  let harness: WorkspaceHarness

  init() throws { harness = try WorkspaceHarness() }

  @Test func pagesHaveTheWholeCount() throws {
    let body = try harness.call(
      "segment.fetch",
      """
      {"fetchingLimit":3,"filter":{"conjonction":"and","groups":[]},\
      "modelUuid":"\(harness.model("leads"))"}
      """)
    #expect(body["count"] == 1836)
    #expect(
      body["records"]?.array?.map { $0["_id"]?.string } == ["lead-0001", "lead-0002", "lead-0003"])
    #expect(body["records"]?[0]?["name"] == "1&1")
    #expect(
      body["columns"]?.array?.map { $0["slug"]?.string }
        == ["_id", "name", "domain", "employee_count", "country"])
    #expect(body["columns"]?[3]?["type"] == "number")
  }

  @Test func theDefaultLimitIsAHundred() throws {
    let body = try harness.call(
      "segment.fetch",
      #"{"filter":{"conjonction":"and","groups":[]},"modelUuid":"\#(harness.model("leads"))"}"#)
    #expect(body["records"]?.array?.count == 100)
    #expect(body["count"] == 1836)
  }

  @Test func aMisspeltFilterMatchesNothing() throws {
    let body = try harness.call(
      "segment.fetch",
      #"{"filter":{"conjunction":"and","groups":[]},"modelUuid":"\#(harness.model("leads"))"}"#)
    #expect(body["count"] == 0)
    #expect(body["records"] == [])
  }

  @Test func booleansAreBooleans() throws {
    let body = try harness.call(
      "storage.query",
      #"{"query":"SELECT is_champion, count(*) AS n FROM default.contacts GROUP BY 1 ORDER BY 1"}"#)
    let rows = try #require(body["rows"]?.array)
    #expect(rows.map { $0["is_champion"]?.bool } == [false, true])
    #expect(
      rows.compactMap { $0["n"]?.integer }.reduce(0, +) == Int64(ContactData.shared.all.count))
  }

  @Test(arguments: [
    ("SELECT count(*) AS n FROM default.companies", #"{"rows":[{"n":1836}]}"#),
    ("SELECT name FROM default.companies WHERE name = 'none'", #"{"rows":[]}"#),
    (
      "SELECT 1 AS a, 2 AS a, 'é' AS b, NULL AS c, 0.5 AS d",
      #"{"rows":[{"a":1,"a:2":2,"b":"é","c":null,"d":0.5}]}"#
    ),
  ])
  func queriesAnswerRows(sql: String, expected: String) throws {
    let body = try harness.call("storage.query", #"{"query":"\#(sql)"}"#)
    #expect(try body == JSONValue(Array(expected.utf8)))
  }

  @Test(arguments: [
    ("SELECT * FROM default.nonexistent", "Table not found: default.nonexistent"),
    ("SELECT * FROM cargo_runs", "Table not found: cargo_runs"),
    ("SELECT mistake FROM default.leads", "Column not found: mistake"),
    ("DELETE FROM default.leads", "Only a single SELECT statement is allowed"),
  ])
  func queriesAreRefused(sql: String, message: String) throws {
    let error = try harness.error("storage.query", #"{"query":"\#(sql)"}"#)
    #expect(error.status == 400)
    #expect(error.kind == .cargo)
    #expect(error.message == message)
  }

  @Test func segmentsCountTheirRecords() throws {
    let segments = try #require(try harness.call("segment.list")["segments"]?.array)
    let counts = Dictionary(
      uniqueKeysWithValues: segments.map { ($0["slug"]?.string ?? "", $0["recordsCount"]?.integer) }
    )
    #expect(counts["missing-domain"] == 334)
    #expect(counts["leads-to-enrich"] == 1836)
    #expect((counts["german-companies"] ?? 0) ?? 0 > 50)
    let uuid = try #require(segments.first { $0["slug"] == "missing-domain" }?["uuid"]?.string)
    let one = try harness.call("segment.get", #"{"uuid":"\#(uuid)"}"#)
    #expect(one["segment"]?["recordsCount"] == 334)
  }
}
