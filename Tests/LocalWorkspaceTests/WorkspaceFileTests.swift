import CargoClient
import Glibc
import SQLite
import Testing

@testable import LocalWorkspace

@Suite struct WorkspaceFileTests {
  private func write(_ text: String, to path: String) throws {
    let file = try #require(fopen(path, "w"))
    fputs(text, file)
    fclose(file)
  }

  @Test func aMissingFileSaysHowToMakeOne() throws {
    let harness = try WorkspaceHarness(.none)
    let error = try harness.error("whoami")
    #expect(error.kind == .journal)
    #expect(error.message.contains(harness.path))
    #expect(error.hint?.contains("cargo-script init") == true)
    #expect(!LocalWorkspace.exists(at: harness.path))
    // Nothing is made by looking; and once there is one, the same workspace opens it.
    try LocalWorkspace.createEmpty(at: harness.path)
    #expect(LocalWorkspace.exists(at: harness.path))
    #expect(try harness.call("whoami")["workspace"]?["name"] == "Local workspace")
  }

  @Test(arguments: ["not a database at all, but long enough to look like one to anybody", "x", ""])
  func aForeignFileIsOneClearError(text: String) throws {
    let harness = try WorkspaceHarness(.none)
    mkdir(harness.folder + "/.cargo", 0o700)
    try write(text, to: harness.path)
    let error = try harness.error("whoami")
    #expect(error.kind == .journal)
    #expect(error.message.contains(harness.path))
    #expect(error.hint != nil)
  }

  @Test func aDatabaseOfAnotherProgramIsLeftAlone() throws {
    let harness = try WorkspaceHarness(.none)
    mkdir(harness.folder + "/.cargo", 0o700)
    do {
      let other = try Connection(path: harness.path)
      try other.executeScript("CREATE TABLE t (v); INSERT INTO t VALUES (1)")
    }
    let error = try harness.error("whoami")
    #expect(error.message.contains("no workspace"))
    let other = try Connection(path: harness.path)
    #expect(try other.first("SELECT count(*) FROM sqlite_schema") { $0.int64(0) } == 1)
  }

  @Test func aDamagedFileIsOneClearError() throws {
    let harness = try WorkspaceHarness()
    let file = try #require(fopen(harness.path, "r+"))
    fseek(file, 4_096, SEEK_SET)
    for _ in 0..<200 { fputs("damage damage damage damage damage ", file) }
    fclose(file)
    let error = try harness.error("whoami")
    #expect(error.kind == .journal)
    #expect(error.message.contains("damaged"))
  }

  @Test func aNewerFileIsRefused() throws {
    let harness = try WorkspaceHarness(.empty)
    do {
      let connection = try Connection(path: harness.path)
      try connection.execute("PRAGMA user_version = 999")
    }
    let error = try harness.error("whoami")
    #expect(error.message.contains("newer cargo-script"))
  }

  @Test func aFolderThatCannotBeMadeIsOneClearError() throws {
    for path in ["/dev/null/.cargo/workspace.db", "/proc/none/workspace.db"] {
      let error = try #require(throws: CargoError.self) { try LocalWorkspace.createDemo(at: path) }
      #expect(error.kind == .journal)
      #expect(error.message.contains(path))
    }
  }

  @Test func makingIsAllOrNothing() throws {
    struct Stop: Error {}
    let harness = try WorkspaceHarness(.none)
    #expect(throws: CargoError.self) {
      try WorkspaceFile.create(at: harness.path) { connection in
        try DemoSeed.writeBase(to: connection)
        throw Stop()
      }
    }
    #expect(!LocalWorkspace.exists(at: harness.path))
    // A second maker does not replace what is there.
    try LocalWorkspace.createDemo(at: harness.path)
    try LocalWorkspace.createEmpty(at: harness.path)
    #expect(try harness.call("whoami")["workspace"]?["name"] == "Demo workspace")
    var names: [String] = []
    let directory = try #require(opendir(harness.folder + "/.cargo"))
    while let entry = readdir(directory) {
      names.append(
        withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        })
    }
    closedir(directory)
    #expect(!names.contains { $0.contains(".new-") })
    var status = stat()
    #expect(stat(harness.path, &status) == 0)
    #expect(status.st_mode & 0o777 == 0o600)
  }

  @Test func theDemoIsTheSameEachTime() throws {
    let first = try WorkspaceHarness()
    let second = try WorkspaceHarness(.none)
    try LocalWorkspace.createDemo(at: second.path)
    for sql in [
      "SELECT * FROM default.companies ORDER BY _id", "SELECT * FROM default.leads ORDER BY _id",
      "SELECT * FROM default.contacts ORDER BY _id",
    ] {
      let body = #"{"query":"\#(sql)"}"#
      #expect(try first.call("storage.query", body) == second.call("storage.query", body))
    }
    let models = try first.call("model.list")["models"]?.array
    #expect(models?.map { $0["slug"]?.string } == ["companies", "contacts", "leads"])
  }
}
