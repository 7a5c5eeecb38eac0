import Testing

@testable import Runtime

@Suite struct ManifestTests {
  /// The example of the design.
  static let example: ManifestNode = .table([
    "name": .string("waterfall"), "summary": .string("Find work e-mails, cheapest source first"),
    "version": .string("1.0.0"),
    "inputs": .table([
      "segment": .table(["type": .string("string"), "help": .string("segment to enrich")]),
      "limit": .table([
        "type": .string("integer"), "default": .integer(100), "min": .integer(1),
      ]),
    ]),
    "outputs": .list([.string("name"), .string("email")]),
    "permissions": .table([
      "actions": .list([.string("prospeo.*"), .string("FullEnrich.findEmail")]),
      "write": .list([.string("out/")]),
    ]),
    "budget": .table(["credits": .integer(50), "per_row": .number(2.5)]),
  ])

  @Test func readsTheExample() throws {
    let manifest = try Manifest(Self.example, reservedNames: ["budget"])
    #expect(manifest.name == "waterfall")
    #expect(manifest.version == "1.0.0")
    #expect(manifest.outputs == ["name", "email"])
    #expect(manifest.credits == Credits(50))
    #expect(manifest.creditsPerRow == Credits(2.5))
    #expect(manifest.permissions.actions.map(\.text) == ["prospeo.*", "FullEnrich.findEmail"])
    #expect(manifest.permissions.write == ["out/"])
    #expect(manifest.inputs.map(\.name) == ["limit", "segment"])
    let limit = manifest.inputs[0]
    #expect(limit.defaultValue == .integer(100))
    #expect(limit.min == 1)
    #expect(!limit.isRequired)
    #expect(manifest.inputs[1].isRequired)
  }

  @Test func emptyManifestAsksForNothing() throws {
    for node in [ManifestNode.table([:]), .list([])] {
      let manifest = try Manifest(node)
      #expect(manifest.inputs.isEmpty && manifest.permissions == Grant() && manifest.credits == nil)
    }
  }

  @Test func infersTypesFromDefaults() throws {
    let manifest = try Manifest(
      .table([
        "inputs": .table([
          "a": .table(["default": .integer(1)]), "b": .table(["default": .number(0.5)]),
          "c": .table(["default": .boolean(true)]),
          "d": .table(["default": .list([.string("x")])]), "e": .table([:]),
          "f": .table(["type": .string("integer"), "default": .number(3)]),
          "g": .table(["type": .string("list"), "required": .boolean(false)]),
        ])
      ]))
    #expect(
      manifest.inputs.map(\.type)
        == [.integer, .number, .boolean, .list, .string, .integer, .list])
    #expect(manifest.inputs[5].defaultValue == .integer(3))
    #expect(!manifest.inputs[6].isRequired)
  }

  struct Wrong: Sendable, CustomTestStringConvertible {
    let node: ManifestNode
    let message: String
    var testDescription: String { message }

    init(_ node: [String: ManifestNode], _ message: String) {
      self.node = .table(node)
      self.message = message
    }

    static func input(_ fields: [String: ManifestNode], _ message: String) -> Wrong {
      Wrong(["inputs": .table(["x": .table(fields)])], message)
    }
  }

  static let wrong: [Wrong] = [
    Wrong(["nmae": .string("x")], "nmae is not known (did you mean name?)"),
    Wrong(["name": .integer(1)], "name must be a string, not a number"),
    Wrong(["inputs": .list([.string("a")])], "inputs must be a table with keys, not a list"),
    Wrong(
      ["inputs": .table(["limit": .integer(5)])],
      "inputs.limit must be a table with keys, not a number"),
    Wrong(
      ["inputs": .table(["Limit": .table([:])])],
      "inputs.Limit is no name for an input "
        + "(a letter, then letters, digits and underscores, all in lower case)"),
    Wrong(
      ["inputs": .table(["time_limit": .table([:])])],
      "inputs.time_limit would hide --time-limit of cargo-script (rename the input)"),
    Wrong(
      ["inputs": .table(["json": .table(["type": .string("boolean")])])],
      "inputs.json would hide --no-json of cargo-script (rename the input)"),
    Wrong(
      [
        "inputs": .table([
          "cache": .table(["default": .boolean(true)]), "no_cache": .table([:]),
        ])
      ], "inputs.no_cache is also the denial of cache (rename one of the two)"),
    .input(
      ["type": .string("int")],
      "inputs.x.type is not known: int (did you mean integer?)"),
    .input(
      ["type": .string("banana")],
      "inputs.x.type is not known: banana (one of string, integer, number, boolean, list)"),
    .input(["defualt": .integer(1)], "inputs.x.defualt is not known (did you mean default?)"),
    .input(
      ["min": .integer(1)], "inputs.x.min is for numbers, and this is of type string"),
    .input(
      ["type": .string("integer"), "min": .string("1")],
      "inputs.x.min must be a whole number, not a string"),
    .input(
      ["type": .string("integer"), "min": .integer(3), "max": .integer(2)],
      "inputs.x.min is above max"),
    .input(
      ["default": .integer(0), "min": .integer(1)], "inputs.x.default must be at least 1"),
    .input(
      ["type": .string("integer"), "default": .number(1.5)],
      "inputs.x.default must be a whole number, not a number"),
    .input(
      ["default": .string("c"), "choices": .list([.string("a"), .string("b")])],
      "inputs.x.default must be one of a, b"),
    .input(["choices": .list([])], "inputs.x.choices must be a list of values, not an empty table"),
    .input(
      ["choices": .list([.integer(1)])], "inputs.x.choices[1] must be a string, not a number"),
    .input(
      ["default": .integer(1), "required": .boolean(true)],
      "inputs.x.required cannot be true beside a default"),
    .input(
      ["default": .unsupported("a function")],
      "inputs.x.default must be a string, not a function"),
    Wrong(["outputs": .string("a")], "outputs must be a list of strings, not a string"),
    Wrong(
      ["outputs": .list([.string("a"), .string("a")])], "outputs[2] names a a second time"),
    Wrong(["outputs": .list([.string("")])], "outputs[1] is empty"),
    Wrong(
      ["permissions": .table(["actions": .list([.string("prospeo..x")])])],
      "permissions.actions[1] is no pattern: prospeo..x (such as prospeo.findEmail or prospeo.*)"),
    Wrong(
      ["permissions": .table(["action": .list([])])],
      "permissions.action is not known (did you mean actions?)"),
    Wrong(["budget": .integer(50)], "budget must be a table with keys, not a number"),
    Wrong(
      ["budget": .table(["credits": .integer(-1)])], "budget.credits must be 0 or more credits"),
    Wrong(
      ["budget": .table(["credits": .string("50")])],
      "budget.credits must be a number of credits, not a string"),
    Wrong(
      ["budget": .table(["perrow": .integer(1)])],
      "budget.perrow is not known (did you mean per_row?)"),
  ]

  @Test(arguments: wrong)
  func namesTheWrongField(wrong: Wrong) {
    let error = #expect(throws: ManifestError.self) {
      try Manifest(wrong.node, reservedNames: ["time-limit", "no-json"])
    }
    #expect(error?.description == "recipe{…}: \(wrong.message)")
  }

  @Test func refusesWhatIsNoTable() {
    let error = #expect(throws: ManifestError.self) { try Manifest(.string("x")) }
    #expect(error?.description == "recipe{…} must be a table with keys, not a string")
  }
}
