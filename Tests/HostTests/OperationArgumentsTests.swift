import CargoClient
import Testing

@testable import Host

@Suite struct OperationArgumentsTests {
  struct Case: Sendable {
    let words: [String]
    let arguments: [String]
    let operation: String
    let json: String?

    init(_ words: String, _ arguments: [String], _ operation: String, _ json: String?) {
      self.words = words.split(separator: " ").map(String.init)
      self.arguments = arguments
      self.operation = operation
      self.json = json
    }
  }

  @Test(arguments: [
    Case("whoami", [], "whoami", nil),
    Case("run.get u1", [], "run.get", #""u1""#),
    Case("orchestration run get", ["--uuid", "u1"], "run.get", #"{"uuid":"u1"}"#),
    Case(
      "orchestration run create",
      ["--workflow-uuid", "u1", "--data", #"{"a":1}"#, "--wait-until-finished"], "run.create",
      #"{"data":{"a":1},"wait_until_finished":true,"workflow_uuid":"u1"}"#),
    Case(
      "orchestration action execute-batch", ["--action=prospeo.findEmail", "--records", "[{}]"],
      "action.execute_batch", #"{"action":"prospeo.findEmail","records":[{}]}"#),
    Case(
      "segment.fetch", ["--model", "leads", "--fetching-limit", "20"], "segment.fetch",
      #"{"fetching_limit":20,"model":"leads"}"#),
    Case("segment.fetch", [#"{"limit":1}"#], "segment.fetch", #"{"limit":1}"#),
    Case("segment.fetch", ["--fetchingLimit", "x"], "segment.fetch", #"{"fetching_limit":"x"}"#),
    // What the row does not know is for the check to refuse.
    Case("segment.fetch", ["--modl", "x"], "segment.fetch", #"{"modl":"x"}"#),
  ])
  func reads(_ test: Case) throws {
    let call = try OperationArguments(words: test.words, arguments: test.arguments)
    #expect(call.operation.name == test.operation)
    let json = try call.value.map { String(decoding: try $0.canonicalBytes(), as: UTF8.self) }
    #expect(json == test.json)
  }

  @Test(
    arguments: [
      ([], [], "which operation?"),
      (["segmnt.fetch"], [], "there is no operation segmnt.fetch"),
      (["run.get", "a", "b"], [], "run.get: unexpected argument b"),
      (["run.get", "a"], ["--uuid", "b"], "run.get: unexpected argument a"),
      (["run.get"], ["--uuid"], "run.get: --uuid needs a value"),
      (
        ["segment.fetch"], ["{x"],
        "segment.fetch: the arguments must be JSON: invalid JSON at line 1, column 2: "
          + "a key in quotes is expected"
      ),
    ] as [([String], [String], String)])
  func refuses(words: [String], arguments: [String], message: String) {
    let error = #expect(throws: UsageError.self) {
      try OperationArguments(words: words, arguments: arguments)
    }
    #expect(error?.message == message)
  }
}
