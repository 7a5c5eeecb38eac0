import CargoClient
import SQLite
import Testing

@testable import LocalWorkspace

@Suite struct RowCursorTests {
  let harness: WorkspaceHarness
  init() throws { harness = try WorkspaceHarness() }

  private func cursor(_ name: String, _ arguments: String) throws -> RowCursor {
    let operation = try #require(OperationTable.named(name))
    return try harness.workspace.rows(
      OperationRequest(operation: operation, arguments: Array(arguments.utf8)))
  }

  private func piece(_ cursor: RowCursor) throws -> [JSONValue] {
    var result: Result<RowPiece, CargoError>?
    cursor.next { result = $0 }
    #expect(result == nil, "completed from within next")
    let timer = harness.loop.schedule(after: 20) {}
    let end = EventLoop.now() + 20_000_000_000
    while result == nil && EventLoop.now() < end { harness.loop.turn(block: true) }
    harness.loop.cancel(timer)
    let rows = try #require(result).get()
    let values = try BlockReader.rows(rows)
    #expect(values.count == rows.count)
    return values
  }

  private func all(_ cursor: RowCursor) throws -> [JSONValue] {
    var rows: [JSONValue] = []
    while true {
      let piece = try piece(cursor)
      if piece.isEmpty { return rows }
      rows += piece
    }
  }

  private var everyone: String {
    #"{"modelUuid":"\#(harness.model("contacts"))","filter":{"conjonction":"and","groups":[]}}"#
  }

  @Test func givesEveryRowOnceThoughTheyChange() throws {
    let cursor = try cursor("segment.fetch", everyone)
    let first = try piece(cursor)
    #expect(first.count > 100 && first.count < 2_151)
    let writer = try Connection(path: harness.path)
    let table = Model.table(dataset: "default", model: "contacts")
    try writer.execute("UPDATE \(table) SET _id = 'z' || _id, first_name = 'changed'")
    let rest = try all(cursor)
    let ids = (first + rest).compactMap { $0["_id"]?.string }
    #expect(ids.count == 2_151 && Set(ids).count == 2_151)
    #expect(ids == ids.sorted())
    #expect(rest.allSatisfy { $0["first_name"] != "changed" })
    #expect(try piece(cursor).isEmpty)
    #expect(try piece(self.cursor("segment.fetch", everyone))[0]["first_name"] == "changed")
  }

  @Test func readsQueriesAndLimits() throws {
    let query = try cursor(
      "storage.query",
      #"{"query":"SELECT name, is_champion FROM default.contacts c JOIN (SELECT 1) ORDER BY _id"}"#
        .replacing("name,", with: "full_name,"))
    let rows = try all(query)
    #expect(rows.count == 2_151 && rows[0]["is_champion"]?.bool != nil)
    let limited = try cursor(
      "segment.fetch", everyone.dropLast() + #","fetchingLimit":7,"fetchingOffset":2}"#)
    #expect(try all(limited).count == 7)
  }

  @Test(arguments: [
    ("segment.fetch", "{}", "required"),
    ("storage.query", #"{"query":"SELECT * FROM cargo_runs"}"#, "Table not found: cargo_runs"),
    ("storage.query", #"{"query":"SELECT nope FROM default.leads"}"#, "Column not found: nope"),
  ])
  func errorsComeWithTheFirstPiece(name: String, arguments: String, message: String) throws {
    let cursor = try cursor(name, arguments)
    let error = #expect(throws: CargoError.self) { try piece(cursor) }
    #expect(error?.message.contains(message) == true)
    #expect(error?.operation == name)
  }

  @Test func closingEndsAnEndlessSort() throws {
    let endless = try cursor(
      "storage.query",
      """
      {"query":"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) \
      SELECT max(i) FROM n"}
      """)
    var result: Result<RowPiece, CargoError>?
    endless.next { result = $0 }
    let start = EventLoop.now()
    endless.close()
    #expect(EventLoop.now() - start < 5_000_000_000)
    while result == nil { harness.loop.turn(block: true) }
    #expect(throws: CargoError.self) { try result?.get() }
    #expect(throws: CargoError.self) { try piece(endless) }
  }
}
