import Testing

@testable import Bindings

/// Where a wait works and where it does not (`design.md` §3).
@Suite struct WaitingTests {
  @Test(arguments: [
    ("pcall", "print(pcall(function() sleep(0) return 1 end))", "true\t1\n"),
    (
      "an error after a wait under pcall",
      "print(pcall(function() sleep(0) error('e', 0) end))", "false\te\n"
    ),
    (
      "xpcall's function",
      "print(xpcall(function(x) sleep(0) return x end, debug.traceback, 3))", "true\t3\n"
    ),
    (
      "a for iterator",
      "for i in function(_, i) sleep(0) if (i or 0) < 3 then return (i or 0) + 1 end end do print(i) end",
      "1\n2\n3\n"
    ),
    (
      "pairs with __pairs",
      """
      local t = setmetatable({}, { __pairs = function() sleep(0) return next, { a = 1 } end })
      for k, v in pairs(t) do print(k, v) end
      """, "a\t1\n"
    ),
    (
      "ipairs over __index",
      """
      local t = setmetatable({}, { __index = function(_, i) sleep(0) if i < 3 then return i * 10 end end })
      for i, v in ipairs(t) do print(i, v) end
      """, "1\t10\n2\t20\n"
    ),
    (
      "operators",
      """
      local m = { __add = function() sleep(0) return 'sum' end, __index = function() sleep(0) return 'field' end,
        __call = function() sleep(0) return 'call' end, __eq = function() sleep(0) return true end,
        __lt = function() sleep(0) return true end, __concat = function() sleep(0) return 'cat' end,
        __len = function() sleep(0) return 7 end, __newindex = function() sleep(0) end }
      local a, b = setmetatable({}, m), setmetatable({}, m)
      a.x = 1
      print(a + 1, a.field, a(), a == b, a < b, a .. 'x', #a)
      """, "sum\tfield\tcall\ttrue\ttrue\tcat\t7\n"
    ),
    (
      "<close> on a normal exit",
      """
      do local x <close> = setmetatable({}, { __close = function() sleep(0) print('closed') end }) end
      print('after')
      """, "closed\nafter\n"
    ),
    (
      "<close> after an error, under pcall",
      """
      print(pcall(function()
        local x <close> = setmetatable({}, { __close = function() sleep(0) print('closed') end })
        error('e', 0)
      end))
      """, "closed\nfalse\te\n"
    ),
    (
      "a recipe's coroutine, with its own yields between",
      """
      local co = coroutine.create(function(a)
        sleep(0)
        local b = coroutine.yield(a + 1)
        print(pcall(function() sleep(0) error('inner', 0) end))
        return b * 2
      end)
      print(coroutine.resume(co, 1))
      print(coroutine.status(co))
      print(coroutine.resume(co, 5))
      print(coroutine.resume(co))
      """, "true\t2\nsuspended\nfalse\tinner\ntrue\t10\nfalse\tcannot resume dead coroutine\n"
    ),
    (
      "coroutines in coroutines",
      """
      local function f(n)
        if n == 0 then sleep(0) return 'deep' end
        return coroutine.wrap(f)(n - 1)
      end
      print(f(5))
      """, "deep\n"
    ),
    (
      "coroutine.close of what waits in <close>",
      """
      local co = coroutine.create(function()
        local x <close> = setmetatable({}, { __close = function() sleep(0) print('closed') end })
        coroutine.yield(1)
      end)
      coroutine.resume(co)
      print(coroutine.close(co), coroutine.status(co))
      """, "closed\ntrue\tdead\n"
    ),
    (
      "a coroutine that waits is normal and cannot be resumed or closed by another task",
      """
      local co = coroutine.create(function() sleep(0.02) return 1 end)
      local t = spawn(function() return coroutine.resume(co) end)
      sleep(0.001)
      print(coroutine.status(co))
      print(coroutine.resume(co))
      print(pcall(coroutine.close, co))
      print(t:await())
      """,
      """
      normal
      false\tcannot resume a coroutine that waits for a call
      false\tcannot close a coroutine that waits for a call
      true\t1

      """
    ),
  ])
  func works(_ place: String, _ source: String, _ expected: String) throws {
    #expect(try RecipeRunner.output(source) == expected)
  }

