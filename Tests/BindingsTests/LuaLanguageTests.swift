import Testing

@testable import Bindings

/// The language where the sandbox replaces a part of it: what `script/lua-tests` leaves out or cannot
/// ask, with waits in between.
@Suite struct LuaLanguageTests {
  private static let prelude = """
    local function closer(f) return setmetatable({}, { __close = f }) end

    """

  @Test(arguments: [
    (
      "what is closed without an error is told of none",
      """
      local co = coroutine.create(function()
        local x <close> = closer(function(_, e) print("closed", e) end)
        coroutine.yield(1)
      end)
      coroutine.resume(co)
      print(coroutine.close(co), coroutine.status(co))
      """, "closed\tnil\ntrue\tdead\n"
    ),
    (
      "an error while closing is handed on and is the result",
      """
      local co = coroutine.create(function()
        local y <close> = closer(function(_, e) print("y", e) error("second", 0) end)
        local x <close> = closer(function(_, e) print("x", e) error("first", 0) end)
        coroutine.yield()
      end)
      coroutine.resume(co)
      print(coroutine.close(co))
      print(coroutine.close(co))
      """, "x\tnil\ny\tfirst\nfalse\tsecond\ntrue\n"
    ),
    (
      "closing goes through the coroutine's own pcalls, and leaves those of its handlers alone",
      """
      local co = coroutine.create(function()
        pcall(function()
          local outer <close> = closer(function(_, e) print("outer", e, pcall(error, "own", 0)) end)
          xpcall(function()
            local inner <close> = closer(function(_, e)
              print("inner", e, pcall(error, "own", 0))
              sleep(0)
              error("from inner", 0)
            end)
            coroutine.yield()
          end, function() print("never the handler") end)
          print("never")
        end)
        print("never")
      end)
      coroutine.resume(co)
      print(coroutine.close(co))
      """, "inner\tnil\tfalse\town\nouter\tfrom inner\tfalse\town\nfalse\tfrom inner\n"
    ),
    (
      "nobody is there to yield to while closing",
      """
      local co = coroutine.create(function()
        local x <close> = closer(function() print(pcall(coroutine.yield, 1)) end)
        coroutine.yield()
      end)
      coroutine.resume(co)
      print(coroutine.close(co))
      """, "false\tcannot yield from a coroutine that is being closed\ntrue\n"
    ),
    (
      "two coroutines are closed at once, each over a wait",
      """
      local function one(name, seconds)
        local co = coroutine.create(function()
          local x <close> = closer(function(_, e) sleep(seconds) print(name, e) end)
          pcall(coroutine.yield)
          print("never")
        end)
        coroutine.resume(co)
        return co
      end
      local a, b = one("a", 0.02), one("b", 0.001)
      print(table.unpack((parallel({ a, b }, function(co) return (coroutine.close(co)) end))))
      """, "b\tnil\na\tnil\ntrue\ttrue\n"
    ),
    (
      "wrap, isyieldable and running over waits",
      """
      local next_one = coroutine.wrap(function(...)
        sleep(0)
        local args = { ... }
        while true do sleep(0) args = { coroutine.yield(#args, coroutine.isyieldable()) } end
      end)
      print(next_one(1, nil, 3), next_one())
      print(coroutine.isyieldable(), select(2, coroutine.running()))
      """, "3\t0\ttrue\ntrue\tfalse\n"
    ),
    (
      "variables are closed in reverse, once, whatever the way out",
      """
      local function run(way)
        local log = {}
        local function note(name) return closer(function(_, e) sleep(0) log[#log + 1] = name .. tostring(e) end) end
        local function body()
          local a <close> = note("a")
          for i = 1, 2 do
            local b <close> = note("b" .. i)
            if way == "break" then break end
            if way == "goto" then goto out end
            if way == "return" then return i end
            if way == "error" then error("E", 0) end
          end
          ::out::
        end
        local ok, result = pcall(body)
        return table.concat(log, " "), ok, result
      end
      for _, way in ipairs { "end", "break", "goto", "return", "error" } do print(way, run(way)) end
      """,
      """
      end\tb1nil b2nil anil\ttrue\tnil
      break\tb1nil anil\ttrue\tnil
      goto\tb1nil anil\ttrue\tnil
      return\tb1nil anil\ttrue\t1
      error\tb1E aE\tfalse\tE

      """
    ),
    (
      "a generic for closes its fourth value",
      """
      for i in (function() local n = 0 return function() n = n + 1 sleep(0) if n < 5 then return n end end end)(), nil, nil,
        closer(function() print("closed") end) do
        print(i)
        if i == 2 then break end
      end
      """, "1\n2\nclosed\n"
    ),
    (
      "errors are values of every type",
      """
      local t, f = {}, print
      for _, value in ipairs { 1, 2.5, "text", true, false, t, f } do
        local ok, caught = pcall(function() sleep(0) error(value) end)
        print(ok, rawequal(caught, value) or caught)
      end
      print(pcall(error)) print(pcall(error, nil)) print(select("#", pcall(error)))
      """,
      """
      false\ttrue
      false\ttrue
      false\trecipe.lua:4: text
      false\ttrue
      false\ttrue
      false\ttrue
      false\ttrue
      false\tnil
      false\tnil
      2

      """
    ),
    (
      "xpcall has a handler with the stack, and survives one that fails",
      """
      print(xpcall(function() sleep(0) error("E", 0) end, function(e) return e .. "!" end))
      print(xpcall(error, function(e) error(e, 0) end, "x"))
      print(xpcall(function(...) sleep(0) return select("#", ...), ... end, print, nil, 2, nil))
      print(select(2, xpcall(error, debug.traceback, "where")):match("^where"))
      print(pcall(xpcall)) print(pcall(xpcall, print))
      """,
      """
      false\tE!
      false\terror in error handling
      true\t3\tnil\t2\tnil
      where
      false\tbad argument #2 to '?' (function expected, got no value)
      false\tbad argument #2 to '?' (function expected, got no value)

      """
    ),
    (
      "load takes text, an environment and a reader",
      """
      print(load("return ...", "name", "t", {})(7))
      print(load("x = 1 return x", nil, nil, { })())
      print(load("return x", nil, "t", { x = 9 })(), load("return _ENV", nil, nil, 5)())
      local parts = { "return ", "1", " + 1" } local n = 0
      print(load(function() n = n + 1 return parts[n] end)())
      print(load("syntax error here"))
      print(load("\\27Lua"))
      print(pcall(load, "return 1", "n", "b"))
      print(load(function() return {} end))
      print(pcall(load, function() sleep(0) end))
      """,
      """
      7
      1
      9\t5
      2
      nil\t[string "syntax error here"]:1: syntax error near 'error'
      nil\tattempt to load a binary chunk (mode is 't')
      false\tload takes text only: a recipe cannot run bytecode
      nil\trecipe.lua:10: reader function must return a string
      true\tnil\tcannot wait inside the function that 'pcall' calls
        hint: do the waiting before or after, and keep only the arithmetic inside

      """
    ),
    (
      "metamethods may wait where Lua can yield",
      """
      local m = {}
      for _, event in ipairs { "add", "concat", "unm", "len", "eq", "lt", "le", "call", "index", "band", "idiv" } do
        m["__" .. event] = function(...) sleep(0) return event end
      end
      local a, b = setmetatable({}, m), setmetatable({}, m)
      print(a + b, a .. b, -a, #a, a == b, a < b, a <= b, a(), a.x, a & b, a // b)
      local chain = setmetatable({}, { __index = setmetatable({}, { __index = setmetatable({}, { __index = function(_, k) sleep(0) return k end }) }) })
      print(chain.deep)
      local log = {}
      local w = setmetatable({}, { __newindex = function(t, k, v) sleep(0) rawset(t, k, v * 2) end, __pairs = function(t) sleep(0) return next, t end })
      w.x = 4 for k, v in pairs(w) do print(k, v) end
      """,
      "add\tconcat\tunm\tlen\ttrue\ttrue\ttrue\tcall\tindex\tband\tidiv\ndeep\nx\t8\n"
    ),
    (
      "what a recipe may not set",
      """
      print(pcall(setmetatable, {}, { __gc = print }))
      print(getmetatable(""), pcall(setmetatable, "", {}))
      print(pcall(setmetatable, setmetatable({}, { __metatable = 1 }), {}))
      print(string.dump, rawget(_G, "dofile"), rawget(_G, "collectgarbage") ~= nil, debug.getinfo)
      """,
      """
      false\tsetmetatable: '__gc' is not available in recipes
        hint: use a <close> variable
      false\tfalse\tbad argument #1 to '?' (table expected, got string)
      false\tcannot change a protected metatable
      nil\tnil\ttrue\tnil

      """
    ),
  ])
  func language(_ name: String, _ source: String, _ expected: String) throws {
    #expect(try RecipeRunner.output(LuaLanguageTests.prelude + source) == expected, "\(name)")
  }

