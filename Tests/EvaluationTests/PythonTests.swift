import CargoClient
import Glibc
import LocalWorkspace
import Testing

@testable import Evaluation

@Suite struct PythonTests {
  private func run(_ script: String, seconds: Double = 10, interpreter: String = "/usr/bin/python3")
    throws -> String
  {
    let loop = EventLoop()
    let python = PythonProcess(mailbox: loop.mailbox, seconds: seconds, interpreter: interpreter)
    var answer: Result<[UInt8], EvaluationFailure>?
    python.run(script, variables: Array(#"{"nodes":{"start":{"n":20}}}"#.utf8)) { answer = $0 }
    let timer = loop.schedule(after: 30) {}
    while answer == nil { loop.turn(block: true) }
    loop.cancel(timer)
    switch try #require(answer) {
    case .success(let bytes): return String(decoding: bytes, as: UTF8.self)
    case .failure(let failure): return "failed: \(failure.message)"
    }
  }

  static let scripts: [(String, String)] = [
    ("result = nodes['start']['n'] + 1", "21"),
    ("print('noise')\nresult = {'a': [1, None, 'ü']}", #"{"a": [1, null, "\u00fc"]}"#),
    ("x = 1", "null"),
    ("result = 1 / 0", "failed: ZeroDivisionError: division by zero"),
    ("def broken(:", "failed: SyntaxError: invalid syntax"),
    (
      "result = float('nan')",
      "failed: ValueError: Out of range float values are not JSON compliant"
    ),
    ("result = {1, 2}", "failed: TypeError: Object of type set is not JSON serializable"),
    ("import os; os._exit(3)", "failed: it ended without a result"),
    ("import sys\nresult = [len(sys.argv), sys.flags.isolated]", "[1, 1]"),
  ]

  @Test func scripts() throws {
    for (script, expected) in PythonTests.scripts {
      #expect(try run(script).hasPrefix(expected), "\(script)")
    }
  }

  @Test func whatNeverEndsIsEnded() throws {
    #expect(try run("while True: pass", seconds: 1) == "failed: it took longer than 1 s")
    #expect(
      try run("import time; time.sleep(60)", seconds: 1) == "failed: it took longer than 1 s")
    // Nor can it hide by closing what it is listened to by.
    #expect(
      try run("import os, time; os.close(1); os.close(2); time.sleep(60)", seconds: 1)
        == "failed: it ended without a result")
  }

  @Test func aMissingInterpreterIsNamed() throws {
    #expect(
      try run("result = 1", interpreter: "/nowhere/python3")
        == "failed: /nowhere/python3 cannot be started: No such file or directory")
  }
}
