import CLuaHost
import CargoClient
import Testing

@Suite("Answers into Lua")
struct JSONAnswerTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let shape: Int
    var key: String?
    let body: String
    var rows: String?
    /// A chunk over the value `v`, and what it gives.
    var chunk = "return json.encode(v)"
    let result: String

    var testDescription: String { "\(shape) \(body.prefix(60))" }
  }

  static let run =
    #"{"uuid":"u","status":"success","executions":[{"nodeSlug":"start","nodeActionSlug":"start","creditsUsedCount":0},{"nodeSlug":"find","nodeActionSlug":"findEmail","creditsUsedCount":2},{"nodeSlug":"done","nodeActionSlug":"end","creditsUsedCount":null}]}"#

  static let cases: [Case] = [
    Case(
      shape: CS_ANSWER_WHOLE, body: #"{"records":[],"count":0}"#,
      result: #"{"count":0,"records":[]}"#),
    Case(
      shape: CS_ANSWER_UNWRAP, key: "segments", body: #"{"segments":[{"uuid":"a"}]}"#,
      result: #"[{"uuid":"a"}]"#),
    Case(shape: CS_ANSWER_UNWRAP, key: "count", body: #"{"count":3}"#, result: "3"),
    Case(
      shape: CS_ANSWER_UNWRAP, key: "x", body: #"{"x":null}"#, chunk: "return v == nil",
      result: "true"),
    Case(shape: CS_ANSWER_RUN, body: #"{"run":{"uuid":"u"}}"#, result: #"{"uuid":"u"}"#),
    Case(
      shape: CS_ANSWER_RUN,
      body: #"{"run":{"uuid":"u"},"runContext":{"action":{"x":1}},"runComputedConfigs":{"a":{}}}"#,
      result: #"{"configs":{"a":{}},"context":{"action":{"x":1}},"uuid":"u"}"#),
    // The output: the action's, else the executed end node's, else the context's end.
    Case(
      shape: CS_ANSWER_EXECUTION,
      body:
        #"{"run":\#(run),"runContext":{"action":{"email":"a@b"},"done":1,"end":2},"runComputedConfigs":{}}"#,
      chunk:
        "return v.output.email .. ' ' .. v.credits .. ' ' .. v.run.uuid .. ' ' .. tostring(v.output == v.context.action)",
      result: "a@b 2 u true"),
    Case(
      shape: CS_ANSWER_EXECUTION,
      body: #"{"run":\#(run),"runContext":{"done":{"ok":true},"end":2}}"#,
      chunk: "return json.encode{v.output, v.credits}", result: #"[{"ok":true},2]"#),
    Case(
      shape: CS_ANSWER_EXECUTION,
      body: #"{"run":\#(run),"runContext":{"action":null,"end":{"e":1}}}"#,
      chunk: "return json.encode(v.output)", result: #"{"e":1}"#),
    Case(
      shape: CS_ANSWER_EXECUTION, body: #"{"run":{"uuid":"u","status":"success"}}"#,
      result: #"{"credits":0,"run":{"status":"success","uuid":"u"}}"#),
    Case(
      shape: CS_ANSWER_EXECUTION,
      body:
        #"{"run":{"executions":[{"creditsUsedCount":0.5},{"creditsUsedCount":1}]},"runContext":{"action":7}}"#,
      chunk: "return v.output .. ' ' .. v.credits", result: "7 1.5"),
    // Batches.
    Case(
      shape: CS_ANSWER_BATCH_EXECUTION, body: #"{"batch":{"uuid":"b","creditsUsedCount":4}}"#,
      rows:
        #"[{"email":"x"},null,{"status":"success","output":{"email":"y"}},{"status":"error","errorMessage":"no luck"},[1]]"#,
      chunk: """
        return json.encode{v.results, v.results.n, v.credits, v.batch.uuid, v.errors[2].message,
          v.errors[2].kind, v.errors[4].message, v.errors[4].state, v.errors[1] == nil}
        """,
      result:
        #"[[{"email":"x"},false,{"email":"y"},false,[1]],5,4,"b","unknown","unknown","no luck","error",true]"#
    ),
    Case(
      shape: CS_ANSWER_BATCH_EXECUTION, body: #"{"batch":{"uuid":"b"}}"#, rows: "[]",
      chunk: "return json.encode{v.results, v.results.n, v.credits, next(v.errors) == nil}",
      result: "[[],0,0,true]"),
    Case(
      shape: CS_ANSWER_BATCH_EXECUTION, body: #"{"batch":{"uuid":"b"}}"#,
      chunk: "return v.results.n", result: "0"),
    // An output that has a status of its own, and a failed row that kept half an output.
    Case(
      shape: CS_ANSWER_BATCH_EXECUTION, body: #"{"batch":{}}"#,
      rows:
        #"[{"status":"valid","email":"x"},{"status":"error","output":null,"errorMessage":null}]"#,
      chunk: "return v.results[1].email .. tostring(v.results[2]) .. v.errors[2].message",
      result: "xfalseunknown"),
    // Messages.
    Case(
      shape: CS_ANSWER_MESSAGE,
      body: #"{"userMessage":{"uuid":"1"},"assistantMessage":{"uuid":"2","status":"pending"}}"#,
      result: #"{"status":"pending","uuid":"2"}"#),
    Case(shape: CS_ANSWER_MESSAGE, body: #"{"message":{"uuid":"2"}}"#, result: #"{"uuid":"2"}"#),
  ]

  @Test("Shapes", arguments: cases)
  func shapes(_ test: Case) throws {
    let lua = try JSONLua()
    let chunk = """
      local shape, key, body, rows = ...
      local v = answer(tonumber(shape), key ~= "" and key or nil, body, rows ~= "" and rows or nil, 2)
      \(test.chunk)
      """
    let result = try lua.run(
      chunk, Array(String(test.shape).utf8), Array((test.key ?? "").utf8), Array(test.body.utf8),
      Array((test.rows ?? "").utf8))
    #expect(result == test.result)
  }

  @Test(
    "Answers that do not fit",
    arguments: [
      (
        CS_ANSWER_WHOLE, "{",
        "http: invalid JSON at line 1, column 2: the text ends inside an object"
      ),
      (CS_ANSWER_UNWRAP, "[]", "http: the answer has no 'x'"),
      (CS_ANSWER_UNWRAP, "3", "http: the answer has no 'x'"),
      (CS_ANSWER_UNWRAP, #"{"y":1}"#, "http: the answer has no 'x'"),
      (CS_ANSWER_RUN, #"{"run":3}"#, "http: the answer has no 'run'"),
      (CS_ANSWER_EXECUTION, "{}", "http: the answer has no 'run'"),
      (CS_ANSWER_EXECUTION, "null", "http: the answer has no 'run'"),
      (CS_ANSWER_BATCH_EXECUTION, "{}", "http: the answer has no 'batch'"),
      (CS_ANSWER_BATCH_EXECUTION, #"{"batch":{}}"#, "http: the rows of the batch are not a list"),
      (CS_ANSWER_MESSAGE, "{}", "http: the answer has no 'message'"),
    ])
  func misfits(shape: Int, body: String, message: String) throws {
    let lua = try JSONLua()
    let chunk = """
      local shape, body = ...
      local ok, e = pcall(answer, tonumber(shape), "x", body, "{}", 2)
      return e.kind .. ": " .. e.message
      """
    #expect(try lua.run(chunk, Array(String(shape).utf8), Array(body.utf8)) == message)
  }

  @Test(
    "Odd parts of a run do no harm",
    arguments: [
      #"{"run":{"executions":{}}}"#, #"{"run":{"executions":[1,null,"x",[]]}}"#,
      #"{"run":{"executions":[{"nodeActionSlug":1},{"nodeActionSlug":"end"},{"nodeActionSlug":"end","nodeSlug":5}]},"runContext":[]}"#,
      #"{"run":{"executions":[{"creditsUsedCount":"2"}]},"runContext":"x","runComputedConfigs":7}"#,
    ])
  func oddRuns(body: String) throws {
    let lua = try JSONLua()
    let chunk =
      "local v = answer(\(CS_ANSWER_EXECUTION), nil, ...) return tostring(v.output) .. v.credits"
    #expect(try lua.run(chunk, Array(body.utf8)) == "nil0")
  }

  @Test("Swift and Lua write the same canonical text")
  func bytesThroughLua() throws {
    let lua = try JSONLua()
    var generator = SplitMix(state: 5)
    for round in 0..<2_000 {
      let text = try randomValue(&generator, depth: 4).canonicalBytes()
      let written = try lua.run("return json.encode(json.decode(..., {nulls = 'keep'}))", text)
      try #require(Array(written.utf8) == text, "round \(round)")
    }
  }

  private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }
  }

  private func randomText(_ generator: inout SplitMix) -> String {
    let letters = ["a", "b", "Z", "é", "\"", "\\", "\n", "😀", "\u{1}", "0", " "]
    let count = Int.random(in: 0...12, using: &generator)
    return (0..<count).map { _ in letters.randomElement(using: &generator) ?? "" }.joined()
  }

  private func randomValue(_ generator: inout SplitMix, depth: Int) -> JSONValue {
    switch Int.random(in: 0...(depth > 0 ? 8 : 5), using: &generator) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &generator))
    case 2: return .int(Int64(bitPattern: generator.next()) >> Int64(generator.next() % 64))
    case 3: return .double(Double(Int64(bitPattern: generator.next()) >> 20) / 1024)
    case 4, 5: return .string(randomText(&generator))
    case 6:
      let count = Int.random(in: 0...5, using: &generator)
      return .array((0..<count).map { _ in randomValue(&generator, depth: depth - 1) })
    default:
      var object = JSONObject()
      for _ in 0..<Int.random(in: 0...6, using: &generator) {
        object[randomText(&generator)] = randomValue(&generator, depth: depth - 1)
      }
      return .object(object)
    }
  }
}
