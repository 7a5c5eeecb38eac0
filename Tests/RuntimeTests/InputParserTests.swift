import CargoClient
import Testing

@testable import Runtime

@Suite struct InputParserTests {
  static func parser() throws -> InputParser {
    let manifest = try Manifest(
      .table([
        "inputs": .table([
          "segment": .table(["help": .string("segment to enrich")]),
          "limit": .table(["default": .integer(100), "min": .integer(1), "max": .integer(1000)]),
          "per_row": .table(["type": .string("number"), "required": .boolean(false)]),
          "verify": .table(["default": .boolean(true), "help": .string("Verify hits.")]),
          "domain": .table(["type": .string("list"), "required": .boolean(false)]),
          "tier": .table([
            "default": .string("a"), "choices": .list([.string("a"), .string("b")]),
          ]),
        ])
      ]))
    return InputParser(manifest.inputs, otherFlags: ["budget"])
  }

  static let defaults: [String: InputValue] = [
    "segment": .string("x"), "limit": .integer(100), "verify": .boolean(true), "tier": .string("a"),
  ]

  static let readable: [([String], [String: InputValue])] = [
    (["--segment", "x"], [:]),
    (["--segment=x", "--limit", "20"], ["limit": .integer(20)]),
    (["--limit=20", "--segment=x"], ["limit": .integer(20)]),
    (["--segment", "x", "--no-verify"], ["verify": .boolean(false)]),
    (["--segment", "x", "--verify=no"], ["verify": .boolean(false)]),
    (["--segment", "x", "--per-row", "2"], ["per_row": .number(2)]),
    (["--segment", "x", "--per_row=0.5"], ["per_row": .number(0.5)]),
    (["--segment", "x", "--per-row", "-1"], ["per_row": .number(-1)]),
    (["--segment", "x", "--domain", "a", "--domain=b,c"], ["domain": .list(["a", "b,c"])]),
    (["--segment", "x", "--tier", "b"], ["tier": .string("b")]),
    (["--segment", "a=b"], ["segment": .string("a=b")]),
    (["--segment=--x"], ["segment": .string("--x")]),
    (["--segment="], ["segment": .string("")]),
    (["--segment", "-"], ["segment": .string("-")]),
  ]

  @Test(arguments: readable)
  func reads(arguments: [String], changed: [String: InputValue]) throws {
    let result = try Self.parser().parse(arguments)
    #expect(result.values == Self.defaults.merging(changed) { $1 })
    #expect(result.rest.isEmpty)
  }

  @Test func passesOnWhatFollowsTwoDashes() throws {
    let result = try Self.parser().parse(["--segment", "x", "--", "--limit", "5"])
    #expect(result.rest == ["--limit", "5"])
    #expect(result.values["limit"] == .integer(100))
  }

  static let refused: [([String], String)] = [
    ([], "--segment is required (segment to enrich)"),
    (
      ["--segment"],
      "--segment needs a value: a string (--segment=VALUE takes one that begins with a dash)"
    ),
    (
      ["--segment", "--limit"],
      "--segment needs a value: a string (--segment=VALUE takes one that begins with a dash)"
    ),
    (["--limt", "5"], "--limt is not an input of this recipe (did you mean --limit?)"),
    (["--bugdet", "5"], "--bugdet is not an input of this recipe (did you mean --budget?)"),
    (
      ["--zzz"],
      "--zzz is not an input of this recipe (its inputs: --domain, --limit, --per-row, --segment, --tier, --verify)"
    ),
    (["limit", "5"], "unexpected argument \"limit\" (did you mean --limit?)"),
    (
      ["-x"],
      "unexpected argument \"-x\" (inputs are given as --name value; what follows a lone -- is passed on)"
    ),
    (["--limit", "ten"], "--limit must be a whole number, not \"ten\""),
    (["--limit", "0"], "--limit must be at least 1, not 0"),
    (["--limit", "1001"], "--limit must be at most 1000, not 1001"),
    (["--limit", "1.5"], "--limit must be a whole number, not \"1.5\""),
    (["--per-row", "nan"], "--per-row must be a number, not \"nan\""),
    (["--tier", "c"], "--tier must be one of a, b, not c"),
    (["--verify=perhaps"], "--verify must be true or false, not \"perhaps\" (Verify hits.)"),
    (["--limit", "1", "--limit", "2"], "--limit is given twice"),
    (["--no-limit"], "--no-limit is not an input of this recipe (did you mean --limit?)"),
  ]

  @Test(arguments: refused)
  func refuses(arguments: [String], message: String) throws {
    let parser = try Self.parser()
    let error = #expect(throws: CargoError.self) { try parser.parse(arguments) }
    #expect(error?.description == message)
    #expect(error?.kind == .argument)
  }

  @Test func helpShowsWhatMustBeGivenFirst() throws {
    let rows = try Self.parser().helpRows.map { "\($0.flag) | \($0.help)" }
    #expect(
      rows == [
        "--segment <string> | segment to enrich (required)",
        "--domain <string> | (may be repeated)",
        "--limit <integer> | (default: 100; 1 to 1000)",
        "--per-row <number> | ",
        "--tier <string> | (default: a; one of: a, b)",
        "--verify, --no-verify | Verify hits. (default: true)",
      ])
  }
}