  @Test(arguments: [
    ("1 // 0.0, -1 // 0.0, 0.0 / 0.0 ~= 0.0 / 0.0", "inf\t-inf\ttrue"),
    ("5 // -2, -5 // 2, 5 % -3, -5 % 3, 5.5 % -2", "-3\t-3\t-1\t1\t-0.5"),
    ("math.maxinteger + 1 == math.mininteger, math.mininteger // -1", "true\t-9223372036854775808"),
    ("1 == 1.0, math.type(1), math.type(1.0), 2^53 == 2^53 + 1", "true\tinteger\tfloat\ttrue"),
    (
      "9007199254740993 == 9007199254740992.0, math.tointeger('8'), math.tointeger(3.5)",
      "false\t8\tnil"
    ),
    ("'10' + 5, '0x10' * 2, '3.0' + 1, 10 .. 20, -'2'", "15\t32\t4.0\t1020\t-2"),
    (
      "pcall(function() return 1 < '2' end)",
      "false\trecipe.lua:1: attempt to compare number with string"
    ),
    (
      "pcall(function() return 1.5 | 0 end)",
      "false\trecipe.lua:1: number has no integer representation"
    ),
    (
      "1e15, 1e100, 2^63, -0.0, 100 // 1e300, 3 | 0.0",
      "1e+15\t1e+100\t9.2233720368548e+18\t-0.0\t0.0\t3"
    ),
    (
      "string.format('%5.1f|%-5d|%05d|%+d|%x|%q|%s', 3.14159, 42, 42, 42, 255, 'a\\n\"', nil)",
      "  3.1|42   |00042|+42|ff|\"a\\\n\\\"\"|nil"
    ),
    ("string.format('%q %q', 1/3, math.mininteger)", "0x1.5555555555555p-2 0x8000000000000000"),
    (
      "string.format('%10.4s|', setmetatable({}, { __tostring = function() return 'abcdefgh' end }))",
      "      abcd|"
    ),
    (
      "pcall(string.format, '%d', 1.5)",
      "false\tbad argument #2 to '?' (number has no integer representation)"
    ),
    ("pcall(string.format, '%y', 1)", "false\tinvalid conversion '%y' to 'format'"),
    ("('a,b,,c'):gsub(',', ';', 2)", "a;b;,c\t2"),
    ("('hello'):find('l', 1, true), ('a.b'):find('.', 2, true), ('x'):find('', 10)", "3\t2\tnil"),
    ("('THE (quick) fox'):find('%((%a+)%)'), ('  x '):match('^%s*(.-)%s*$') .. '|'", "5\tx|"),
    (
      "('f(a(b)c)d'):match('%b()'), ('THE quick'):gsub('%f[%a]%a+', string.lower)",
      "(a(b)c)\tthe quick\t2"
    ),
    ("pcall(string.find, 'x', '(')", "false\tunfinished capture"),
    ("pcall(string.gsub, 'x', '.', '%2')", "false\tinvalid capture index %2"),
    ("pcall(string.rep, 'x', -1), ('ab'):rep(3, '-'), ('x'):rep(0)", "true\tab-ab-ab\t"),
    (
      "#table.pack(table.unpack({ 1, nil, 3 }, 1, 3)), select('#', table.unpack({}, 1, 100))",
      "3\t100"
    ),
    ("pcall(table.unpack, {}, 1, 1e8)", "false\ttoo many results to unpack"),
    (
      "table.concat(table.move({ 1, 2, 3 }, 2, 3, 1), ','), table.concat(table.move({ 1, 2, 3 }, 1, 3, 2), ',')",
      "2,3,3\t1,1,2,3"
    ),
    (
      "pcall(table.move, {}, 1, math.maxinteger, 2)",
      "false\tbad argument #4 to '?' (destination wrap around)"
    ),
    (
      "pcall(table.concat, { 1, {}, 3 })",
      "false\tinvalid value (table) at index 2 in table for 'concat'"
    ),
    ("pcall(table.insert, { 1 }, 5, 1)", "false\tbad argument #2 to '?' (position out of bounds)"),
    ("pcall(next, {}, 'missing')", "false\tinvalid key to 'next'"),
    ("pcall(rawset, {}, nil, 1)", "false\ttable index is nil"),
    (
      "utf8.char(72, 228, 8364, 128512), (utf8.len('h\u{e4}\\xff')), #utf8.charpattern",
      "Hä€😀\tnil\t14"
    ),
    (
      "tostring(1e15), tostring(-0.0), tostring(2^31), tonumber('0x1p4'), tonumber('z', 36), tonumber('8', 8)",
      "1e+15\t-0.0\t2147483648.0\t16.0\t35\tnil"
    ),
    (
      "tonumber(''), tonumber(' 1 '), tonumber('1e'), tonumber('1e1'), tonumber('0x')",
      "nil\t1\tnil\t10.0\tnil"
    ),
  ])
  func expression(_ expression: String, _ expected: String) throws {
    #expect(try RecipeRunner.output("print(\(expression))") == expected + "\n")
  }

