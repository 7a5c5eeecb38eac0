import CargoClient
import Testing

@testable import LocalWorkspace

@Suite struct GraphValidationTests {
  struct Surroundings: GraphSurroundings {
    func hasConnector(_ uuid: String?, integration: String) -> Bool {
      integration == "waterfall" && (uuid == nil || uuid == GraphText.uuid("connector"))
    }

    func childCount(of action: String, integration: String) -> Int? {
      ["verifyEmail": 1, "sort": 3][action]
    }
  }

  static func check(_ nodes: String) throws -> GraphValidation {
    let document = try JSONDocument(Array(nodes.utf8))
    return GraphValidation(try #require(document.root.array), in: Surroundings())
  }

  typealias T = GraphText

  /// Graphs, and what is wrong with them: slug and reason.
  static let cases: [(String, [String])] = [
    (T.v5, []),
    (T.graph(T.start(to: "end"), T.end()), []),
    ("[]", ["start startNodeNotFound", "end endNodeNotFound"]),
    (T.graph(T.end()), ["start startNodeNotFound"]),
    (T.graph(T.node("begin", "start", to: "end"), T.end()), ["start startNodeNotFound"]),
    (
      T.graph(T.start(to: "a"), T.node("a", "variables", to: "b"), T.node("b", "filter", to: "a")),
      ["end endNodeNotFound", "a cycleFound", "b cycleFound"]
    ),
    // A node after a cycle is on none.
    (
      T.graph(
        T.start(to: "a"), T.node("a", "branch", to: "b", "end"), T.node("b", "variables", to: "a"),
        T.end()), ["a cycleFound", "b cycleFound"]
    ),
    (
      T.graph(
        T.start(to: "a"),
        T.node("a", "variables", to: "end", also: #""fallbackChildUuid":"\#(T.uuid("a"))""#),
        T.end()),
      ["a cycleFound"]
    ),
    // Two ways may lead to one node.
    (
      T.graph(T.start(to: "a"), T.node("a", "branch", to: "end", "end"), T.end()), []
    ),
    (T.graph(T.start(to: "gone"), T.end()), ["start nodesNotFound"]),
    (
      T.graph(
        T.start(to: "a"),
        T.node("a", "variables", to: "end", also: #""fallbackChildUuid":"\#(T.uuid("gone"))""#),
        T.end()), ["a nodesNotFound"]
    ),
    (T.graph(T.node("start", "start"), T.end()), ["start childrenUuidsInvalid"]),
    (
      T.graph(T.start(to: "a"), T.node("a", "branch", to: "end"), T.end()),
      ["a childrenUuidsInvalid"]
    ),
    (
      T.graph(T.start(to: "a"), T.node("a", "end", to: "end"), T.end()), ["a childrenUuidsInvalid"]
    ),
    (
      T.graph(
        T.start(to: "a"), T.node("a", "switch", #"{"routes":[{},{},{}]}"#, to: "end", "end"),
        T.end()), ["a childrenUuidsInvalid"]
    ),
    (
      T.graph(
        T.start(to: "a"), T.node("a", "switch", #"{"routes":[{},{}]}"#, to: "end", "end"), T.end()),
      []
    ),
    (
      T.graph(T.start(to: "a"), T.node("a", "teleport", to: "end"), T.end()), ["a nativeInvalid"]
    ),
    // Known by name, though not run here.
    (T.graph(T.start(to: "a"), T.node("a", "humanReview", to: "end"), T.end()), []),
    (T.graph(T.start(to: "a-b"), T.node("a-b", "delay", to: "end"), T.end()), ["a-b slugInvalid"]),
    (
      T.graph(T.start(to: "end"), T.node("end", "delay", to: "end")),
      ["end slugInvalid", "end endNodeNotFound"]
    ),
    (
      T.graph(T.start(to: "end"), T.end(), T.end().replacing(T.uuid("end"), with: T.uuid("x"))),
      ["end slugDuplicated"]
    ),
    (
      T.graph(
        T.start(to: "end"), T.end(), T.end("other").replacing(T.uuid("other"), with: T.uuid("end"))),
      ["other uuidDuplicated"]
    ),
    (
      T.graph(T.start(to: "end"), T.end(), T.end("x").replacing(T.uuid("x"), with: "7")),
      ["x uuidInvalid"]
    ),
    (
      T.graph(T.start(to: "a"), T.action("a", "waterfall.verifyEmail", to: "end"), T.end()), []
    ),
    (
      T.graph(
        T.start(to: "a"),
        T.action(
          "a", "waterfall.verifyEmail", to: "end",
          also: #""connectorUuid":"\#(T.uuid("connector"))""#), T.end()), []
    ),
    (
      T.graph(
        T.start(to: "a"),
        T.action(
          "a", "waterfall.verifyEmail", to: "end",
          also: #""connectorUuid":"__REPLACE_WITH_CONNECTOR_UUID__""#), T.end()),
      ["a connectorNotFound"]
    ),
    (
      T.graph(T.start(to: "a"), T.action("a", "nobody.verifyEmail", to: "end"), T.end()),
      ["a connectorNotFound"]
    ),
    (
      T.graph(T.start(to: "a"), T.action("a", "waterfall.nothing", to: "end"), T.end()),
      ["a actionNotFound"]
    ),
    (
      T.graph(T.start(to: "a"), T.action("a", "waterfall.sort", to: "end"), T.end()),
      ["a childrenUuidsInvalid"]
    ),
    (
      T.graph(
        T.start(to: "a"), T.node("a", "group", #"{"items":[],"_nodes":[]}"#, to: "end"), T.end()),
      ["a subNodesInvalid", "a.start startNodeNotFound", "a.end endNodeNotFound"]
    ),
    (T.graph(T.start(to: "a"), T.node("a", "group", to: "end"), T.end()), ["a subNodesInvalid"]),
    (
      T.graph(
        T.start(to: "a"),
        T.node(
          "a", "group",
          #"{"_nodes":\#(T.graph(T.start(to: "b"), T.node("b", "group", #"{"_nodes":[]}"#, to: "end"), T.end()))}"#,
          to: "end"), T.end()),
      [
        "a subNodesInvalid", "a.b subNodesInvalid", "a.b.start startNodeNotFound",
        "a.b.end endNodeNotFound",
      ]
    ),
    // Every node that is wrong is named.
    (
      T.graph(
        T.start(to: "gone"), T.node("a", "teleport"), T.node("b", "branch"), T.node("c d", "delay"),
        T.end()),
      [
        "start nodesNotFound", "a nativeInvalid", "b childrenUuidsInvalid", "c d slugInvalid",
      ]
    ),
    (T.graph("{}", T.start(to: "end"), T.end()), [" uuidInvalid"]),
    (T.graph("7", T.start(to: "end"), T.end()), [" uuidInvalid"]),
  ]

  private func flat(_ nodes: [InvalidNode], _ prefix: String = "") -> [String] {
    nodes.flatMap { node in
      ["\(prefix)\(node.slug ?? "") \(node.reason.rawValue)"]
        + flat(node.nodes, "\(prefix)\(node.slug ?? "").")
    }
  }

  @Test func everyWrongNodeIsNamed() throws {
    for (graph, expected) in GraphValidationTests.cases {
      let validation = try GraphValidationTests.check(graph)
      #expect(flat(validation.invalid) == expected, "\(graph)")
      #expect((validation.graph == nil) == !expected.isEmpty, "\(graph)")
    }
  }

  @Test func whatIsMissingHereFailsWhenItIsReached() throws {
    let kinds = [
      (#""kind":"tool","toolUuid":"\#(T.uuid("tool"))""#, "toolInvalid"),
      (#""kind":"agent","agentUuid":"\#(T.uuid("agent"))""#, "agentInvalid"),
    ]
    for (kind, reason) in kinds {
      let node = T.node("a", "x", to: "end").replacing(
        #""kind":"native","actionSlug":"x""#, with: kind)
      let validation = try GraphValidationTests.check(T.graph(T.start(to: "a"), node, T.end()))
      #expect(flat(validation.invalid) == ["a \(reason)"])
      #expect(validation.graph != nil)
    }
  }

  @Test func aLargeGraphIsCheckedQuickly() throws {
    let count = 5_000
    var nodes = [T.start(to: "n0")]
    for index in 0..<count {
      nodes.append(
        T.node("n\(index)", "variables", to: index + 1 < count ? "n\(index + 1)" : "end"))
    }
    nodes.append(T.end())
    #expect(try GraphValidationTests.check("[\(nodes.joined(separator: ","))]").invalid == [])
  }
}

@Suite struct VariableTypeTests {
  static let cases: [(VariableType, JSONValue?, JSONValue)] = [
    (.string, "a", "a"), (.string, 5, "5"), (.string, 1.5, "1.5"), (.string, true, "true"),
    (.string, ["a": [1]], #"{"a":[1]}"#), (.string, nil, nil), (.string, .null, nil),
    (.number, 5, 5), (.number, "12", 12), (.number, " 1.5e3 ", 1500.0), (.number, "-0.5", -0.5),
    (.number, "12 apples", nil), (.number, "", nil), (.number, "nan", nil), (.number, "0x10", nil),
    (.number, "inf", nil), (.number, true, nil), (.number, [1], nil), (.number, nil, nil),
    (.boolean, true, true), (.boolean, "true", true), (.boolean, "false", false),
    (.boolean, "no", true), (.boolean, "", false), (.boolean, 0, false), (.boolean, 2, true),
    (.boolean, [], true), (.boolean, [:], true), (.boolean, nil, nil),
    (.date, "2026-08-01", "2026-08-01T00:00:00.000Z"),
    (.date, "2026-08-01T09:30:00+02:00", "2026-08-01T07:30:00.000Z"),
    (.date, 0, "1970-01-01T00:00:00.000Z"), (.date, "soon", nil), (.date, 1e300, nil),
    (.array, [1], [1]), (.array, "[1,2]", [1, 2]), (.array, #"{"a":1}"#, nil), (.array, "x", nil),
    (.array, 5, nil), (.object, ["a": 1], ["a": 1]), (.object, #"{"a":1}"#, ["a": 1]),
    (.object, "[1]", nil), (.any, "5", "5"), (.any, [1, "a"], [1, "a"]), (.any, nil, nil),
  ]

  @Test func valuesTakeTheirType() {
    for (type, value, expected) in VariableTypeTests.cases {
      #expect(type.convert(value) == expected, "\(type) \(value.map { "\($0)" } ?? "undefined")")
    }
  }
}

@Suite struct NodeConfigTests {
  private func config(_ text: String) throws -> NodeConfig {
    NodeConfig(try JSONDocument(Array(text.utf8)).root)
  }

  @Test func expressionsAreFoundAtAnyDepth() throws {
    let found = try config(
      """
      {"a":\(GraphText.template("{{x}}")),"b":[1,{"c":\(GraphText.template("n {{y}}"))}],\
      "d":\(GraphText.template("plain")),"e":\(GraphText.template("{{open")),\
      "f":{"kind":"jsExpression","expression":"1 + 1"},"g":{"kind":"other","expression":"{{z}}"},\
      "jsonSchema":{"p":\(GraphText.template("{{no}}"))},"h":"{{a plain text}}",\
      "_nodes":[{"config":{"a":\(GraphText.template("{{no}}"))}}]}
      """)
    #expect(found.expressions.map { NodeConfig.text($0.path) } == ["a", "b[1].c", "f"])
    #expect(found.expressions.map(\.expression.kind) == [.template, .template, .js])
    #expect(found.value["_nodes"] == nil)
    // Undefined leaves a member out and is null in a list.
    let computed = found.computed([nil, "N", 2])
    #expect(computed["a"] == nil)
    #expect(computed["b"] == [1, ["c": "N"]])
    #expect(computed["d"] == "plain")
    #expect(computed["e"] == "{{open")
    #expect(computed["f"] == 2)
    #expect(computed["g"] == ["kind": "other", "expression": "{{z}}"])
    #expect(computed["h"] == "{{a plain text}}")
    #expect(
      try config(#"{"l":[\#(GraphText.template("{{x}}"))]}"#).computed([nil]) == ["l": [nil]])
  }

  static let braces: [(String, Bool)] = [
    ("", false), ("{", false), ("{{", false), ("{{}", false), ("{{}}", true), ("}} {{", false),
    ("a {{b}} c", true), ("{ {b} }", false), ("{{{a}}}", true), ("{{a} }", false),
    ("}}{{a}}", true),
  ]

  @Test func onlyBracesThatCloseAreEvaluated() {
    for (text, expected) in NodeConfigTests.braces {
      #expect(NodeConfig.hasBraces(text) == expected, "\(text)")
    }
  }
}
