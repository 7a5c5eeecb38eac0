import CargoClient
import Glibc
import SQLite
import Testing

@testable import LocalWorkspace

/// Graphs on a workspace, expressions and all.
@Suite struct GraphRunTests {
  typealias T = GraphText

  func run(
    _ harness: WorkspaceHarness, _ nodes: String, _ data: String = "{}"
  ) throws -> JSONValue {
    try harness.call("run.create", #"{"data":\#(data),"nodes":\#(nodes)}"#, waits: true)
  }

  // MARK: The vectors of cargo-platform.md §10

  @Test func vectorV5() throws {
    let harness = try WorkspaceHarness(evaluates: true)
    let body = #"{"data":{"domain":"acme.com","employee_count":500},"nodes":\#(T.v5)}"#
    let pending = try #require(try harness.call("run.create", body)["run"])
    #expect(pending["status"] == "pending")
    for key in ["workflowUuid", "batchUuid", "releaseUuid"] { #expect(pending[key] == .null) }
    let uuid = try #require(pending["uuid"]?.string)
    let finished = try harness.call("run.wait", #"{"uuid":"\#(uuid)"}"#)
    #expect(finished["runContext"]?["end"] == ["big": true, "host": "https://acme.com"])
    // What was told is what is stored, byte for byte.
    #expect(try harness.call("run.get", #"{"uuid":"\#(uuid)"}"#) == finished)
  }

  @Test func vectorV2() throws {
    let harness = try WorkspaceHarness(evaluates: true)
    let finished = try run(harness, T.v5, #"{"domain":"acme.com","employee_count":50}"#)
    let run = try #require(finished["run"])
    #expect(run["status"] == "success")
    #expect(
      finished["runContext"] == [
        "start": ["domain": "acme.com", "employee_count": 50],
        "check_size": ["condition": false], "skip": ["status": "skipped_too_small"],
      ])
    #expect(
      finished["runComputedConfigs"] == [
        "check_size": ["condition": false],
        "skip": [
          "variables": [["name": "status", "type": "string", "value": "skipped_too_small"]]
        ],
      ])
    let expected: [JSONValue] = [
      [
        "nodeUuid": "d1d1d1d1-d1d1-4d1d-ad1d-d1d1d1d1d1d1", "nodeSlug": "start",
        "nodeKind": "native", "nodeActionSlug": "start", "nodeChildIndex": 0,
        "nextNodeUuid": "d2d2d2d2-d2d2-4d2d-ad2d-d2d2d2d2d2d2", "status": "success",
        "title": "start", "creditsUsedCount": 0,
      ],
      [
        "nodeUuid": "d2d2d2d2-d2d2-4d2d-ad2d-d2d2d2d2d2d2", "nodeSlug": "check_size",
        "nodeKind": "native", "nodeActionSlug": "branch", "nodeChildIndex": 1,
        "nextNodeUuid": "d4d4d4d4-d4d4-4d4d-ad4d-d4d4d4d4d4d4", "status": "success",
        "title": "❌ Condition is not matched", "creditsUsedCount": 0,
      ],
      [
        "nodeUuid": "d4d4d4d4-d4d4-4d4d-ad4d-d4d4d4d4d4d4", "nodeSlug": "skip",
        "nodeKind": "native", "nodeActionSlug": "end", "nodeChildIndex": nil, "nextNodeUuid": nil,
        "status": "success", "title": "skip", "creditsUsedCount": 0,
      ],
    ]
    let executions = try #require(run["executions"]?.array)
    #expect(executions.count == expected.count)
    for (execution, wanted) in zip(executions, expected) {
      for (key, value) in try #require(wanted.object) { #expect(execution[key] == value, "\(key)") }
    }
    for key in ["workflowUuid", "batchUuid", "releaseUuid", "recordId", "errorMessage"] {
      #expect(run[key] == .null, "\(key)")
    }
  }

  @Test func vectorV9() throws {
    let harness = try WorkspaceHarness()
    #expect(try harness.call("node.validate", #"{"nodes":\#(T.v5)}"#) == ["outcome": "valid"])
    let cut = T.v5.replacing(
      #","d4d4d4d4-d4d4-4d4d-ad4d-d4d4d4d4d4d4"],"fallbackOnFailure":false,"position":{"x":0"#,
      with: #"],"fallbackOnFailure":false,"position":{"x":0"#)
    #expect(cut != T.v5)
    #expect(
      try harness.call("node.validate", #"{"nodes":\#(cut)}"#) == [
        "outcome": "notValid",
        "invalidNodes": [
          [
            "node": ["uuid": "d2d2d2d2-d2d2-4d2d-ad2d-d2d2d2d2d2d2", "slug": "check_size"],
            "reason": "childrenUuidsInvalid",
          ]
        ],
      ])
    let error = try harness.error("run.create", #"{"data":{},"nodes":\#(cut)}"#)
    #expect(error.code == "nodesInvalid")
    #expect(error.status == 400)
    #expect(error.message == "the graph is not valid: check_size (childrenUuidsInvalid)")
  }

  @Test func vectorV10() throws {
    let harness = try WorkspaceHarness(evaluates: true)
    let body = """
      {"context":{"nodes":{"start":{"email":"jane@acme.com"}}},"node":{\
      "uuid":"22222222-2222-4222-a222-222222222222","slug":"enrich_company","kind":"connector",\
      "integrationSlug":"clearbit","actionSlug":"enrichCompanyFromDomain",\
      "connectorUuid":"6f708192-a3b4-45c6-97e8-f90112233445","config":{"domain":{\
      "kind":"templateExpression","expression":"{{nodes.start.email.split('@')[1]}}",\
      "instructTo":"none","fromRecipe":false}},\
      "childrenUuids":["33333333-3333-4333-a333-333333333333"],"fallbackOnFailure":false,\
      "position":{"x":0,"y":166}}}
      """
    #expect(try harness.call("node.compute", body) == ["domain": "acme.com"])
    let failed = try harness.error(
      "node.compute",
      body.replacing("jane@acme.com\"", with: "\",\"other\":1").replacing("email\"", with: "mail\"")
    )
    #expect(
      failed.message == """
        enrich_company: the expression nodes.start.email.split('@')[1] in domain failed: TypeError: \
        undefined is not an object (evaluating 'nodes.start.email.split')
        """)
    #expect(failed.code == "expressionFailed")
  }

  static let v13 = T.graph(
    T.start(to: "loop"),
    T.node(
      "loop", "group",
      """
      {"items":\(T.template("{{nodes.start.domains}}")),"failOnItemFailure":false,"_nodes":\
      \(T.graph(T.start(to: "end"), T.node("end", "end", """
        {"variables":[{"name":"host","type":"string","value":\
        \(T.template("https://{{nodes.start.value}}"))},{"name":"total","type":"number","value":\
        \(T.template("{{parentNodes.start.domains.length}}"))}]}
        """)))}
      """, to: "end"),
    T.end("end", ("first", T.template("{{nodes.loop[0].host}}"))))

  @Test func vectorV13() throws {
    let harness = try WorkspaceHarness(evaluates: true)
    let finished = try run(harness, GraphRunTests.v13, #"{"domains":["acme.com","globex.com"]}"#)
    #expect(
      finished["runContext"]?["loop"] == [
        ["host": "https://acme.com", "total": 2], ["host": "https://globex.com", "total": 2],
      ])
    #expect(finished["runContext"]?["end"] == ["first": "https://acme.com"])
    // The items are runs of a batch of their own.
    let run = try #require(finished["run"])
    #expect(run["isGroupParent"] == true)
    let batch = try #require(run["executions"]?[1]?["nodeBatchUuid"]?.string)
    let uuid = try #require(run["uuid"]?.string)
    #expect(
      try harness.call("batch.get", #"{"uuid":"\#(batch)"}"#)["batch"]?["runsCount"] == 2)
    for filter in [
      #""parentRunUuid":"\#(uuid)""#, #""parentNodeUuid":"\#(T.uuid("loop"))""#,
    ] {
      let listed = try harness.call("batch.list", "{\(filter)}")["batches"]?.array
      #expect(listed?.map { $0["uuid"]?.string } == [batch])
    }
    let rows = try harness.call("batch.download", #"{"outputNodeSlug":"end","uuid":"\#(batch)"}"#)
    #expect(rows[1]?["output"] == ["host": "https://globex.com", "total": 2])
    let child = try harness.call("run.get", #"{"uuid":"\#(rows[1]?["runUuid"]?.string ?? "")"}"#)
    #expect(child["run"]?["parentUuid"]?.string == uuid)
    #expect(child["run"]?["parentNodeUuid"]?.string == T.uuid("loop"))
    #expect(child["runContext"]?["start"] == ["value": "globex.com"])
  }

  @Test func vectorV14() throws {
    let harness = try WorkspaceHarness(evaluates: true)
    let graph = T.graph(
      T.start(to: "has_email"),
      T.node(
        "has_email", "filter",
        #"{"filter":\#(T.template("{{nodes.start.email !== undefined && nodes.start.email !== null}}"))}"#,
        to: "end"), T.end())
    let stopped = try run(harness, graph)
    #expect(stopped["run"]?["status"] == "success")
    let executions = try #require(stopped["run"]?["executions"]?.array)
    #expect(executions.count == 2)
    #expect(executions[1]["nextNodeUuid"] == .null)
    #expect(stopped["runContext"]?["end"] == nil)
    #expect(stopped["runContext"]?["has_email"] == ["filter": false])
    let passed = try run(harness, graph, #"{"email":"a@b.example"}"#)
    #expect(passed["runContext"]?["end"] == [:])
  }

  @Test func vectorV6() throws {
    let harness = try WorkspaceHarness()
    let uuid = StrictBodyTests.unknown
    for (operation, data) in [
      ("run.create", "{}"), ("batch.create", #"{"kind":"records","records":[{}]}"#),
    ] {
      for (rest, code, status) in [
        (#","nodes":[],"releaseUuid":"\#(uuid)""#, "invalidReleaseOrCustomNodes", 400),
        (#","workflowUuid":"\#(uuid)""#, "workflowNotFound", 404),
        (#","nodes":\#(T.v5),"workflowUuid":"\#(uuid)""#, "workflowNotFound", 404),
        ("", "invalidBody", 400),
      ] {
        let error = try harness.error(operation, #"{"data":\#(data)\#(rest)}"#)
        #expect(error.code == code, "\(operation) \(rest)")
        #expect(error.status == status)
      }
    }
  }

  // MARK: Connectors and credits

  static let verify = T.graph(
    T.start(to: "verify"),
    T.action(
      "verify", "waterfall.verifyEmail", #"{"email":\#(T.template("{{nodes.start.email}}"))}"#,
      to: "again"),
    T.action(
      "again", "waterfall.verifyEmail", #"{"email":\#(T.template("x{{nodes.verify.email}}"))}"#,
      to: "end"), T.end("end", ("status", T.template("{{nodes.again.status}}"))))

  @Test func eachPaidStepIsInTheLedger() throws {
    let harness = try WorkspaceHarness(evaluates: true)
    let finished = try run(harness, GraphRunTests.verify, #"{"email":"a@b.example"}"#)
    #expect(finished["runContext"]?["verify"] == ["email": "a@b.example", "status": "invalid"])
    #expect(finished["runContext"]?["end"] == ["status": "invalid"])
    #expect(finished["runComputedConfigs"]?["again"] == ["email": "xa@b.example"])
    let executions = try #require(finished["run"]?["executions"]?.array)
    #expect(executions.map { $0["creditsUsedCount"]?.double } == [0, 0.1, 0.1, 0])
    #expect(executions[1]["title"] == "waterfall.verifyEmail")
    #expect(try abs(harness.workspace.ledgerCredits() - 0.2) < 1e-9)
    #expect(try imbalance(harness.path) == 0)
  }

  @Test func aConnectorsFailureNamesTheNode() throws {
    let harness = try WorkspaceHarness(evaluates: true)
    let finished = try run(harness, GraphRunTests.verify)
    #expect(finished["run"]?["status"] == "error")
    #expect(
      finished["run"]?["errorMessage"] == "verify: waterfall.verifyEmail: email is required")
    #expect(finished["run"]?["executions"]?[1]?["status"] == "error")
    #expect(try harness.workspace.ledgerCredits() == 0)
  }

  @Test func aConnectorsRetriesAreItsOwn() throws {
    let harness = try WorkspaceHarness(
      demo: DemoBehaviour(latencyMilliseconds: 0, errorRate: 0.5), evaluates: false)
    let graph = T.graph(
      T.start(to: "a"),
      T.action(
        "a", "waterfall.verifyEmail", #"{"email":"a@b.example"}"#, to: "end",
        also: #""retry":{"maximumAttempts":30,"initialInterval":1,"backoffCoefficient":1}"#),
      T.end())
    #expect(try run(harness, graph)["run"]?["status"] == "success")
    #expect(try harness.workspace.ledgerCredits() == 0.1)
  }

  private func imbalance(_ path: String) throws -> Int64? {
    try Connection(path: path).first(
      """
      SELECT count(*) FROM cargo_runs r LEFT JOIN
        (SELECT run_id, sum(microcredits) AS paid FROM cargo_ledger GROUP BY run_id) l
        ON l.run_id = r.id
      WHERE r.microcredits <> coalesce(l.paid, 0)
        AND NOT EXISTS (SELECT 1 FROM cargo_batches c WHERE c.parent_run = r.id)
      """
    ) { $0.int64(0) }
  }

  @Test func whatTheItemsOfAGroupCostIsTheRunsCost() throws {
    let harness = try WorkspaceHarness(evaluates: true)
    let graph = T.graph(
      T.start(to: "loop"),
      T.node(
        "loop", "group",
        #"{"items":\#(T.template("{{nodes.start.emails}}")),"_nodes":\#(GraphRunTests.verify)}"#,
        to: "end"), T.end("end", ("all", T.template("{{nodes.loop}}"))))
    let finished = try run(
      harness, graph, #"{"emails":[{"email":"a@b.example"},{},{"email":"c@d.example"}]}"#)
    #expect(finished["run"]?["status"] == "success")
    // An item that failed is null.
    #expect(finished["runContext"]?["loop"]?[1] == .null)
    #expect(finished["runContext"]?["end"]?["all"]?.array?.count == 3)
    #expect(finished["run"]?["executions"]?[1]?["creditsUsedCount"] == 0.4)
    #expect(try abs(harness.workspace.ledgerCredits() - 0.4) < 1e-9)
    let strict = try run(
      harness, graph.replacing(#""_nodes""#, with: #""failOnItemFailure":true,"_nodes""#),
      #"{"emails":[{"email":"a@b.example"},{}]}"#)
    #expect(strict["run"]?["status"] == "error")
    #expect(
      strict["run"]?["errorMessage"] == """
        loop: 1 of 2 items failed: verify: waterfall.verifyEmail: email is required
        """)
    #expect(strict["run"]?["executions"]?[1]?["creditsUsedCount"] == 0.2)
  }

  @Test func groupsInsideGroupsSeeTheirOwnParent() throws {
    let harness = try WorkspaceHarness(evaluates: true)
    let inner = T.graph(
      T.start(to: "end"),
      T.end("end", ("sum", T.template("{{nodes.start.value + parentNodes.start.base}}"))))
    let outer = T.graph(
      T.start(to: "in"),
      T.node(
        "in", "group", #"{"items":\#(T.template("{{nodes.start.list}}")),"_nodes":\#(inner)}"#,
        to: "end"), T.end("end", ("sums", T.template("{{nodes.in.map(x => x.sum)}}"))))
    let graph = T.graph(
      T.start(to: "out"),
      T.node(
        "out", "group", #"{"items":\#(T.template("{{nodes.start.rows}}")),"_nodes":\#(outer)}"#,
        to: "end"), T.end("end", ("all", T.template("{{nodes.out.map(x => x.sums)}}"))))
    let finished = try run(
      harness, graph, #"{"rows":[{"base":10,"list":[1,2]},{"base":20,"list":[]}]}"#)
    #expect(finished["runContext"]?["end"]?["all"] == [[11, 12], []])
    let wrong = try run(harness, graph, #"{"rows":7}"#)
    #expect(wrong["run"]?["errorMessage"] == "out: items must be a list")
  }

  // MARK: Code, models, waits

  @Test func scriptsSeeTheNodes() throws {
    let harness = try WorkspaceHarness(evaluates: true)
    let graph = T.graph(
      T.start(to: "s"),
      T.node("s", "script", #"{"script":"return nodes.start.n * 2"}"#, to: "end"),
      T.end("end", ("n", T.template("{{nodes.s.result}}"))))
    #expect(try run(harness, graph, #"{"n":21}"#)["runContext"]?["end"] == ["n": 42])
    let failing = graph.replacing("return nodes.start.n * 2", with: "return require('axios')")
    #expect(
      try run(harness, failing)["run"]?["errorMessage"] == """
        s: the script failed: Error: require("axios") is not available offline: scripts run without \
        modules
        """)
  }

  static let python = T.graph(
    T.start(to: "p"),
    T.node(
      "p", "python",
      #"{"script":"import os\nprint('noise')\nresult = {'n': nodes['start']['n'] + 1, 'env': sorted(os.environ)}"}"#,
      to: "end"),
    T.end("end", ("r", T.template("{{nodes.p.result}}"))))

  @Test func pythonRunsOnlyWhereItIsAllowed() throws {
    let refused = try run(WorkspaceHarness(evaluates: true), GraphRunTests.python, #"{"n":1}"#)
    #expect(
      refused["run"]?["errorMessage"] == """
        p: python nodes run only with --allow-code on the command line: Python is no sandbox
        """)
    setenv("GRAPH_PYTHON_SECRET", "x", 1)
    defer { unsetenv("GRAPH_PYTHON_SECRET") }
    let harness = try WorkspaceHarness(evaluates: true, python: true)
    let finished = try run(harness, GraphRunTests.python, #"{"n":1}"#)
    let result = finished["runContext"]?["end"]?["r"]
    #expect(result?["n"] == 2)
    #expect(result?["env"]?.array?.contains("GRAPH_PYTHON_SECRET") == false)
    let failing = GraphRunTests.python.replacing("import os", with: "import nothing_here")
    #expect(
      try run(harness, failing)["run"]?["errorMessage"] == """
        p: the script failed: ModuleNotFoundError: No module named 'nothing_here'
        """)
  }

  @Test func modelsAreWritten() throws {
    let harness = try WorkspaceHarness(evaluates: true)
    let model = harness.model("companies")
    func write(_ action: String, _ rest: String) -> String {
      T.graph(
        T.start(to: "m"),
        T.node(
          "m", action,
          #"{"modelUuid":"\#(model)",\#(rest)"mappings":[{"columnSlug":"name","value":\#(T.template("{{nodes.start.name}}"))}]}"#,
          to: "end"), T.end("end", ("name", T.template("{{nodes.m.name}}"))))
    }
    let key = #""matchingColumnSlug":"domain","matchingValue":"graph.example","#
    for name in ["First", "Second"] {
      let finished = try run(harness, write("modelUpsert", key), #"{"name":"\#(name)"}"#)
      #expect(finished["runContext"]?["end"]?["name"]?.string == name)
      #expect(finished["runContext"]?["m"]?["domain"] == "graph.example")
    }
    let rows = try harness.call(
      "storage.query",
      #"{"query":"SELECT name FROM default.companies WHERE domain = 'graph.example'"}"#)
    #expect(rows["rows"] == [["name": "Second"]])
    #expect(
      try run(harness, write("modelInsert", ""), #"{"name":"Third"}"#)["run"]?["status"]
        == "success")
    let failing = try run(
      harness, write("modelInsert", "").replacing(#""name","value""#, with: #""nmae","value""#))
    #expect(failing["run"]?["errorMessage"] == "m: Column not found: nmae")
  }

  @Test func aDelayWaitsAndWhatIsOnlineOnlySaysSo() throws {
    let harness = try WorkspaceHarness()
    let graph = T.graph(
      T.start(to: "d"), T.node("d", "delay", #"{"minutes":0.0005}"#, to: "end"), T.end())
    let before = EventLoop.now()
    #expect(try run(harness, graph)["runContext"]?["d"] == [:])
    #expect(EventLoop.now() - before >= 30_000_000)
    for (node, message) in [
      (T.node("x", "agent", to: "end"), "x: agent nodes are not available offline"),
      (
        T.node("x", "y", to: "end").replacing(#""kind":"native""#, with: #""kind":"tool""#),
        "x: tools are not available offline"
      ),
      (T.node("x", "delay", #"{"minutes":-1}"#, to: "end"), "x: minutes must be a number from 0"),
    ] {
      let finished = try run(harness, T.graph(T.start(to: "x"), node, T.end()))
      #expect(finished["run"]?["errorMessage"]?.string?.hasPrefix(message) == true)
    }
  }

  @Test func withoutAnEngineOnlyExpressionsFail() throws {
    let harness = try WorkspaceHarness()
    let finished = try run(harness, T.v5, #"{"employee_count":5}"#)
    #expect(
      finished["run"]?["errorMessage"]
        == "check_size: expressions cannot be evaluated here")
  }

  @Test func expressionsAreEvaluatedOnTheirOwn() throws {
    let harness = try WorkspaceHarness(evaluates: true)
    for (body, expected) in [
      (#"{"expression":"{{a.b + 1}}","variables":{"a":{"b":2}}}"#, "3" as JSONValue),
      (#"{"expression":"{{a.b + 1}}!","variables":{"a":{"b":2}}}"#, "3!"),
      (
        #"{"expression":{"kind":"jsExpression","expression":"a.x"},"variables":{"a":{"x":[1]}}}"#,
        [1]
      ),
      (#"{"expression":"{{a.c}}","variables":{"a":{}}}"#, nil),
      (#"{"expression":"plain","variables":{}}"#, "plain"),
    ] {
      let value = try harness.call("expression.evaluate", body)
      #expect(value == (expected == "3" ? 3 : expected), "\(body)")
    }
    let error = try harness.error("expression.evaluate", #"{"expression":"{{x}}","variables":{}}"#)
    #expect(error.message.contains("Can't find variable: x"))
    #expect(
      try harness.error("expression.evaluate", #"{"expression":7,"variables":{}}"#).status == 400)
  }
}
