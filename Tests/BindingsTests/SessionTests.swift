import CargoClient
import Runtime
import Testing

@testable import Bindings

/// Takes calls to nowhere: what a test does not expect fails.
final class NoCalls: CallHandler {
  func handle(_ call: OperationCall, completion: @escaping (CallResult) -> Void) {
    completion(.failure(CargoError(.http, "no workspace in this test: \(call.operation.name)")))
  }
}

/// Remembers nothing of progress.
final class NoProgress: ProgressReporting {
  func begin(total: Int, label: String) -> Int { 0 }
  func step(_ bar: Int, by count: Int, note: String?) {}
  func end(_ bar: Int) {}
}

/// Runs recipes in the test's own process and keeps what they printed and emitted.
final class RecipeRunner {
  var printed = ""
  var rows: [String] = []
  var limits = LuaLimits()
  var handler: any CallHandler = NoCalls()
  var directory = "."
  var permissions = Permissions(manifest: nil, isLive: false)

  @discardableResult
  func run(_ source: String) throws -> RecipeEnd {
    let services = RecipeServices(
      calls: handler,
      print: { self.printed += String(decoding: $0, as: UTF8.self) },
      emit: {
        self.rows.append(String(decoding: $0, as: UTF8.self))
        return nil
      },
      log: { _, _ in }, progress: NoProgress(), permissions: permissions)
    let session = try RecipeSession(limits: limits, loop: EventLoop(), services: services)
    return session.run(
      Recipe(source: [UInt8](source.utf8), name: "recipe.lua", directory: directory))
  }

  /// Runs a recipe that must come to its end; gives what it printed.
  static func output(_ source: String, sourceLocation: SourceLocation = #_sourceLocation) throws
    -> String
  {
    let runner = RecipeRunner()
    let end = try runner.run(source)
    #expect(end == .finished, sourceLocation: sourceLocation)
    return runner.printed
  }

  /// Runs a recipe that must fail; gives how.
  static func failure(_ source: String) throws -> ScriptFailure? {
    switch try RecipeRunner().run(source) {
    case .failed(let failure), .notCompiled(let failure): failure
    default: nil
    }
  }
}

@Suite struct SessionTests {
  @Test func printsAndEmits() throws {
    let runner = RecipeRunner()
    let end = try runner.run(
      """
      print("hi", 1, 2.5, nil, true, {}, print)
      emit { name = "Acme", n = 1 }
      return { { name = "B" } }
      """)
    #expect(end == .finished)
    #expect(runner.printed == "hi\t1\t2.5\tnil\ttrue\ttable\tfunction\n")
    #expect(runner.rows == [#"{"n":1,"name":"Acme"}"#, #"{"name":"B"}"#])
  }

  @Test(arguments: [
    ("x = 1 print(x)", "1\n"),
    ("local function f() return pcall(error, 'e') end print(f())", "false\te\n"),
    ("print(select('#', coroutine.resume(coroutine.create(function() return 1, 2 end))))", "3\n"),
    ("print(parallel({1,2,3}, function(x) sleep(0) return x * 2 end)[3])", "6\n"),
    (
      "print(race(function() sleep(5) return 'a' end, function() sleep(0.01) return 'b' end))",
      "b\n"
    ),
    ("print(try(timeout, 0.01, sleep, 5) == nil)", "true\n"),
    ("local t = spawn(function() sleep(0.01) return 4, 5 end) print(t:await())", "4\t5\n"),
    ("local t = spawn(function() return 4 end) sleep(0.01) print(t:await())", "4\n"),
    (
      "local co = coroutine.wrap(function() sleep(0) coroutine.yield(1) sleep(0) return 2 end) print(co(), co())",
      "1\t2\n"
    ),
    ("print(json.encode(json.decode('[1,{\"a\":null}]')))", "[1,{}]\n"),
  ])
  func runs(_ source: String, _ expected: String) throws {
    #expect(try RecipeRunner.output(source) == expected)
  }

  @Test(arguments: [
    ("error('boom')", "boom", 1),
    ("\nlocal x = nil + 1", "attempt to perform arithmetic on a nil value", 2),
    ("\n\nprnt('x')", "the global 'prnt' is not declared", 3),
    ("segment.fetch { modle_uuid = 'x' }", "segment.fetch: unknown argument 'modle_uuid'", 1),
    ("sleep('x')", "sleep: the argument must be a number of seconds", 1),
    ("spawn(function() error('inner') end)", "inner", 1),
  ])
  func fails(_ source: String, _ message: String, _ line: Int) throws {
    let failure = try RecipeRunner.failure(source)
    #expect(failure?.message == message)
    #expect(failure?.line == line)
  }

  @Test(arguments: [
    "while true do end",
    "while true do pcall(function() while true do end end) end",
    "local function f() return pcall(f) end while true do f() end",
    "coroutine.wrap(function() while true do end end)()",
    "while true do local x <close> = setmetatable({}, {__close = function() while true do end end}) end",
    "table.sort({1,2,3}, function() while true do end end)",
  ])
  func endsWhatDoesNotEnd(_ source: String) throws {
    let runner = RecipeRunner()
    runner.limits.time = 0.1
    let end = try runner.run(source)
    guard case .killed(.timeLimit, _) = end else {
      Issue.record("\(end)")
      return
    }
  }
}