  @Test(arguments: [
    "local function f() return 1 + f() end return f()",
    "local function f() return coroutine.wrap(f)() end f()",
    "local function f(s) return (s:gsub('.', f)) end f('x')",
    "local function f() table.sort({ 3, 2, 1 }, f) end f()",
    "local t = setmetatable({}, {}) getmetatable(t).__index = function(_, k) return t[k] end return t.x",
    "local m = {} m.__eq = function(a, b) return a == b end return setmetatable({}, m) == setmetatable({}, m)",
    "local m = {} m.__concat = function(a, b) return a .. b end return setmetatable({}, m) .. ''",
    "local m = {} m.__tostring = function(s) return tostring(s) end return tostring(setmetatable({}, m))",
    "local function f() local x <close> = setmetatable({}, { __close = f }) end f()",
    "assert(load('return ' .. ('{'):rep(1e5) .. ('}'):rep(1e5)))",
    "assert(load('return ' .. ('('):rep(1e5) .. '1' .. (')'):rep(1e5)))",
    "assert(load(('function f() '):rep(1e5) .. ('end '):rep(1e5)))",
    "assert(load('return ' .. ('not '):rep(1e6) .. '1'))",
    "assert(load('return ' .. ('1 .. '):rep(1e6) .. '1'))",
    "return string.match(('a'):rep(300000), ('.?'):rep(300000))",
    "local t = {} t = setmetatable(t, t) t.__index = t return t.x",
    "return table.unpack({}, math.mininteger, math.maxinteger)",
    "local t = {} for i = 1, 1e5 do t = { t } end return json.encode(t)",
    "return json.decode(('['):rep(1e6))",
  ])
  func endsTooDeepRecursion(_ source: String) throws {
    let output = try RecipeRunner.output(
      "print(select('#', pcall(assert(load([==[\(source)]==], '=r', 't', _G)))), (pcall(load([==[\(source)]==], '=r', 't', _G))))"
    )
    #expect(output == "2\tfalse\n")
  }

