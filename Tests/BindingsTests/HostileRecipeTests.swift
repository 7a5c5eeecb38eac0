import Testing

@testable import Bindings

/// Recipes that try to get out, hang, crash or live on: each was a way to once, or looks like one.
@Suite struct HostileRecipeTests {
  @Test(arguments: [
    "print(pcall(load '_G[nil] = 1')) print(pcall(load '_G[0/0] = 1')) while true do end",
    "print(pcall(load '_G[nil] = 1')) sleep(0) while true do end",
    """
    local inner = coroutine.wrap(function() while true do end end)
    pcall(function()
      local x <close> = setmetatable({}, { __close = function() while true do end end })
      inner()
    end)
    """,
    """
    pcall(function()
      local x <close> = setmetatable({}, { __close = function() error("other", 0) end })
      while true do end
    end)
    """,
    "local e = coroutine.wrap(function() while true do pcall(string.rep) end end) while true do xpcall(e, e) end",
  ])
  func endsAtTheTimeLimit(_ source: String) throws {
    let runner = RecipeRunner()
    runner.limits.time = 0.1
    guard case .killed(.timeLimit, _) = try runner.run(source) else {
      Issue.record("survived")
      return
    }
  }

  @Test(arguments: [
    ("load '_G[nil] = 1'", ""),
    ("", "error('other', 0)"),
    ("", "keep = {} for i = 1, 3 do sleep(0) end survived = true"),
    ("", "keep = {} coroutine.wrap(function() survived = true end)()"),
  ])
  func endsAtTheMemoryLimit(_ first: String, _ cleanUp: String) throws {
    let runner = RecipeRunner()
    runner.limits.memory = 8 << 20
    let end = try runner.run(
      """
      keep, survived = {}, false
      pcall(function()
        \(first)
        local x <close> = setmetatable({}, { __close = function() \(cleanUp) end })
        while true do keep[#keep + 1] = ("x"):rep(1000) .. #keep end
      end)
      keep = {}
      print("survived")
      """)
    guard case .killed(.memoryLimit, _) = end else {
      Issue.record("\(end)")
      return
    }
    #expect(runner.printed.isEmpty)
  }

  @Test(arguments: [
    "for i = 1, 1e8 do semaphore(1) end",
    "local s = 'x' while true do s = s .. s end",
  ])
  func countsWhatTheHostKeeps(_ source: String) throws {
    let runner = RecipeRunner()
    runner.limits.memory = 2 << 20
    guard case .killed(.memoryLimit, _) = try runner.run(source) else {
      Issue.record("survived")
      return
    }
  }

  /// A collection may free what a first refusal was about: that is no end.
  @Test func goesOnWhenGarbageMadeRoom() throws {
    let runner = RecipeRunner()
    runner.limits.memory = 4 << 20
    let end = try runner.run(
      "local s for i = 1, 200 do s = nil s = ('x'):rep(100000) .. i local t = {s, {}} end print(#s)"
    )
    #expect(end == .finished)
    #expect(runner.printed == "100003\n")
  }

  /// The failure of a task that a sibling awaited is the sibling's then, and not lost.
  @Test func awaitedFailuresAreNotLost() throws {
    let failure = try RecipeRunner.failure(
      """
      local first = spawn(function() sleep(0) error("boom", 0) end)
      spawn(function() first:await() end)
      """)
    #expect(failure?.message == "boom")
  }

  private static let never = "this wait would never end: all tasks wait for each other"

  @Test(arguments: [
    """
    local a, b
    a = spawn(function() sleep(0) b:await() end)
    b = spawn(function() sleep(0) a:await() end)
    a:await()
    """,
    "local me me = spawn(function() spawn(function() sleep(0.01) me:await() end) end)",
    "local s = semaphore(1) s:acquire() s:acquire()",
    "local s = semaphore(1) parallel({1, 2}, function() s:acquire() end)",
  ])
  func tellsOfADeadlock(_ source: String) throws {
    #expect(try RecipeRunner.failure(source)?.message == HostileRecipeTests.never)
  }

  @Test(arguments: [
    (
      "local s = semaphore(1) s:acquire() print(pcall(timeout, 0.01, s.acquire, s))",
      "false\tthe time given to timeout() is over\n"
    ),
    (
      "local s = semaphore(1) s:acquire() print(pcall(s.acquire, s)) s:release() print(s:run(type, 1))",
      "false\t\(never)\n  hint: two tasks await each other, or a semaphore's place is never released\nnumber\n"
    ),
    (
      """
      local t = {} for i = 1, 600000 do t[i] = i end
      local task = spawn(function() return table.unpack(t) end)
      print(pcall(task.await, task)) print(pcall(race, function() return table.unpack(t) end))
      """,
      "false\ttoo many results\n  hint: return a table\nfalse\ttoo many results\n  hint: return a table\n"
    ),
    (
      """
      local thread
      local task = spawn(function() thread = coroutine.running() return 1, 2 end)
      sleep(0)
      print(coroutine.resume(thread)) print(pcall(coroutine.close, thread)) print(task:await())
      """, "false\tcannot resume a task\nfalse\tcannot close a task\n1\t2\n"
    ),
    (
      """
      local t = spawn(function()
        local co = coroutine.wrap(function()
          local x <close> = setmetatable({}, { __close = function() coroutine.yield() end })
          sleep(10)
        end)
        co() co = nil
        for i = 1, 100000 do local _ = { {} } end
        print(pcall(error, "x")) print(pcall(sleep, 0))
      end)
      sleep(0) t:cancel() pcall(t.await, t)
      """, "false\tx\nfalse\tthe task was cancelled\n"
    ),
    (
      "local p = progress(2) p:step(math.maxinteger) p:step(math.maxinteger) p.id = 1e300 p:step() p:done() p:done()",
      ""
    ),
    (
      "print(pcall(run.wait, '11111111-1111-4111-8111-111111111111', { timeout = 0/0 }))",
      "false\trun.wait: 'timeout' must be a number, got NaN\n"
    ),
    ("print(timeout(math.huge, function() return 1 end))", "1\n"),
    ("print(pcall(sleep, 0/0))", "false\tsleep: the argument must be a number of seconds\n"),
  ])
  func staysCalm(_ source: String, _ expected: String) throws {
    #expect(try RecipeRunner.output(source) == expected)
  }

  @Test func unfoldsNoManifest() throws {
    let text = """
      recipe((function()
        local t = {}
        for i = 1, 14 do t = { t, t, t, t, t, t, t, t } end
        return { inputs = t }
      end)())
      """
    let node = try ManifestReader.read(
      Recipe(source: [UInt8](text.utf8), name: "r.lua", directory: "."))
    #expect(node != nil)
  }
}