  @Test(arguments: [
    ("table.sort({3, 2, 1}, function(a, b) sleep(0) return a < b end)", "sort"),
    ("string.gsub('abc', '%w', function() sleep(0) end)", "gsub"),
    ("tostring(setmetatable({}, { __tostring = function() sleep(0) return 'x' end }))", "tostring"),
    ("assert(load(function() sleep(0) end))", "load"),
    (
      "local co = coroutine.wrap(function() sleep(0) end) table.sort({2, 1}, function() co() return false end)",
      "sort"
    ),
  ])
  func namesWhatIsInTheWay(_ source: String, _ function: String) throws {
    let failure = try RecipeRunner.failure(source)
    #expect(failure?.message == "cannot wait inside the function that '\(function)' calls")
    #expect(failure?.hint != nil)
  }

  @Test func refusesToYieldATask() throws {
    let failure = try RecipeRunner.failure("coroutine.yield()")
    #expect(failure?.message == "attempt to yield from outside a coroutine")
  }
}

/// What is cancelled, when, and what may still wait.
@Suite struct CancellationTests {
  @Test(arguments: [
    (
      "arrives at the next wait, and at each later one",
      """
      local t = spawn(function()
        print(pcall(sleep, 5))
        print(pcall(sleep, 5))
        sleep(5)
      end)
      sleep(0.001)
      t:cancel()
      print(try(t.await, t))
      """,
      "false\tthe task was cancelled\nfalse\tthe task was cancelled\nnil\tthe task was cancelled\n"
    ),
    (
      "lets the clean-up wait",
      """
      local t = spawn(function()
        local x <close> = setmetatable({}, { __close = function() sleep(0.001) print('cleaned') end })
        sleep(5)
      end)
      sleep(0.001)
      t:cancel()
      try(t.await, t)
      print('end')
      """, "cleaned\nend\n"
    ),
    (
      "lets the clean-up wait and catch errors of its own",
      """
      local t = spawn(function()
        local x <close> = setmetatable({}, { __close = function()
          pcall(function() sleep(0) error('x') end)
          sleep(0.001)
          print('cleaned')
        end })
        sleep(5)
      end)
      sleep(0.001)
      t:cancel()
      try(t.await, t)
      """, "cleaned\n"
    ),
    (
      "race waits until the losers have unwound",
      """
      print(race(
        function() local x <close> = setmetatable({}, { __close = function() sleep(0.005) print('unwound') end }) sleep(5) end,
        function() sleep(0.001) return 'won' end))
      """, "unwound\nwon\n"
    ),
    (
      "timeout raises its own error",
      "local _, e = try(timeout, 0.001, sleep, 5) print(e.kind)", "timeout\n"
    ),
    (
      "timeout gives results in time",
      "print(timeout(5, function(a) sleep(0) return a, 2 end, 1))", "1\t2\n"
    ),
    (
      "the first failure of parallel cancels the rest",
      """
      local _, e = try(parallel, {1, 2, 3}, function(i)
        if i == 2 then sleep(0.001) error('two', 0) end
        local x <close> = setmetatable({}, { __close = function() print('off', i) end })
        sleep(5)
      end)
      print(e)
      """, "off\t3\noff\t1\ntwo\n"
    ),
    (
      "collect keeps going",
      """
      local r, e = parallel({1, 2, 3}, function(i) if i == 2 then error('two', 0) end return i end,
        { on_error = 'collect', limit = 2 })
      print(r[1], r[2], r[3], r.n, e[2])
      """, "1\tfalse\t3\t3\ttwo\n"
    ),
    (
      "a task ends when its children have ended",
      """
      local t = spawn(function() spawn(function() sleep(0.005) print('child') end) return 'body' end)
      print(t:await())
      """, "child\nbody\n"
    ),
    (
      "a semaphore's places",
      """
      local s, most, now = semaphore(2), 0, 0
      parallel({1, 2, 3, 4, 5}, function()
        s:run(function() now = now + 1 most = math.max(most, now) sleep(0.001) now = now - 1 end)
      end)
      print(most)
      """, "2\n"
    ),
    (
      "a task that is cancelled before it starts never runs",
      "local t = spawn(print, 'ran') t:cancel() print(try(t.await, t))",
      "nil\tthe task was cancelled\n"
    ),
  ])
  func behaves(_ rule: String, _ source: String, _ expected: String) throws {
    #expect(try RecipeRunner.output(source) == expected)
  }

