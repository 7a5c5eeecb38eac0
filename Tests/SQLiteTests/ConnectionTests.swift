import Glibc
import SQLite
import Testing

@Suite struct ConnectionTests {
  let folder = TemporaryFolder()

  @Test(arguments: [
    SQLiteValue.null, .integer(.min), .integer(.max), .real(0.1), .text(""), .text("naïve 🦊"),
    .blob([]), .blob([0, 255, 0]), .text("a\0b"),
  ])
  func roundTripsValues(value: SQLiteValue) throws {
    let connection = try Connection(path: folder.file("a.db"))
    try connection.execute("CREATE TABLE t (v)")
    try connection.run("INSERT INTO t VALUES (?)", [value])
    #expect(try connection.first("SELECT v FROM t") { $0.value(0) } == value)
  }

  @Test func fileIsItsOwnersAlone() throws {
    let connection = try Connection(path: folder.file("a.db"))
    try connection.execute("CREATE TABLE t (v)")
    for name in ["a.db", "a.db-wal", "a.db-shm"] {
      var status = stat()
      #expect(stat(folder.file(name), &status) == 0)
      #expect(status.st_mode & 0o777 == 0o600, "\(name)")
    }
  }

  @Test func errorsNameTheStatementButNoValues() throws {
    let connection = try Connection(path: folder.file("a.db"))
    try connection.execute("CREATE TABLE t (v UNIQUE)")
    try connection.run("INSERT INTO t VALUES (?)", ["secret"])
    let error = try #require(throws: SQLiteError.self) {
      try connection.run("INSERT INTO t VALUES (?)", ["secret"])
    }
    #expect(error.isConstraint)
    #expect(error.description.contains("INSERT INTO t VALUES (?)"))
    #expect(!error.description.contains("secret"))
  }

  @Test func foreignFileIsFoundOutAtOpening() throws {
    let path = folder.file("not.db")
    let file = try #require(fopen(path, "w"))
    for _ in 0..<100 { fputs("this is no database at all\n", file) }
    fclose(file)
    let error = try #require(throws: SQLiteError.self) { try Connection(path: path) }
    #expect(error.isCorrupt)
  }

  @Test func readOnlyNeedsAFile() throws {
    let error = try #require(throws: SQLiteError.self) {
      try Connection(path: folder.file("none.db"), options: .readOnly)
    }
    #expect(error.isCannotOpen)
    #expect(access(folder.file("none.db"), F_OK) != 0)
  }

  @Test func readOnlyRefusesWrites() throws {
    let writer = try Connection(path: folder.file("a.db"))
    try writer.execute("CREATE TABLE t (v)")
    let reader = try Connection(path: folder.file("a.db"), options: .readOnly)
    let error = try #require(throws: SQLiteError.self) {
      try reader.execute("INSERT INTO t VALUES (1)")
    }
    #expect(error.isReadOnly)
  }

  @Test func transactionsAndSavepointsUndoTheirOwn() throws {
    let connection = try Connection(path: folder.file("a.db"))
    try connection.execute("CREATE TABLE t (v)")
    struct Stop: Error {}
    #expect(throws: Stop.self) {
      try connection.transaction {
        try connection.run("INSERT INTO t VALUES (1)")
        throw Stop()
      }
    }
    try connection.transaction {
      try connection.run("INSERT INTO t VALUES (2)")
      #expect(throws: Stop.self) {
        try connection.savepoint {
          try connection.run("INSERT INTO t VALUES (3)")
          try connection.savepoint { try connection.run("INSERT INTO t VALUES (4)") }
          throw Stop()
        }
      }
    }
    #expect(try connection.first("SELECT group_concat(v) FROM t") { $0.string(0) } == "2")
  }

  @Test func cachedStatementsNest() throws {
    let connection = try Connection(path: folder.file("a.db"))
    try connection.executeScript("CREATE TABLE t (v); INSERT INTO t VALUES (1), (2), (3)")
    var pairs = 0
    try connection.query("SELECT v FROM t") { _ in
      try connection.query("SELECT v FROM t") { _ in pairs += 1 }
    }
    #expect(pairs == 9)
  }

  @Test func unparsedTailIsCounted() throws {
    let connection = try Connection(path: folder.file("a.db"))
    #expect(try connection.prepare("SELECT 1").unparsedCount == 0)
    #expect(try connection.prepare("SELECT 1; DROP TABLE x").unparsedCount == 13)
    #expect(throws: SQLiteError.self) { try connection.prepare("-- nothing") }
  }

  @Test func authorizerHidesTables() throws {
    let connection = try Connection(path: folder.file("a.db"))
    try connection.executeScript("CREATE TABLE open (v); CREATE TABLE hidden (v)")
    connection.setAuthorizer { access in
      access.action == .read && access.first == "hidden" ? .deny : .allow
    }
    _ = try connection.prepare("SELECT v FROM open")
    let error = try #require(throws: SQLiteError.self) {
      try connection.prepare("SELECT v FROM hidden")
    }
    #expect(error.isDenied)
    connection.setAuthorizer(nil)
    _ = try connection.prepare("SELECT v FROM hidden")
  }

  @Test func progressHandlerEndsALongQuery() throws {
    let connection = try Connection(path: folder.file("a.db"))
    var calls = 0
    connection.setProgressHandler(every: 1_000) {
      calls += 1
      return calls > 10
    }
    let error = try #require(throws: SQLiteError.self) {
      try connection.execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n")
    }
    #expect(error.isInterrupted)
  }

  @Test func busyFileIsAnErrorInTheEnd() throws {
    let first = try Connection(path: folder.file("a.db"))
    try first.execute("CREATE TABLE t (v)")
    let second = try Connection(
      path: folder.file("a.db"), options: Connection.Options(busyTimeout: 20))
    try first.transaction {
      let error = try #require(throws: SQLiteError.self) {
        try second.transaction { try second.run("INSERT INTO t VALUES (1)") }
      }
      #expect(error.isBusy)
    }
    try second.transaction { try second.run("INSERT INTO t VALUES (1)") }
  }
}
