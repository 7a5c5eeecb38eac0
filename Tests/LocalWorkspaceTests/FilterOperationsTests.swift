import CargoClient
import SQLite
import Testing

@testable import LocalWorkspace

/// Filters through the operations of the demo workspace.
@Suite struct FilterOperationsTests {
  let harness: WorkspaceHarness
  init() throws { harness = try WorkspaceHarness() }

  private func fetch(_ model: String, _ condition: String, _ more: String = "") throws -> JSONValue
  {
    try harness.call("segment.fetch", body(model, condition, more))
  }

  private func body(_ model: String, _ condition: String, _ more: String = "") -> String {
    """
    {"modelUuid":"\(harness.model(model))","filter":{"conjonction":"and","groups":[\
    {"conjonction":"and","conditions":[\(condition)]}]}\(more)}
    """
  }

  @Test func filtersSortsAndPages() throws {
    let condition =
      #"{"kind":"string","columnSlug":"country","operator":"is","values":["France","Germany"]}"#
    let sort = #","sort":[{"columnSlug":"employee_count","kind":"desc"}],"fetchingLimit":5"#
    let first = try fetch("companies", condition, sort)
    let second = try fetch("companies", condition, sort + #","fetchingOffset":5"#)
    let rows = (first["records"]?.array ?? []) + (second["records"]?.array ?? [])
    let counts = rows.compactMap { $0["employee_count"]?.integer }
    #expect(rows.count == 10 && counts.count == 10)
    #expect(counts == counts.sorted(by: >))
    #expect(rows.allSatisfy { ["France", "Germany"].contains($0["country"]?.string) })
    let count = try #require(first["count"]?.integer)
    let query = try harness.call(
      "storage.query",
      """
      {"query":"SELECT count() AS n FROM default.companies \
      WHERE country IN ('France', 'Germany')"}
      """)
    #expect(query["rows"]?[0]?["n"]?.integer == count)
  }

  @Test func segmentsCountTheirRecords() throws {
    let segments = try harness.call("segment.list")["segments"]?.array ?? []
    for segment in segments {
      let count = try #require(segment["recordsCount"]?.integer)
      #expect(count > 0 && count < 2_151)
    }
    let german = try #require(segments.first { $0["slug"] == "german-companies" })
    let uuid = german["uuid"]?.string ?? ""
    let inside = try fetch(
      "companies", #"{"kind":"segment","operator":"in","segmentUuid":"\#(uuid)"}"#)
    #expect(inside["count"] == german["recordsCount"])
  }

  @Test func errorsAreThePlatforms() throws {
    let error = try harness.error(
      "segment.fetch",
      body("companies", #"{"kind":"string","columnSlug":"contry","operator":"isNull"}"#))
    #expect(error.status == 400 && error.code == "columnNotFound")
    #expect(
      error.message
        == "groups[0].conditions[0].columnSlug: companies has no column \"contry\", "
        + "did you mean \"country\"?")
    let body = try JSONValue(error.body ?? [])
    #expect(body["reason"] == "columnNotFound")
    #expect(body["errorMessage"]?.string == error.message)
  }

  @Test func rawSQLReachesTheModelAlone() throws {
    let found = try fetch(
      "companies", #"{"kind":"sql","name":"long","clause":"length(name) > 40"}"#)
    #expect((found["count"]?.integer ?? 0) > 0)
    let error = try harness.error(
      "segment.fetch",
      body(
        "companies", #"{"kind":"sql","name":"x","clause":"EXISTS (SELECT 1 FROM cargo_settings)"}"#)
    )
    #expect(error.status == 400)
    #expect(error.message.contains("a clause reads the columns of companies"))
  }

  @Test func relationshipsLinkModels() throws {
    let (companies, contacts) = (harness.model("companies"), harness.model("contacts"))
    let link = """
      {"fromModelUuid":"\(contacts)","fromColumnSlug":"company_id",\
      "toModelUuid":"\(companies)","toColumnSlug":"_id","relation":"manyToOne"}
      """
    let occurrence = """
      {"kind":"occurrence","relatedModelUuid":"\(contacts)",\
      "frequency":{"operator":"moreThan","value":0},"conditions":[\
      {"kind":"boolean","columnSlug":"is_champion","operator":"isTrue"}]}
      """
    let refusal = try harness.error("segment.fetch", body("companies", occurrence))
    #expect(refusal.code == "relationshipNotFound")
    let set = try harness.call(
      "relationship.set",
      #"{"datasetUuid":"\#(Identifier.named("dataset default"))","relationships":[\#(link)]}"#)
    #expect(set["relationships"]?[0]?["relation"] == "manyToOne")
    let list = try harness.call("relationship.list", #"{"modelUuid":"\#(companies)"}"#)
    #expect(list == set)
    let found = try fetch("companies", occurrence)
    let expected = try harness.call(
      "storage.query",
      #"{"query":"SELECT count(DISTINCT company_id) AS n FROM default.contacts WHERE is_champion"}"#
    )
    #expect(found["count"]?.integer == expected["rows"]?[0]?["n"]?.integer)
    #expect((found["count"]?.integer ?? 0) > 0)
    let bad = try harness.error(
      "relationship.set",
      """
      {"datasetUuid":"\(Identifier.named("dataset default"))","relationships":[\
      {"fromModelUuid":"\(contacts)","fromColumnSlug":"nope","toModelUuid":"\(companies)",\
      "toColumnSlug":"_id"}]}
      """)
    #expect(bad.code == "columnNotFound")
    #expect(try harness.call("relationship.list", #"{"modelUuid":"\#(companies)"}"#) == set)
  }

  @Test func enrollmentCountsRuns() throws {
    let workflow = "0b6c0f5e-7d2a-4c11-8f3a-1a2b3c4d5e01"
    let first = try fetch("companies", "", #","fetchingLimit":1"#)["records"]?[0]?["_id"]?.string
    let record = try #require(first)
    let connection = try Connection(path: harness.path)
    let now = Timestamp.now()
    try connection.execute(
      """
      INSERT INTO cargo_runs (uuid, status, workflow_uuid, record_id, input, executions, created_at,
        finished_at) VALUES ('r-1', 2, ?, ?, '{}', ?, ?, ?)
      """,
      [
        .text(workflow), .text(record),
        .text(
          #"[{"nodeSlug":"enrich","status":"success","finishedAt":"\#(Timestamp.text(now))"}]"#),
        .integer(now - 86_400_000 * 3), .integer(now),
      ])
    func ids(_ activity: String, _ more: String) throws -> [String] {
      try fetch(
        "companies",
        """
        {"kind":"enrollment","workflowUuid":"\(workflow.uppercased())",\
        "activityKind":"\(activity)","frequency":{"operator":"moreThan","value":0}\(more)}
        """)["records"]?.array?.compactMap { $0["_id"]?.string } ?? []
    }
    let recent = #","period":{"operator":"lessThan","value":1,"unit":"day"}"#
    #expect(try ids("workflowEntered", "") == [record])
    #expect(try ids("workflowEntered", recent) == [])
    #expect(try ids("workflowLeft", recent) == [record])
    #expect(try ids("workflowNodeExecuted", recent + #","nodeSlug":"enrich""#) == [record])
    #expect(try ids("workflowNodeExecuted", recent + #","nodeSlug":"other""#) == [])
  }
}