  @Test func anUnawaitedFailureFailsTheRun() throws {
    let failure = try RecipeRunner.failure(
      """
      spawn(function() sleep(0.001) error('lost', 0) end)
      spawn(function() sleep(5) end)
      """)
    #expect(failure?.message == "lost")
  }
}

/// What a stranger's recipe cannot do.
@Suite struct SandboxTests {
  @Test(arguments: [
    "os.execute('id')", "io.open('/etc/passwd')", "dofile('x')", "loadfile('x')",
    "package.loadlib('x', 'y')", "string.dump(print)", "debug.getregistry()", "debug.sethook()",
    "load('\\27Lua')()", "load(string.char(27) .. 'x', 'b', 'b')()",
    "setmetatable({}, { __gc = print })", "getmetatable('').__index = nil",
    "setmetatable(_G, nil)", "collectgarbage('stop')", "string.format('%p', print)",
    "require('../x')", "require('/etc/passwd')", "jit.on()", "x = x.y",
  ])
  func refuses(_ source: String) throws {
    #expect(try RecipeRunner.failure(source) != nil)
  }

  @Test(arguments: [
    "print(tostring({}), tostring(print), string.format('%s', {}), coroutine.create(print))",
    "print(pcall(error, {}))", "print(table)",
  ])
  func showsNoAddresses(_ source: String) throws {
    #expect(try !RecipeRunner.output(source).contains("0x"))
  }

  @Test(arguments: [
    "local t = {} while true do t[#t + 1] = ('x'):rep(1000) .. #t end",
    "local s = 'x' while true do s = s .. s end",
    "local function f() return f() + 1 end while true do pcall(f) t = {t or {}, ('y'):rep(100000)} end",
    "while true do pcall(function() local s = 'x' while true do s = s .. s end end) end",
    "local s = ('x'):rep(1 << 30)",
    "local t = {} for i = 1, 1e9 do t[i] = {} end",
    "string.format('%99.99f', 1):rep(1 << 24)",
    "table.concat({('x'):rep(1 << 25), ('x'):rep(1 << 25)}, ('y'):rep(1 << 20))",
    "local t = {} for i = 1, 100000 do t[i] = coroutine.create(print) coroutine.resume(t[i]) end for i = 1, 1e9 do t[i] = spawn(sleep, 1000) end",
  ])
  func endsMemoryBombs(_ source: String) throws {
    let runner = RecipeRunner()
    runner.limits.memory = 48 << 20
    runner.limits.time = 20
    let end = try runner.run(source)
    guard case .killed(.memoryLimit, _) = end else {
      Issue.record("\(end)")
      return
    }
  }

  @Test func countsInstructions() throws {
    let runner = RecipeRunner()
    runner.limits.instructions = 100_000
    #expect(
      try runner.run("for i = 1, 1e9 do end").isKilled(.instructionLimit))
    let second = RecipeRunner()
    second.limits.instructions = 100_000
    #expect(
      try second.run("local co = coroutine.wrap(function() while true do end end) pcall(co)")
        .isKilled(.instructionLimit))
  }

  @Test func stopsAtTheDeadlineWhileWaiting() throws {
    let runner = RecipeRunner()
    runner.limits.deadline = 0.05
    #expect(try runner.run("sleep(30)").isKilled(.deadline))
  }
}

extension RecipeEnd {
  func isKilled(_ reason: KillReason) -> Bool {
    if case .killed(reason, _) = self { return true }
    return false
  }
}
