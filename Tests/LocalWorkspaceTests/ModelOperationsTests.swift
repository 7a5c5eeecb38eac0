import CargoClient
import Glibc
import Testing

@testable import LocalWorkspace

@Suite struct ModelOperationsTests {
  let harness: WorkspaceHarness
  let model: String

  /// The three companies of V8 (`cargo-platform.md` §10).
  init() throws {
    harness = try WorkspaceHarness(.empty)
    let dataset = try #require(
      try harness.call("dataset.list")["datasets"]?[0]?["uuid"]?.string)
    let made = try harness.call(
      "model.create",
      """
      {"config":{},"datasetUuid":"\(dataset)","extractorSlug":"manual","name":"Companies",\
      "slug":"companies"}
      """)
    model = try #require(made["model"]?["uuid"]?.string)
    for (slug, type, label) in [
      ("name", "string", "Company Name"), ("domain", "string", "Domain"),
      ("employee_count", "number", "Employees"), ("country", "string", "Country"),
    ] {
      let body = """
        {"column":{"kind":"custom","label":"\(label)","slug":"\(slug)","type":"\(type)"},\
        "modelUuid":"\(model)"}
        """
      #expect(try harness.call("column.create", body) == [:])
    }
    let rows = """
      {"_id":"rec-1","name":"Acme Corp","domain":"acme.com","employee_count":500,"country":"US"},\
      {"_id":"rec-2","name":"Globex","domain":"globex.com","employee_count":1200,"country":"FR"},\
      {"_id":"rec-3","name":"Tiny","domain":null,"employee_count":5}
      """
    #expect(
      try harness.call(
        "storage.record.ingest", #"{"modelUuid":"\#(model)","records":[\#(rows)]}"#)
        == ["message": "OK"])
  }

  func fetch(_ condition: String) throws -> [String?] {
    let body = try harness.call(
      "segment.fetch",
      """
      {"filter":{"conjonction":"and","groups":[{"conjonction":"and","conditions":[\(condition)]}]},\
      "modelUuid":"\(model)"}
      """)
    return body["records"]?.array?.map { $0["_id"]?.string } ?? []
  }

  @Test func vectorV8() throws {
    let body = try harness.call(
      "segment.fetch",
      """
      {"modelUuid":"\(model)","filter":{"conjonction":"or","groups":[{"conjonction":"and",\
      "conditions":[{"kind":"string","columnSlug":"country","operator":"is","values":["US"]}]},\
      {"conjonction":"and","conditions":[{"kind":"number","columnSlug":"employee_count",\
      "operator":"greaterThan","value":500}]}]},"sort":[{"columnSlug":"employee_count",\
      "kind":"desc"}],"fetchingLimit":100,"fetchingOffset":0}
      """)
    let expected = try JSONValue(
      Array(
        """
        {"records":[{"_id":"rec-2","name":"Globex","domain":"globex.com","employee_count":1200,\
        "country":"FR"},{"_id":"rec-1","name":"Acme Corp","domain":"acme.com","employee_count":500,\
        "country":"US"}],"count":2,"columns":[{"slug":"_id","type":"string","label":"ID",\
        "modelUuid":"\(model)"},{"slug":"name","type":"string","label":"Company Name",\
        "modelUuid":"\(model)"},{"slug":"domain","type":"string","label":"Domain",\
        "modelUuid":"\(model)"},{"slug":"employee_count","type":"number","label":"Employees",\
        "modelUuid":"\(model)"},{"slug":"country","type":"string","label":"Country",\
        "modelUuid":"\(model)"}]}
        """.utf8))
    #expect(body == expected)
  }

  @Test(arguments: [
    (#"{"kind":"string","columnSlug":"domain","operator":"isNull"}"#, ["rec-3"]),
    (
      #"{"kind":"number","columnSlug":"employee_count","operator":"between","firstValue":5,"lastValue":500}"#,
      ["rec-1", "rec-3"]
    ),
    (#"{"kind":"string","columnSlug":"name","operator":"contains","values":"corp"}"#, ["rec-1"]),
    (
      #"{"kind":"string","columnSlug":"country","operator":"isNot","values":["US"]}"#,
      ["rec-2", "rec-3"]
    ),
  ])
  func moreOfV8(condition: String, expected: [String]) throws {
    #expect(try fetch(condition) == expected)
  }

  @Test func vectorV11() throws {
    let sql = """
      SELECT country, COUNT(*) AS n FROM default.companies WHERE country IS NOT NULL GROUP BY country \
      ORDER BY n DESC, country LIMIT 10
      """
    #expect(
      try harness.call("storage.query", #"{"query":"\#(sql)"}"#)
        == ["rows": [["country": "FR", "n": 1], ["country": "US", "n": 1]]])
    let error = try harness.error(
      "storage.query", #"{"query":"SELECT * FROM default.nonexistent"}"#)
    #expect(error.message == "Table not found: default.nonexistent")
    #expect(error.status == 400)
  }

  @Test func recordsAreWrittenByTheirTypes() throws {
    try harness.call(
      "column.create", #"{"column":{"slug":"tags","type":"array"},"modelUuid":"\#(model)"}"#)
    try harness.call(
      "column.create",
      #"{"column":{"slug":"is_customer","type":"boolean"},"modelUuid":"\#(model)"}"#)
    let answer = try harness.call(
      "storage.record.update_bulk",
      """
      {"modelUuid":"\(model)","records":[{"id":"rec-3","data":{"domain":"tiny.io",\
      "employee_count":"6","tags":["a",{"b":1}],"is_customer":true}}]}
      """)
    #expect(
      answer["records"]?[0] == [
        "_id": "rec-3", "name": "Tiny", "domain": "tiny.io", "employee_count": 6, "country": nil,
        "tags": ["a", ["b": 1]], "is_customer": true,
      ])
    let listed = try harness.call(
      "storage.record.list", #"{"limit":1,"modelUuid":"\#(model)","offset":2}"#)
    #expect(listed["records"]?[0] == answer["records"]?[0])
  }

  @Test(arguments: [
    (
      "storage.record.update_bulk",
      #""records":[{"id":"rec-1","data":{"employee_count":"many"}}]"#, "must be a number"
    ),
    (
      "storage.record.update_bulk", #""records":[{"id":"rec-1","data":{"nmae":"x"}}]"#,
      "Column not found: nmae"
    ),
    (
      "storage.record.update_bulk", #""records":[{"id":"rec-1","data":{"_id":"x"}}]"#,
      "the id of a record cannot change"
    ),
    (
      "storage.record.update_bulk",
      #""records":[{"id":"rec-1","data":{"name":"half"}},{"id":"none","data":{}}]"#,
      "Record not found: none"
    ),
    ("storage.record.update_bulk", #""records":[]"#, "1 to 1000"),
    (
      "storage.record.ingest", #""records":[{"_id":"new"},{"_id":"rec-1"}]"#,
      "records[1]: a record with this _id is there already"
    ),
    ("column.create", #""column":{"slug":"name","type":"string"}"#, "has a column name"),
    ("column.create", #""column":{"slug":"NAME","type":"string"}"#, "has a column name"),
    ("column.create", #""column":{"slug":"a b","type":"string"}"#, "letters, digits"),
    ("column.create", #""column":{"slug":"x","type":"text"}"#, "must be one of"),
    ("column.update", #""column":{"slug":"x","type":"string"}"#, "Column not found"),
    ("column.remove", #""columnSlug":"_id""#, "cannot be removed"),
  ])
  func refusesAndChangesNothing(operation: String, rest: String, message: String) throws {
    let before = try harness.call("storage.record.list", #"{"modelUuid":"\#(model)"}"#)
    let error = try harness.error(operation, #"{"modelUuid":"\#(model)",\#(rest)}"#)
    #expect(error.message.contains(message), "\(error.message)")
    #expect(try harness.call("storage.record.list", #"{"modelUuid":"\#(model)"}"#) == before)
  }

  @Test func columnsMoveAndGo() throws {
    try harness.call(
      "column.reorder", #"{"columnSlug":"country","modelUuid":"\#(model)","toIndex":1}"#)
    try harness.call("column.remove", #"{"columnSlug":"domain","modelUuid":"\#(model)"}"#)
    let columns = try harness.call("column.list", #"{"modelUuid":"\#(model)"}"#)["columns"]?.array
    #expect(columns?.map { $0["slug"]?.string } == ["_id", "country", "name", "employee_count"])
    let error = try harness.error(
      "storage.query", #"{"query":"SELECT domain FROM default.companies"}"#)
    #expect(error.message == "Column not found: domain")
  }

  @Test func segmentsLiveAndDie() throws {
    let filter =
      #"{"conjonction":"and","groups":[{"conjonction":"and","conditions":[{"kind":"string","columnSlug":"country","operator":"is","values":["US"]}]}]}"#
    let made = try harness.call(
      "segment.create",
      #"{"filter":\#(filter),"modelUuid":"\#(model)","name":"High-Value Accounts"}"#)
    let uuid = try #require(made["segment"]?["uuid"]?.string)
    #expect(made["segment"]?["slug"] == "high-value-accounts")
    #expect(made["segment"]?["recordsCount"] == 1)
    let updated = try harness.call(
      "segment.update",
      #"{"filter":{"conjonction":"and","groups":[]},"limit":2,"name":"All","uuid":"\#(uuid)"}"#)
    #expect(updated["segment"]?["recordsCount"] == 2)
    #expect(updated["segment"]?["slug"] == "high-value-accounts")
    let again = try harness.call("segment.update", #"{"limit":null,"uuid":"\#(uuid)"}"#)
    #expect(again["segment"]?["recordsCount"] == 3)
    // A model in use stays.
    let inUse = try harness.error("model.remove", #"{"uuid":"\#(model)"}"#)
    #expect(inUse.code == "modelInUse")
    let wrong = try harness.error(
      "segment.update",
      #"{"filter":{"conjonction":"and","groups":[{"conjonction":"and","conditions":[{"kind":"string","columnSlug":"none","operator":"isNull"}]}]},"uuid":"\#(uuid)"}"#
    )
    #expect(wrong.status == 400)
    let file = try harness.call(
      "segment.download",
      #"{"filter":{"conjonction":"and","groups":[]},"modelUuid":"\#(model)","uuid":"\#(uuid)"}"#)
    let url = try #require(file["urls"]?[0]?.string)
    #expect(
      try text(of: url).hasPrefix("_id,name,domain,employee_count,country\r\nrec-1,Acme Corp"))
    #expect(try harness.call("segment.remove", #"{"uuid":"\#(uuid)"}"#) == [:])
    #expect(try harness.error("segment.get", #"{"uuid":"\#(uuid)"}"#).status == 404)
    #expect(try harness.call("model.remove", #"{"uuid":"\#(model)"}"#) == [:])
    #expect(
      try harness.error("storage.query", #"{"query":"SELECT 1 FROM default.companies"}"#).message
        == "Table not found: default.companies")
  }

  private func text(of url: String) throws -> String {
    #expect(url.hasPrefix("file:///"))
    let file = try #require(fopen(String(url.dropFirst("file://".count)), "r"))
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    bytes.removeLast(bytes.count - fread(&bytes, 1, bytes.count, file))
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test func queriesAreExported() throws {
    let body = try harness.call(
      "storage.download",
      #"{"query":"SELECT name, 'a,\"b\"' AS odd FROM default.companies ORDER BY _id LIMIT 1"}"#)
    let url = try #require(body["url"]?.string)
    #expect(try text(of: url) == "name,odd\r\nAcme Corp,\"a,\"\"b\"\"\"\r\n")
    let error = try harness.error(
      "storage.download", #"{"format":"parquet","query":"SELECT 1"}"#)
    #expect(error.code == "formatNotSupported")
  }

  @Test func filesAreUploadedAndTheirHeaderRead() throws {
    let path = harness.folder + "/my companies.csv"
    let file = try #require(fopen(path, "w"))
    fputs("\u{FEFF}domain,\"head, count\"\r\nacme.com,5\r\n", file)
    fclose(file)
    let made = try harness.call("file.upload", #"{"filePath":"\#(path)"}"#)
    #expect(made["name"] == "my companies.csv")
    let name = try #require(made["s3Filename"]?.string)
    let columns = try harness.call("file.list_columns", #"{"s3Filename":"\#(name)"}"#)
    #expect(
      columns == [
        "columns": [
          ["type": "string", "name": "domain"], ["type": "string", "name": "head, count"],
        ]
      ])
    #expect(try harness.error("file.upload", #"{"filePath":"/tmp"}"#).kind == .file)
    #expect(try harness.error("file.upload", #"{"filePath":"/none.csv"}"#).kind == .file)
  }
}

@Suite struct ConnectorOperationsTests {
  let harness: WorkspaceHarness

  init() throws { harness = try WorkspaceHarness() }

  @Test func integrationsShowActionsAndPrices() throws {
    let list = try harness.call("integration.list")["integrations"]?.array
    #expect(list?.count == 15)
    let found = try harness.call("integration.list", #"{"search":"people labs"}"#)
    #expect(found["integrations"]?.array?.map { $0["slug"]?.string } == ["peopleDataLabs"])
    let one = try harness.call("integration.get", #"{"slug":"aiArk"}"#)["integration"]
    let actions = one?["actions"]
    #expect(
      actions?["searchPeople"]?["credits"] == ["costs": [["type": "unit", "cost": 0.05]]])
    #expect(
      actions?["enrichPerson"]?["credits"]
        == ["costs": [["type": "fixed", "cost": 0.1, "onlyOnHit": true]]])
    let schema = actions?["searchPeople"]?["config"]?["jsonSchema"]
    #expect(schema?["properties"]?["limit"] == ["type": "integer"])
    let free = try harness.call("integration.get", #"{"slug":"sillage"}"#)["integration"]
    #expect(free?["actions"]?["searchLeads"]?["credits"] == ["costs": []])
  }

  @Test func connectorsLiveAndDie() throws {
    #expect(try harness.call("connector.list")["connectors"]?.array?.count == 15)
    let made = try harness.call(
      "connector.create",
      """
      {"config":{"apiKey":"secret"},"integrationSlug":"prospeo","name":"Second",\
      "rateLimit":{"unit":"day","max":1000},"slug":"prospeo_two"}
      """)
    let uuid = try #require(made["connector"]?["uuid"]?.string)
    #expect(made["connector"]?["rateLimit"] == ["unit": "day", "max": 1000])
    #expect(made["connector"]?["config"] == .null)
    #expect(made["dataset"]?["slug"] == "prospeo_two")
    #expect(
      try harness.call("connector.exists_by_slug", #"{"slug":"prospeo_two"}"#) == ["exists": true])
    let taken = try harness.error(
      "connector.create", #"{"integrationSlug":"prospeo","name":"x","slug":"prospeo_two"}"#)
    #expect(taken.code == "slugAlreadyExists")
    let updated = try harness.call(
      "connector.update", #"{"name":"Other","rateLimit":null,"uuid":"\#(uuid)"}"#)
    #expect(updated["connector"]?["name"] == "Other")
    #expect(updated["connector"]?["rateLimit"] == .null)
    for wrong in [#"{"unit":"week","max":1}"#, #"{"unit":"day","max":0}"#, "{}"] {
      let error = try harness.error(
        "connector.update", #"{"rateLimit":\#(wrong),"uuid":"\#(uuid)"}"#)
      #expect(error.status == 400)
    }
    #expect(try harness.call("connector.remove", #"{"uuid":"\#(uuid)"}"#) == [:])
    #expect(try harness.error("connector.get", #"{"uuid":"\#(uuid)"}"#).status == 404)
  }

  @Test func aConnectorHasItsOwnDemoBehaviour() throws {
    let uuid = Identifier.named("connector waterfall")
    try harness.call(
      "connector.update", #"{"config":{"demo":{"error_rate":1}},"uuid":"\#(uuid)"}"#)
    let body = try harness.call(
      "action.execute",
      harness.execute(
        "waterfall.verifyEmail", #"{"email":"a@b.example"}"#, retry: #"{"maximumAttempts":1}"#),
      waits: true)
    #expect(body["run"]?["status"] == "error")
  }

  @Test func actionsAreSearchedAndDescribed() throws {
    let found = try harness.call("action.list", #"{"query":"find e-mail"}"#)
    #expect(found["totalMatches"] == 3)
    #expect(found["results"]?[0]?["action"]?["actionSlug"] == "findEmail")
    #expect(found["results"]?[0]?["connectors"]?.array?.count == 1)
    let schema = try harness.call(
      "action.get_output_schema",
      #"{"action":{"kind":"connector","integrationSlug":"prospeo","actionSlug":"findEmail"}}"#)
    #expect(schema["schema"]?["properties"]?["email"] == ["type": "string"])
  }

  @Test func usageComesFromTheLedger() throws {
    for index in 0..<3 {
      _ = try harness.run("waterfall.verifyEmail", #"{"email":"p\#(index)@a.example"}"#)
    }
    _ = try harness.run("cargo.matchBusiness", #"{"name":"3M"}"#)
    let body = try harness.call(
      "billing.usage",
      #"{"from":"2020-01-01","groupBy":"integration_slug","to":"2099-01-01","unit":"billing.credits"}"#
    )
    let items = try #require(body["metrics"]?.array?.flatMap { $0["items"]?.array ?? [] })
    #expect(
      items == [
        ["slug": "cargo.matchBusiness", "count": 0.5, "groupBy": "cargo"],
        ["slug": "waterfall.verifyEmail", "count": 0.3, "groupBy": "waterfall"],
      ])
    let wrong = try harness.error(
      "billing.usage", #"{"from":"2020-01-01","to":"2099-01-01","unit":"credits"}"#)
    #expect(wrong.status == 400)
  }

  @Test func graphsAndWorkflowsAreRefusedAsThePlatformWould() throws {
    let uuid = StrictBodyTests.unknown
    for (operation, body, code) in [
      ("run.create", #"{"data":{}}"#, "invalidBody"),
      ("run.create", #"{"data":{},"workflowUuid":"\#(uuid)"}"#, "workflowNotFound"),
      (
        "run.create", #"{"data":{},"nodes":[],"releaseUuid":"\#(uuid)"}"#,
        "invalidReleaseOrCustomNodes"
      ),
      ("run.create", #"{"data":{},"nodes":[{}]}"#, "nodesInvalid"),
      ("batch.create", #"{"data":{"kind":"x"}}"#, "invalidBody"),
      (
        "batch.create", #"{"data":{"kind":"segment","segmentUuid":"\#(uuid)"},"nodes":[{}]}"#,
        "invalidDataKind"
      ),
    ] {
      #expect(try harness.error(operation, body).code == code, "\(operation) \(body)")
    }
    let body = #"{"workflowUuid":"\#(uuid)"}"#
    #expect(try harness.call("run.list", body) == ["runs": []])
    #expect(try harness.call("run.count", body) == ["count": 0])
    #expect(try harness.call("record.list", body) == ["records": [], "count": 0])
    #expect(try harness.call("run.get_metrics", body) == ["runMetrics": []])
    #expect(try harness.call("run.cancel", #"{"uuids":[],"workflowUuid":"\#(uuid)"}"#) == [:])
  }
}
