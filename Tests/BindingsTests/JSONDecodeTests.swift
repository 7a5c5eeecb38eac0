import Testing

@Suite("JSON into Lua")
struct JSONDecodeTests {
  /// A chunk, run with the text as its argument, and what it gives.
  struct Case: Sendable, CustomTestStringConvertible {
    let text: String
    let chunk: String
    let result: String

    init(_ text: String, _ chunk: String, _ result: String) {
      self.text = text
      self.chunk = chunk
      self.result = result
    }

    var testDescription: String { String("\(text.prefix(40)) \(chunk.prefix(60))") }
  }

  static let cases: [Case] = [
    // Scalars.
    Case("1", "return math.type(v)", "integer"),
    Case("-0", "return v", "0"),
    Case("1.0", "return math.type(v)", "float"),
    Case("1e2", "return v", "100.0"),
    Case("9223372036854775807", "return v == math.maxinteger", "true"),
    Case("-9223372036854775808", "return v == math.mininteger", "true"),
    Case("9223372036854775808", "return v == 2^63 and math.type(v)", "float"),
    Case("18446744073709551616", "return v == 2^64 and math.type(v)", "float"),
    Case("123456789012345678901234567890", "return v", "1.2345678901235e+29"),
    Case("\"a\\u0000b\"", "return #v", "3"),
    Case("\"\\ud83d\\ude00\"", "return v", "😀"),
    Case("\"\\ud83d\"", "return v", "\u{FFFD}"),
    Case("true", "return v", "true"),
    Case("false", "return v", "false"),
    Case("null", "return v == json.null", "true"),
    // null in objects and arrays.
    Case(#"{"a":null,"b":1}"#, "return v.a == nil and v.b", "1"),
    Case(#"{"a":null}"#, "return next(v) == nil", "true"),
    Case("[null,1,null]", "return #v == 3 and v[1] == json.null and v[3] == json.null", "true"),
    Case(#"[{"a":null}]"#, "return next(v[1]) == nil", "true"),
    Case(#"{"a":[null]}"#, "return v.a[1] == json.null", "true"),
    Case(#"{"a":null}"#, "v = json.decode(text, {nulls='keep'}) return v.a == json.null", "true"),
    Case(
      #"{"a":{"b":null}}"#, "return json.encode(json.decode(text, {nulls='keep'}))",
      #"{"a":{"b":null}}"#),
    // Repeated keys.
    Case(#"{"a":1,"a":2}"#, "return v.a", "2"),
    Case(#"{"a":1,"a":null}"#, "return v.a == nil", "true"),
    Case(#"{"a":null,"a":3}"#, "return v.a", "3"),
    // Arrays stay arrays.
    Case("[]", "return json.encode(v)", "[]"),
    Case("{}", "return json.encode(v)", "{}"),
    Case(#"{"a":[]}"#, "return json.encode(v)", #"{"a":[]}"#),
    Case("[1]", "table.remove(v) return json.encode(v)", "[]"),
    Case("[1,2]", "v[1], v[2] = nil, nil return json.encode(v)", "[]"),
    Case("[]", "v[1] = 'x' return json.encode(v)", #"["x"]"#),
    Case("[]", "return getmetatable(v)", "false"),
    Case(
      "[]", "return select(2, pcall(setmetatable, v, {}))", "cannot change a protected metatable"),
    Case("{}", "return getmetatable(v)", "nil"),
    Case("[1,2,3]", "return #v .. ' ' .. select('#', table.unpack(v))", "3 3"),
    // Keys of every length around the cache's.
    Case(
      "["
        + (0...44).map { "{\"\(String(repeating: "k", count: $0))\":\($0)}" }.joined(separator: ",")
        + "]",
      "for n = 0, 44 do if v[n + 1][('k'):rep(n)] ~= n then return n end end return 'ok'", "ok"),
    Case(
      "["
        + Array(repeating: #"{"id":1,"idx":2,"i":3,"\u0069d ":4,"ID":5}"#, count: 3).joined(
          separator: ",") + "]",
      "local r = v[3] return r.id .. r.idx .. r.i .. r['id '] .. r.ID", "12345"),
    // Many keys, more than the cache holds.
    Case(
      "{" + (0..<5000).map { "\"key\($0)\":\($0)" }.joined(separator: ",") + "}",
      "for i = 0, 4999 do if v['key' .. i] ~= i then return i end end return 'ok'", "ok"),
  ]

  @Test("Values", arguments: cases)
  func values(_ test: Case) throws {
    let lua = try JSONLua()
    let chunk = "local text = ... local v = json.decode(text) " + test.chunk
    #expect(try lua.run(chunk, Array(test.text.utf8)) == test.result)
  }

  @Test("Keys of one document do not leak into the next")
  func keysAcrossDocuments() throws {
    let lua = try JSONLua()
    let result = try lua.run(
      """
      for round = 1, 200 do
        local text, expected = {}, {}
        for i = 1, 40 do
          local key = ("k"):rep(round % 7) .. (i * round % 997)
          expected[key] = i
          text[#text + 1] = ('"%s":%d'):format(key, i)
        end
        local v = json.decode("{" .. table.concat(text, ",") .. "}")
        if not same(v, expected) then return "round " .. round end
        if round % 20 == 0 then collectgarbage() end
      end
      return "ok"
      """)
    #expect(result == "ok")
  }

  @Test(
    "Errors name the place",
    arguments: [
      ("{", "invalid JSON at line 1, column 2: the text ends inside an object"),
      ("[1,\n 2,\n]", "invalid JSON at line 3, column 1: a value is expected"),
      ("", "invalid JSON at line 1, column 1: it is empty"),
      ("1e999", "invalid JSON at line 1, column 1: a number is too large for a double"),
    ])
  func errors(text: String, message: String) throws {
    let lua = try JSONLua()
    let chunk = "local ok, e = pcall(json.decode, ...) return e.kind .. ': ' .. e.message"
    #expect(try lua.run(chunk, Array(text.utf8)) == "argument: " + message)
  }

  @Test(
    "Arguments are checked",
    arguments: [
      ("json.decode()", "json.decode: a text is expected, not nothing"),
      ("json.decode({})", "json.decode: a text is expected, not table"),
      ("json.decode(1)", "json.decode: a text is expected, not number"),
      ("json.decode('1', {null = 1})", "json.decode: unknown option 'null'; there is 'nulls'"),
      ("json.decode('1', {nulls = 'drop'})", "json.decode: nulls can only be \"keep\""),
      ("json.decode('1', 2)", "json.decode: a table of options is expected, not number"),
      ("json.encode(1, {indent = 2})", "json.encode: unknown option 'indent'; there is 'pretty'"),
      ("json.array(1)", "json.array: a table is expected, not number"),
      ("json.array(setmetatable({}, {}))", "json.array: the table has a metatable of its own"),
    ])
  func arguments(call: String, message: String) throws {
    let lua = try JSONLua()
    #expect(
      try lua.run("local ok, e = pcall(function() return \(call) end) return e.message") == message)
  }

  @Test("Hostile texts give errors, and the state stays usable")
  func hostile() throws {
    let lua = try JSONLua()
    let result = try lua.run(
      """
      for _, text in ipairs {
        ("["):rep(1000000), ("{\\"a\\":"):rep(200000), ("["):rep(201) .. "1" .. ("]"):rep(201),
        '"' .. ("a"):rep(10000000), ("1"):rep(100000), "\\0", ("\\\\u"):rep(1000), '"' .. ("\\\\"):rep(99999),
      } do
        local ok, e = pcall(json.decode, text)
        if ok then return "taken: " .. text:sub(1, 20) end
        if e.kind ~= "argument" or #e.message > 200 then return e.message end
      end
      local deep = json.decode(("["):rep(200) .. "1" .. ("]"):rep(200))
      if json.encode(deep) ~= ("["):rep(200) .. "1" .. ("]"):rep(200) then return "deep" end
      local long = json.decode('"' .. ("a"):rep(10000000) .. '"')
      if #long ~= 10000000 then return "long" end
      return #json.decode("[" .. ("0,"):rep(300000) .. "0]")
      """)
    #expect(result == "300001")
  }

  @Test("A text cut at any byte is refused")
  func truncated() throws {
    let lua = try JSONLua()
    let text =
      #"{"name":"Ünïcode \u00e9","list":[1,-2.5e3,true,null,{"x":[]}],"big":123456789012345678901}"#
    let chunk = """
      local text = ...
      json.decode(text)
      for n = 0, #text - 1 do
        if pcall(json.decode, text:sub(1, n)) then return n end
      end
      return "ok"
      """
    #expect(try lua.run(chunk, Array(text.utf8)) == "ok")
  }

  @Test("Raised errors leave nothing behind")
  func errorsDoNotLeak() throws {
    let lua = try JSONLua()
    let chunk = """
      local cycle = {} cycle.self = cycle
      local bad = { records = { { name = "ok" }, { name = "\\xff" } } }
      for i = 1, 50000 do
        pcall(json.decode, '{"a":[1,2,{"b":')
        pcall(json.encode, i % 2 == 0 and cycle or bad)
      end
      return 0
      """
    _ = try lua.run(chunk)
    let before = try lua.liveBytes()
    _ = try lua.run(chunk)
    #expect(try lua.liveBytes() <= before + 1_000)
  }
}
