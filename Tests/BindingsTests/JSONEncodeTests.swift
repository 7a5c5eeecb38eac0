import CLuaHost
import Testing

@Suite("Lua into JSON")
struct JSONEncodeTests {
  @Test(
    "Values",
    arguments: [
      ("nil", "null"), ("json.null", "null"), ("true", "true"), ("false", "false"),
      ("0", "0"), ("-1", "-1"), ("math.maxinteger", "9223372036854775807"),
      ("math.mininteger", "-9223372036854775808"),
      ("1.0", "1"), ("-0.0", "-0.0"), ("0.1", "0.1"), ("1e300", "1e+300"),
      ("2^53", "9.007199254740992e+15"),
      ("1/3", "0.3333333333333333"), ("5e-324", "5e-324"), ("10/2", "5"),
      ("''", #""""#), ("'a\\n\\0\\1\\127\"\\\\/'", #""a\n\u0000\u0001"# + "\u{7F}" + #"\"\\/""#),
      ("'é€😀'", #""é€😀""#), ("('x'):rep(7) .. '\"'", #""xxxxxxx\"""#),
      ("('x'):rep(8) .. 'é' .. ('y'):rep(9)", #""xxxxxxxxéyyyyyyyyy""#),
      ("{}", "{}"), ("{{}}", "[{}]"), ("json.array{}", "[]"), ("json.array()", "[]"),
      ("json.array{1}", "[1]"), ("{1, 2, 3}", "[1,2,3]"), ("{1, json.null, 3}", "[1,null,3]"),
      ("{a = json.null}", #"{"a":null}"#), ("{b = 1, a = 2, c = {}}", #"{"a":2,"b":1,"c":{}}"#),
      ("{['é'] = 1, z = 2, Z = 3, [''] = 4}", #"{"":4,"Z":3,"z":2,"é":1}"#),
      (
        "{aaaaaaaab = 1, aaaaaaaa = 2, aaaaaaaaa = 3}",
        #"{"aaaaaaaa":2,"aaaaaaaaa":3,"aaaaaaaab":1}"#
      ),
      ("{['a\\0b'] = 1, a = 2, ['a\\0'] = 3}", #"{"a":2,"a\u0000":3,"a\u0000b":1}"#),
      // A list noted with its length, as table.pack does.
      ("table.pack(1, 2)", "[1,2]"), ("setmetatable({1}, nil)", "[1]"),
      ("(function() local t = json.array{} t.n = 0 return t end)()", "[]"),
      ("{n = 0}", #"{"n":0}"#),
      // Lists whose items are not all in the array part.
      (
        "(function() local t = {} for i = 10, 1, -1 do t[i] = i end return t end)()",
        "[1,2,3,4,5,6,7,8,9,10]"
      ),
      ("{[1] = 'a', [2] = 'b', [3] = 'c'}", #"["a","b","c"]"#),
      ("{'a', [2] = 'b', n = 2}", #"["a","b"]"#),
      // No metamethods.
      ("setmetatable({a = 1}, {__index = {b = 2}, __pairs = error, __len = error})", #"{"a":1}"#),
      ("setmetatable({}, {__index = error, __tostring = error})", "{}"),
    ])
  func values(expression: String, text: String) throws {
    let lua = try JSONLua()
    #expect(try lua.run("return json.encode(\(expression))") == text)
  }

  @Test(
    "What JSON does not have names its path",
    arguments: [
      ("0/0", "the value is NaN, which JSON does not have"),
      ("{a = {1, 1/0}}", "a[2] is infinite, which JSON does not have"),
      (
        "{records = {{name = 'x'}, {}, {name = '\\xff'}}}",
        "records[3].name is not valid UTF-8 and cannot be written as JSON"
      ),
      ("{['\\xff'] = 1}", "[\"?\"] is not valid UTF-8 and cannot be written as JSON"),
      ("'\\xed\\xa0\\x80'", "the value is not valid UTF-8 and cannot be written as JSON"),
      ("'abc\\xe2\\x82'", "the value is not valid UTF-8 and cannot be written as JSON"),
      ("print", "the value is a function and cannot be written as JSON"),
      ("{f = {print}}", "f[1] is a function and cannot be written as JSON"),
      (
        "{['odd key'] = {[''] = print}}",
        "[\"odd key\"][\"\"] is a function and cannot be written as JSON"
      ),
      ("{a = coroutine.create(print)}", "a is a coroutine and cannot be written as JSON"),
      ("{a = io.stderr}", "a is a userdata and cannot be written as JSON"),
      (
        "{1, 2, x = 3}", "the value has list items and other keys and cannot be written as JSON (x)"
      ),
      (
        "{a = {1, [true] = 2}}",
        "a has list items and other keys and cannot be written as JSON (boolean)"
      ),
      ("{a = {1, 2, [5] = 5}}", "a is a list with holes and cannot be written as JSON (5)"),
      (
        "{a = {1, nil, 3}}",
        "a[2] is missing from its list: a list with holes cannot be written as JSON"
      ),
      (
        "{[3] = 1}",
        "the value has a number as key and is no list, and cannot be written as JSON (3)"
      ),
      (
        "{a = {[0] = 1}}", "a has a number as key and is no list, and cannot be written as JSON (0)"
      ),
      ("{[1.5] = 1}", "the value has a key that is not text and cannot be written as JSON (1.5)"),
      (
        "{[print] = 1}",
        "the value has a key that is not text and cannot be written as JSON (function)"
      ),
      (
        "(function() local t = json.array{} t.x = 1 return t end)()",
        "the value has list items and other keys and cannot be written as JSON (x)"
      ),
      (
        "(function() local t = {} t.a = {b = t} return t end)()",
        "a.b contains itself and cannot be written as JSON"
      ),
      (
        "(function() local t = {} t[1] = t return {list = t} end)()",
        "list[1] contains itself and cannot be written as JSON"
      ),
      (
        "(function() local t = {} for i = 1, 250 do t = {k = t} end return t end)()",
        "k.k.k.k.k.k.k.k ... .k.k.k is nested more than 200 levels deep"
      ),
    ])
  func errors(expression: String, message: String) throws {
    let lua = try JSONLua()
    let chunk = """
      local ok, e = pcall(function() return json.encode(\(expression)) end)
      return e.kind .. ": " .. e.message
      """
    #expect(try lua.run(chunk) == "argument: " + message)
  }

  @Test("One table in several places is no cycle")
  func shared() throws {
    let lua = try JSONLua()
    #expect(
      try lua.run("local t = {1} return json.encode{a = t, b = t, c = {t, t}}")
        == #"{"a":[1],"b":[1],"c":[[1],[1]]}"#)
  }

  @Test("Records of changing shapes, more and longer than the caches hold")
  func layouts() throws {
    let lua = try JSONLua()
    let result = try lua.run(
      """
      local records = {}
      for i = 1, 3000 do
        local r = { id = i, name = "n" .. i }
        for k = 1, i % 60 do r["field" .. (k * (i % 7))] = k end
        if i % 3 == 0 then r.email = "x" end
        if i % 11 == 0 then r[("long key "):rep(6)] = { b = i, a = { c = 1 } } end
        records[i] = r
      end
      local text = json.encode{ records = records }
      if not same(json.decode(text), { records = records }) then return "differs" end
      -- Keys are sorted in every record.
      for object in text:gmatch("{[^{}]*}") do
        local last = ""
        for key in object:gmatch('"([^"]*)":') do
          if key < last then return object end
          last = key
        end
      end
      return "ok"
      """)
    #expect(result == "ok")
  }

  @Test("Objects with very many members")
  func largeObjects() throws {
    let lua = try JSONLua()
    let result = try lua.run(
      """
      local t = {}
      for i = 1, 20000 do t["key" .. i] = { i, b = i % 2 == 0 and json.array{} or nil } end
      for i = 1, 20000 do t["key" .. i] = { value = i, list = json.array{} } end
      local text = json.encode(t)
      if not same(json.decode(text), t) then return "differs" end
      for _, n in ipairs { 15, 16, 17, 24, 25, 47, 48, 49, 499, 500, 501, 502 } do
        local o = {}
        for i = 1, n do o["k" .. i] = { i } end
        for round = 1, 3 do
          if not same(json.decode(json.encode{ { o }, { o } }), { { o }, { o } }) then return n end
        end
      end
      return "ok"
      """)
    #expect(result == "ok")
  }

  @Test("Indented text")
  func pretty() throws {
    let lua = try JSONLua()
    let text = try lua.run(
      #"return json.encode({b = {1, {c = "a{,}:\"", d = {}}}, a = json.array{}}, {pretty = true})"#)
    #expect(
      text == """
        {
          "a": [],
          "b": [
            1,
            {
              "c": "a{,}:\\"",
              "d": {}
            }
          ]
        }
        """)
  }

  @Test("A text that grows beyond its limit is refused")
  func limit() throws {
    let lua = try JSONLua()
    // Sixty levels of one table twice: 2^60 values.
    let result = try lua.run(
      """
      local t = ("x"):rep(1000000)
      for i = 1, 60 do t = { t, t } end
      local ok, e = pcall(json.encode, t)
      return e.message
      """)
    #expect(result == "the value is larger than 256 MiB as JSON")
    #expect(try lua.run("return json.encode{1}") == "[1]")
  }

  @Test("Random Lua values survive")
  func luaRoundTrips() throws {
    let lua = try JSONLua()
    let result = try lua.run(
      """
      math.randomseed(11)
      local function text()
        local t = {}
        for i = 1, math.random(0, 20) do
          t[i] = utf8.char(math.random(6) == 1 and math.random(0x10000, 0x10FFFF)
            or math.random(3) == 1 and math.random(0, 0xD7FF) or math.random(0, 127))
        end
        return table.concat(t)
      end
      local function value(depth)
        local kind = math.random(depth > 0 and 9 or 6)
        if kind == 1 then return math.random(0) >> math.random(0, 63) end
        if kind == 2 then return (math.random() - 0.5) * 10.0 ^ math.random(-300, 15) + 0.1 end
        if kind == 3 then return math.random(2) == 1 end
        if kind <= 6 then return text() end
        local t = {}
        if kind == 7 then
          for i = 1, math.random(0, 6) do t[i] = value(depth - 1) end
          return json.array(t)
        end
        for i = 1, math.random(0, 8) do t[text() .. "k"] = value(depth - 1) end
        return t
      end
      for round = 1, 4000 do
        local v = value(4)
        local bytes = json.encode(v)
        local back = json.decode(bytes)
        if not same(v, back) then return "round " .. round .. " " .. bytes end
        if json.encode(back) ~= bytes then return "bytes of round " .. round end
      end
      return "ok"
      """)
    #expect(result == "ok")
  }

  @Test("Shapes tell what an empty table is")
  func shapes() throws {
    let lua = try JSONLua()
    let shape = cs_json_shape_object()
    defer { cs_json_shape_free(shape) }
    func add(_ object: OpaquePointer?, _ key: String, _ field: OpaquePointer?) {
      cs_json_shape_add_field(object, key, key.utf8.count, field)
    }
    let group = cs_json_shape_object()
    add(group, "conditions", cs_json_shape_array(nil))
    let filter = cs_json_shape_object()
    add(filter, "groups", cs_json_shape_array(group))
    add(shape, "filter", filter)
    add(shape, "sort", cs_json_shape_array(nil))
    add(shape, "data", nil)
    for (expression, text) in [
      ("{}", "{}"),
      ("{sort = {}, data = {}, filter = {}}", #"{"data":{},"filter":{},"sort":[]}"#),
      ("{filter = {groups = {}}}", #"{"filter":{"groups":[]}}"#),
      (
        "{filter = {groups = {{}, {conditions = {}}}}}",
        #"{"filter":{"groups":[{},{"conditions":[]}]}}"#
      ),
      ("{sort = {{}}, other = {{}}}", #"{"other":[{}],"sort":[{}]}"#),
      ("{sort = {a = 1}, filter = {1}}", #"{"filter":[1],"sort":{"a":1}}"#),
    ] {
      #expect(try lua.encode(expression, shape: shape) == text)
      // The same twice in one text, for the cache of layouts.
      let list = cs_json_shape_array(nil)
      defer { cs_json_shape_free(list) }
      #expect(try lua.encode("{\(expression)}", shape: list) != "")
    }
    let list = cs_json_shape_array(cs_json_shape_array(nil))
    defer { cs_json_shape_free(list) }
    #expect(try lua.encode("{}", shape: list) == "[]")
    #expect(try lua.encode("{{}, {1}, {{}}}", shape: list) == "[[],[1],[{}]]")
    #expect(throws: JSONLua.Failure.self) { try lua.encode("{print}", shape: list) }
  }

  @Test("Errors are tables that print as a line and a hint")
  func errorValues() throws {
    let lua = try JSONLua()
    let chunk = "local ok, e = pcall(json.encode, {1, 2, x = 1}) return "
    #expect(
      try lua.run(chunk + "tostring(e)")
        == "the value has list items and other keys and cannot be written as JSON (x)\n"
        + "  hint: JSON has lists and objects, and no mixture of both")
    #expect(try lua.run(chunk + "getmetatable(e)") == "false")
    #expect(try lua.run(chunk + "pcall(setmetatable, e, nil)") == "false")
    #expect(try lua.run(chunk + "e.hint") == "JSON has lists and objects, and no mixture of both")
    #expect(
      try lua.run("local ok, e = pcall(json.decode, '') return tostring(e)")
        == "invalid JSON at line 1, column 1: it is empty")
  }
}