  /// Only memory that was refused is the memory limit.
  @Test func takesNoTextForTheMemoryLimit() throws {
    #expect(
      try RecipeRunner.output(
        """
        print(pcall(error, "not enough memory", 0))
        print(coroutine.resume(coroutine.create(error), "not enough memory", 0))
        print(try(function() sleep(0) error("not enough memory", 0) end))
        """)
        == "false\tnot enough memory\nfalse\tnot enough memory\nnil\tnot enough memory\n")
    #expect(
      try RecipeRunner.failure("error('not enough memory', 0)")?.message == "not enough memory")
    #expect(
      try RecipeRunner.failure("spawn(function() error('not enough memory', 0) end):await()")?
        .message
        == "not enough memory")
  }

  /// Neither text that JSON is written into nor what a parser makes of it escapes the limit.
  @Test(arguments: [
    "json.decode('[' .. ('1,'):rep(1e6) .. '1]')",
    "local s = ('x'):rep(1e5) local t = {} for i = 1, 1000 do t[i] = s end json.encode(t)",
    "json.encode({ ('\\1'):rep(3e6) }, { pretty = true })",
  ])
  func countsJSON(_ source: String) throws {
    let runner = RecipeRunner()
    runner.limits.memory = 8 << 20
    guard case .killed(.memoryLimit, _) = try runner.run(source) else {
      Issue.record("survived")
      return
    }
  }

  @Test func showsTheBeginningOfAnEndlessMessage() throws {
    let message = try RecipeRunner.failure("error(('x'):rep(1e6))")?.message
    #expect(message?.utf8.count == 10_000 - "recipe.lua:1: ".utf8.count + "…".utf8.count)
    #expect(try RecipeRunner.failure("error(42)")?.message == "the recipe raised 42 as an error")
  }
}
