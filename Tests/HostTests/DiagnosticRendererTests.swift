import Bindings
import Testing

@testable import Host

@Suite struct DiagnosticRendererTests {
  private func render(_ diagnostic: Diagnostic, columns: Int = 100) -> String {
    DiagnosticRenderer(style: Style(usesColor: false), columns: columns).render(diagnostic)
  }

  @Test func showsCauseLineTracebackAndHint() {
    var diagnostic = Diagnostic(
      message: "attempt to index a nil value (local 'row')",
      location: .init(chunk: "recipes/a.lua", line: 12),
      sourceLine: "\tlocal email = row.email  ")
    diagnostic.frames = [
      .init("recipes/a.lua:12: in function 'find'"), .init("recipes/a.lua:30: in the main chunk"),
    ]
    diagnostic.hint = "check the row first"
    #expect(
      render(diagnostic) == """
        error: attempt to index a nil value (local 'row')
          recipes/a.lua:12: local email = row.email
                                          ^^^
          traceback:
            recipes/a.lua:12: in function 'find'
            recipes/a.lua:30: in the main chunk
          hint: check the row first
        """)
  }

  @Test func showsAloneWhatHasNoPlace() {
    #expect(render(Diagnostic(message: "out of\nluck")) == "error: out of\n  luck")
    let frame = Diagnostic.Frame("a.lua:1: in the main chunk")
    #expect(
      render(Diagnostic(message: "m", location: .init(chunk: "a.lua", line: 1), frames: [frame]))
        == "error: m\n  a.lua:1:")
  }

  @Test func alignsTheCaretUnderWideText() {
    let diagnostic = Diagnostic(
      message: "attempt to call a nil value (global 'foo')",
      location: .init(chunk: "a.lua", line: 1), sourceLine: "local s = '株式' .. foo()")
    #expect(
      render(diagnostic) == """
        error: attempt to call a nil value (global 'foo')
          a.lua:1: local s = '株式' .. foo()
                                       ^^^
        """)
  }

  @Test func cutsLongLinesAroundTheSpot() {
    let filler = String(repeating: "x", count: 300)
    let diagnostic = Diagnostic(
      message: "attempt to call a nil value (global 'foo')",
      location: .init(chunk: "a", line: 1), sourceLine: "f('\(filler)') foo() f('\(filler)')")
    let lines = render(diagnostic, columns: 40).split(separator: "\n")
    #expect(lines[1] == "  a:1: …xxxxxxxxxxxxxxxx') foo() f('xxxxxxxxxx…")
    #expect(lines[2] == "                           ^^^")
  }

  @Test func escapesWhatComesFromOutside() {
    let diagnostic = Diagnostic(
      message: "bad \u{1b}]0;title\u{7}", location: .init(chunk: "a\u{1b}.lua", line: 1),
      sourceLine: "x = '\u{202e}'", hint: "h\u{1b}")
    #expect(!render(diagnostic).unicodeScalars.contains { $0 == "\u{1b}" || $0 == "\u{202e}" })
  }

  struct Spot: Sendable {
    let line: String
    let message: String
    let marked: String

    init(_ line: String, _ message: String, _ marked: String) {
      self.line = line
      self.message = message
      self.marked = marked
    }
  }

  @Test(arguments: [
    Spot("local a = b.c.d", "attempt to index a nil value (field 'c')", "c@12"),
    Spot("foo = foo.bar", "attempt to index a nil value (global 'foo')", "foo@6"),
    Spot("foofoo(foo())", "attempt to call a nil value (global 'foo')", "foo@7"),
    Spot("row:send(row)", "attempt to call a nil value (method 'send')", "send@4"),
    Spot("x = = 3", "unexpected symbol near '='", "=@4"),
    Spot("x = 'abc", "unfinished string near ''abc'", "'abc@4"),
    Spot("return 1 +", "unexpected symbol near <eof>", "@10"),
    Spot("pritn('x')", "the global 'pritn' is not declared", "pritn@0"),
    Spot("  error('boom')", "boom", "e@2"),
    Spot("t['key'].x = 1", "attempt to index a nil value (field 'key')", "key@3"),
    Spot("   ", "anything", "@3"),
  ])
  func findsTheSpot(_ test: Spot) {
    let range = ErrorSpot.find(in: test.line, message: test.message)
    let column = test.line.distance(from: test.line.startIndex, to: range.lowerBound)
    #expect("\(test.line[range])@\(column)" == test.marked)
  }
}
