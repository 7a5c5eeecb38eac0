import CargoClient
import Glibc
import SQLite
import Testing

@testable import Runtime

@Suite struct JournalTests {
  let loop = EventLoop()
  let stub: StubHandler

  init() { stub = StubHandler(loop: loop) }

  func journal(_ path: String, id: String = "r-00000001") -> Journal {
    Journal(
      path: path,
      run: Journal.Run(
        id: id, recipe: "waterfall.lua", recipeHash: "00", workspace: "local",
        inputs: Array(#"{"key":"secret-token"}"#.utf8), budget: Credits(50)),
      redactor: Redactor(["secret-token"]), mailbox: loop.mailbox)
  }

  /// One line per step: occurrence, operation, state, uuid, result, error, credits.
  func steps(_ path: String) throws -> [String] {
    let connection = try Connection(path: path, options: .readOnly)
    var lines: [String] = []
    try connection.query(
      """
      SELECT printf('%d %s %s %s %s %s %s', occurrence, operation, state, ifnull(uuid, '-'),
        ifnull(CAST(result AS TEXT), '-'), ifnull(error, '-'), ifnull(credits, '-'))
      FROM steps ORDER BY id
      """
    ) { lines.append($0.string(0)) }
    return lines
  }

  final class Box { var result: CallResult? }

  func send(_ call: OperationCall, through journal: Journal) -> Box {
    let box = Box()
    IntentInterceptor(journal).intercept(call, next: stub) { box.result = $0 }
    return box
  }

  @Test func theIntentIsOnTheDiskBeforeTheRequestIsSent() throws {
    try inTemporaryFolder { folder in
      let path = folder + "/.cargo/journal.db"
      let journal = journal(path)
      #expect(access(path, F_OK) != 0)
      let call = try call("action.execute", #"{"data":{"email":"secret-token"}}"#, action: "a.b")
      let box = send(call, through: journal)
      #expect(stub.open == 0)
      try loop.wait { stub.open == 1 }
      #expect(try steps(path) == ["0 action.execute intent - - - -"])

      call.onAccepted?("uuid-1")
      call.credits = 0.5
      stub.finish(.success(OperationAnswer(body: Array(#"{"ok":"secret-token"}"#.utf8))))
      #expect(box.result != nil)
      try journal.end(.done)
      #expect(
        try steps(path) == [#"0 action.execute done uuid-1 {"ok":"[redacted]"} - 500000"#])

      let connection = try Connection(path: path, options: .readOnly)
      let run = try connection.first(
        """
        SELECT printf('%s %s %s %s %d %d', id, recipe, status, CAST(inputs AS TEXT), budget,
          ended >= started) FROM runs
        """
      ) { $0.string(0) }
      #expect(run == #"r-00000001 waterfall.lua done {"key":"[redacted]"} 50000000 1"#)
      let request = try connection.first("SELECT CAST(request AS TEXT) FROM steps") { $0.string(0) }
      #expect(request == #"{"data":{"email":"[redacted]"}}"#)
      var status = stat()
      stat(path, &status)
      #expect(status.st_mode & 0o777 == 0o600)
    }
  }

  struct Ending: Sendable, CustomTestStringConvertible {
    let error: CargoError
    let accepted: Bool
    let line: String
    var testDescription: String { line }
  }

  static let endings = [
    Ending(
      error: CargoError(.cargo, "refused", status: 400), accepted: false,
      line: "failed - - refused -"),
    Ending(
      error: CargoError(.unknown, "no answer"), accepted: false, line: "unknown - - no answer -"),
    Ending(
      error: CargoError(.run, "ended in error", body: Array("{}".utf8)), accepted: true,
      line: "failed u {} ended in error -"),
    Ending(error: CargoError(.timeout, "late"), accepted: true, line: "accepted u - - -"),
    Ending(error: CargoError(.http, "reset"), accepted: true, line: "accepted u - - -"),
    Ending(error: CargoError(.cancelled, "off"), accepted: true, line: "accepted u - - -"),
    Ending(error: CargoError(.cancelled, "off"), accepted: false, line: "failed - - off -"),
  ]

  @Test(arguments: endings)
  func writesDownHowAStepEnded(ending: Ending) throws {
    try inTemporaryFolder { folder in
      let path = folder + "/journal.db"
      let journal = journal(path)
      let call = try call("run.create")
      let box = send(call, through: journal)
      try loop.wait { stub.open == 1 }
      if ending.accepted { call.onAccepted?("u") }
      stub.finish(.failure(ending.error))
      #expect(box.result?.error == ending.error)
      try journal.end(.failed)
      #expect(try steps(path) == ["0 run.create " + ending.line])
    }
  }

  @Test func equalRequestsAreCounted() throws {
    try inTemporaryFolder { folder in
      let path = folder + "/journal.db"
      let journal = journal(path)
      for arguments in [#"{"a":1}"#, #"{"a":2}"#, #"{"a":1}"#, #"{"a":1}"#] {
        _ = send(try call("action.execute", arguments), through: journal)
      }
      _ = send(try call("run.create", #"{"a":1}"#), through: journal)
      try loop.wait { stub.open == 5 }
      try journal.end(.done)
      #expect(
        try steps(path).map { String($0.prefix { $0 != " " }) } == ["0", "0", "1", "2", "0"])
    }
  }

  @Test func severalRunsShareAFile() throws {
    try inTemporaryFolder { folder in
      let path = folder + "/journal.db"
      let first = journal(path, id: "r-00000001")
      let second = journal(path, id: "r-00000002")
      _ = send(try call("run.create"), through: first)
      _ = send(try call("run.create"), through: second)
      _ = send(try call("run.create"), through: first)
      try loop.wait { stub.open == 3 }
      try first.end(.interrupted)
      try second.end(.done)
      let connection = try Connection(path: path, options: .readOnly)
      var lines: [String] = []
      try connection.query(
        """
        SELECT printf('%s %s %d', runs.id, status, count(*)) FROM runs JOIN steps ON run = number
        GROUP BY number ORDER BY number
        """
      ) { lines.append($0.string(0)) }
      #expect(lines == ["r-00000001 interrupted 2", "r-00000002 done 1"])
    }
  }

  @Test func cancelledBeforeItIsOnTheDiskIsNotSent() throws {
    try inTemporaryFolder { folder in
      let path = folder + "/journal.db"
      let journal = journal(path)
      let call = try call("run.create")
      let box = send(call, through: journal)
      call.cancel()
      try loop.wait { box.result != nil }
      #expect(box.result?.error?.kind == .cancelled)
      #expect(stub.calls.isEmpty)
      try journal.end(.done)
      #expect(
        try steps(path)
          == ["0 run.create failed - - run.create was cancelled before it was sent -"])
    }
  }

  @Test func manyIntentsAtOnceAllArrive() throws {
    try inTemporaryFolder { folder in
      let journal = journal(folder + "/journal.db")
      stub.answer = { _ in .success(OperationAnswer(body: Array("{}".utf8))) }
      let boxes = try (0..<3000).map { index in
        send(try call("action.execute", "{\"i\":\(index)}"), through: journal)
      }
      try loop.wait { boxes.allSatisfy { $0.result != nil } }
      try journal.end(.done)
      let states = Set(try steps(folder + "/journal.db").map { $0.split(separator: " ")[2] })
      #expect(states == ["done"])
    }
  }

  static let broken: [(String, String)] = [
    ("garbage", "file is not a database"), ("folder", "unable to open database file"),
    ("newer", "another version"), ("twice", "UNIQUE"), ("unwritable", "unable to open"),
  ]

  @Test(arguments: broken)
  func whatCannotBeUsedStopsTheCall(how: String, reason: String) throws {
    if how == "unwritable" && geteuid() == 0 { return }
    try inTemporaryFolder { folder in
      var path = folder + "/journal.db"
      switch how {
      case "garbage":
        let file = fopen(path, "w")
        for _ in 0..<200 { fputs("this is no database\n", file) }
        fclose(file)
      case "folder": path = folder
      case "newer":
        try Connection(path: path).execute("PRAGMA user_version = 99")
      case "twice":
        let first = journal(path)
        _ = send(try call("run.create"), through: first)
        try loop.wait { stub.open == 1 }
        try first.end(.done)
        stub.finish()
      default: chmod(folder, 0o500)
      }
      let before = stub.calls.count
      let journal = journal(path)
      let box = send(try call("run.create"), through: journal)
      #expect(box.result == nil)
      try loop.wait { box.result != nil }
      let error = try #require(box.result?.error)
      #expect(error.kind == .journal)
      #expect(error.operation == "run.create")
      #expect(error.message.contains(path) && error.message.contains(reason), "\(error)")
      #expect(stub.calls.count == before)
      try journal.end(.failed)
    }
  }

  @Test func aResultThatIsLostIsReportedAtTheEnd() throws {
    try inTemporaryFolder { folder in
      let path = folder + "/journal.db"
      let journal = journal(path)
      _ = send(try call("run.create"), through: journal)
      try loop.wait { stub.open == 1 }
      let other = try Connection(path: path)
      try other.execute("DROP TABLE events")
      stub.finish()
      let error = #expect(throws: CargoError.self) { try journal.end(.done) }
      #expect(error?.kind == .journal)
      #expect(error?.message.contains("cannot be used: no such table") == true)
    }
  }
}
