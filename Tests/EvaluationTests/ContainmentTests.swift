import CargoClient
import Glibc
import LocalWorkspace
import Testing

@testable import Evaluation

/// What an expression may try, and what becomes of it.
@Suite struct ContainmentTests {
  static var limits: JavaScriptEngine.Limits {
    var limits = JavaScriptEngine.Limits()
    limits.expressions = 0.2
    limits.script = 0.2
    limits.grace = 0.5
    return limits
  }

  static let endless = [
    "while(true){}",
    "for(;;) try { for(;;); } catch {} finally { continue }",
    "/(a+)+$/.test('a'.repeat(40) + 'b')",
    "(function f() { try { f() } finally { f() } })()",
    "(function again() { Promise.resolve().then(again) })()",
    "[...Array(1e5).keys()].sort(() => { for(;;); })",
    "JSON.stringify({ toJSON() { for(;;); } })",
  ]

  @Test(arguments: endless)
  func whatNeverEndsIsEnded(code: String) throws {
    let harness = EngineHarness(ContainmentTests.limits)
    let failure = try harness.failure(.script(code))
    #expect(failure.message == "it took longer than 0.2 s")
    // And the next one is answered as if nothing had been.
    #expect(try harness.template("{{1 + 1}}") == "2")
  }

  @Test func anEndlessExpressionHoldsUpNobody() throws {
    let harness = EngineHarness(ContainmentTests.limits)
    let pending = harness.start(.expressions([.init(.template, "{{(() => { for(;;); })()}}")]))
    let next = harness.start(.expressions([.init(.js, "2")]))
    // The loop goes on turning all the while.
    let before = EventLoop.now()
    harness.loop.turn(block: false)
    #expect(EventLoop.now() - before < 100_000_000)
    #expect(try EngineHarness.text(harness.finish(pending)) == "failed: it took longer than 0.2 s")
    #expect(try EngineHarness.text(harness.finish(next)) == "2")
  }

  static let bombs = [
    "const a = []; for (;;) a.push(new Array(1e5).fill(1.5))",
    "let s = 'x'; for (;;) s += s + 'y'; ",
    "const all = []; for (let i = 0;; i++) all.push(String(i).repeat(1e6) + i)",
    "const all = []; for (;;) all.push(new Uint8Array(1e7).fill(1))",
  ]

  @Test(arguments: bombs)
  func whatEatsMemoryIsEnded(code: String) throws {
    var limits = JavaScriptEngine.Limits()
    limits.memory = 200 << 20
    let harness = EngineHarness(limits)
    let failure = try harness.failure(.script(code))
    let expected = ["it took more than 200 MiB of memory", "RangeError: Out of memory"]
    #expect(expected.contains(failure.message), "\(failure.message)")
    #expect(try harness.template("{{1 + 1}}") == "2")
  }

  @Test func thereIsNoWayToTheHost() throws {
    let harness = EngineHarness()
    let names = [
      "process", "require", "module", "load", "read", "readFile", "print", "quit", "fetch",
      "XMLHttpRequest", "WebSocket", "Deno", "Bun", "setTimeout", "$vm", "importScripts", "window",
    ]
    let code = "[" + names.map { "typeof \($0)" }.joined(separator: ",") + "].join()"
    let expected = names.map { _ in "undefined" }.joined(separator: ",")
    #expect(try harness.template("{{\(code)}}") == "\"\(expected)\"")
    #expect(
      try harness.template("{{[].constructor.constructor('return typeof process')()}}")
        == #""undefined""#)
  }

  @Test func theHelperHasNothingOfOurs() throws {
    setenv("GRAPH_TEST_SECRET", "secret", 1)
    defer { unsetenv("GRAPH_TEST_SECRET") }
    let open = Glibc.open("/etc/passwd", O_RDONLY)
    defer { close(open) }
    let harness = EngineHarness()
    #expect(try harness.template("{{1}}") == "1")
    let helper = try #require(harness.engine.helperID)
    let environment = try #require(contents("/proc/\(helper)/environ"))
    // A process that cannot be looked into has shut this door as well.
    #expect(!environment.contains("secret"))
    let status = try #require(contents("/proc/\(helper)/status"))
    #expect(status.contains("Seccomp:\t2"))
    #expect(status.contains("NoNewPrivs:\t1"))
    harness.engine.close()
    #expect(kill(helper, 0) == -1)
  }

  /// The text of a file; empty when it may not be read, nil when it is not there.
  private func contents(_ path: String) -> String? {
    guard let file = fopen(path, "re") else { return errno == ENOENT ? nil : "" }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[..<count], as: UTF8.self)
  }

  @Test func aHelperThatWasKilledIsReplaced() throws {
    let harness = EngineHarness()
    #expect(try harness.template("{{1}}") == "1")
    let first = try #require(harness.engine.helperID)
    kill(first, SIGKILL)
    // It may be noticed while asking, once; never after.
    _ = try harness.ask(.expressions([.init(.js, "2")]))
    #expect(try harness.template("{{3}}") == "3")
    #expect(harness.engine.helperID != first)
  }

  @Test func aMissingHelperIsAFailureAndNoCrash() throws {
    let harness = EngineHarness(executable: "/nowhere/cargo-script")
    let failure = try harness.failure(.expressions([.init(.js, "1")]))
    #expect(
      failure.message
        == "the JavaScript helper cannot be started: No such file or directory")
    let other = EngineHarness(executable: "/bin/true")
    #expect(
      try other.failure(.expressions([.init(.js, "1")])).message
        == "the process that evaluates JavaScript ended unexpectedly (with code 0)")
  }

  @Test func closingEndsWhatIsUnderWay() throws {
    let harness = EngineHarness()
    _ = try harness.template("{{1}}")
    _ = harness.start(.script("for (;;);"))
    let next = harness.start(.expressions([.init(.js, "1")]))
    let before = EventLoop.now()
    harness.engine.close()
    // A script may take ten seconds; closing does not wait for them.
    #expect(EventLoop.now() - before < 5_000_000_000)
    #expect(harness.engine.helperID == nil)
    let failure = try harness.failure(.expressions([.init(.js, "1")]))
    #expect(failure.message == "JavaScript has ended")
    #expect(next.answer == nil)
  }

  @Test func manyQuestionsComeBackInOrder() throws {
    let harness = EngineHarness()
    let pending = (0..<500).map { harness.start(.expressions([.init(.js, "\($0)")])) }
    for (index, one) in pending.enumerated() {
      #expect(try EngineHarness.text(harness.finish(one)) == "\(index)")
    }
  }

  @Test func largeValuesTravelWhole() throws {
    let harness = EngineHarness()
    let text = String(repeating: "wörter ", count: 200_000)
    let answer = try harness.ask(
      .expressions([.init(.js, "text"), .init(.js, "text.length")]), "{\"text\":\"\(text)\"}")
    #expect(EngineHarness.text(answer) == "\"\(text)\" 1400000")
    // Shadow memory of a sanitizer would reach the usual bound first.
    var limits = JavaScriptEngine.Limits()
    limits.memory = 1 << 30
    let failure = try EngineHarness(limits).failure(.script("return 'x'.repeat(70 << 20)"))
    #expect(failure.message == "the result is larger than 64 MiB")
  }
}
