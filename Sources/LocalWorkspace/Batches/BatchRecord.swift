import CargoClient
import SQLite

/// One record of a batch before it is stored.
struct BatchRow: Sendable {
  let uuid = Identifier.make()
  let input: [UInt8]
  let recordID: String?
  let title: String?

  /// Reads the record's own id and title, where it has them.
  init(_ record: JSONView) {
    input = record.bytes
    recordID = BatchRow.text(record["_id"]) ?? BatchRow.text(record["id"])
    title = record["name"]?.string
  }

  private static func text(_ value: JSONView?) -> String? {
    value?.string ?? value?.integer.map(String.init)
  }
}

/// One batch, as it is stored.
struct BatchRecord: Sendable {
  /// The rowid; 0 before it is stored.
  var id: Int64 = 0
  var uuid = Identifier.make()
  var status = RunStatus.pending
  var workflowUUID: String?
  var releaseUUID: String?
  /// The action object of `action.execute_batch`: JSON.
  var action: [UInt8]?
  /// Where the records came from: JSON.
  var data: [UInt8] = []
  /// The graph that its runs execute: JSON.
  var nodes: [UInt8]?
  /// The run whose group it is the items of, and the group's node.
  var parentRun: Int64?
  var parentNode: String?
  var error: String?
  var runs: Int64
  var executed: Int64 = 0
  var failed: Int64 = 0
  var microcredits: Int64 = 0
  var owner: Int64?
  var createdAt: Int64
  var finishedAt: Int64?

  init(createdAt: Int64, runs: Int64) {
    self.createdAt = createdAt
    self.runs = runs
  }

  // MARK: In the file

  /// Stores the batch and its runs, all pending. Returns the rowid.
  func insert(
    _ rows: [BatchRow], template: RunRecord, into connection: Connection
  ) throws -> Int64 {
    try connection.run(
      """
      INSERT INTO cargo_batches (uuid, status, workflow_uuid, release_uuid, action, data, runs,
        owner, created_at, nodes, parent_run, parent_node)
      VALUES (?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .text(uuid), .optional(workflowUUID), .optional(releaseUUID),
        action.map { .utf8($0) } ?? .null, .utf8(data), .integer(runs), .optional(owner),
        .integer(createdAt), nodes.map { .utf8($0) } ?? .null, .optional(parentRun),
        .optional(parentNode),
      ])
    let id = connection.lastInsertRowID
    var run = template
    run.batchID = id
    for (position, row) in rows.enumerated() {
      run.uuid = row.uuid
      run.position = Int64(position)
      run.input = row.input
      run.recordID = row.recordID
      run.recordTitle = row.title
      try run.insert(into: connection)
    }
    return id
  }

  static let selection = """
    SELECT id, uuid, status, workflow_uuid, release_uuid, action, data, error, runs, executed, failed,
      microcredits, owner, created_at, finished_at, nodes, parent_run, parent_node
    FROM cargo_batches
    """

  /// Reads a row of `selection`; the counts of one that is under way are counted.
  init(row: Statement, connection: Connection) throws {
    id = row.int64(0)
    uuid = row.string(1)
    status = RunStatus(stored: row.int64(2))
    workflowUUID = row.optionalString(3)
    releaseUUID = row.optionalString(4)
    action = row.optionalBytes(5)
    data = row.bytes(6)
    error = row.optionalString(7)
    runs = row.int64(8)
    executed = row.int64(9)
    failed = row.int64(10)
    microcredits = row.int64(11)
    owner = row.optionalInt64(12)
    createdAt = row.int64(13)
    finishedAt = row.optionalInt64(14)
    nodes = row.optionalBytes(15)
    parentRun = row.optionalInt64(16)
    parentNode = row.optionalString(17)
    if row.isNull(9) { try count(in: connection) }
  }

  /// Counts the runs that have ended. Cancelled ones were not executed.
  mutating func count(in connection: Connection) throws {
    try connection.query(
      """
      SELECT status, count(*), sum(microcredits) FROM cargo_runs WHERE batch_id = ? AND status >= 2
      GROUP BY status
      """, [.integer(id)]
    ) { row in
      microcredits += row.int64(2)
      switch RunStatus(stored: row.int64(0)) {
      case .success: executed += row.int64(1)
      case .error:
        executed += row.int64(1)
        failed += row.int64(1)
      default: break
      }
    }
  }

  static func find(_ uuid: String, in connection: Connection) throws -> BatchRecord {
    guard
      let batch = try connection.first(
        selection + " WHERE uuid = ?", [.text(uuid)],
        row: { try BatchRecord(row: $0, connection: connection) })
    else { throw CargoError.notFound("Batch", code: "batchNotFound") }
    return batch
  }

  // MARK: As JSON

  /// `{"batch":{…}}` of `batch.get`.
  func body(_ settings: Settings) -> [UInt8] {
    JSONWriter.object(capacity: 1_024) { out in
      out.key("batch")
      write(settings, to: &out)
    }
  }

  /// `{"batch":{…}}` of what starts a batch.
  var pendingBody: [UInt8] {
    JSONWriter.object { out in
      out.key("batch")
      out.beginObject()
      out.field("uuid", uuid)
      out.field("workflowUuid", workflowUUID)
      out.field("status", RunStatus.pending.name)
      out.field("createdAt", instant: createdAt)
      out.endObject()
    }
  }

  func write(_ settings: Settings, to out: inout JSONWriter) {
    // The platform's default threshold of health (`cargo-platform.md` §3.3).
    let isHealthy = executed == 0 || (executed - failed) * 100 >= executed * 80
    out.beginObject()
    out.field("uuid", uuid)
    out.field("workspaceUuid", settings.workspaceUUID)
    out.field("workflowUuid", workflowUUID)
    out.field("releaseUuid", releaseUUID)
    out.field("nodes", json: "[]".utf8)
    out.nullField("temporalWorkflowId")
    out.field("data", json: data)
    out.field("errorMessage", error)
    out.field("status", status.name)
    out.field("runsStatus", isHealthy ? "healthy" : "unhealthy")
    out.field("runsCount", runs)
    out.field("executedRunsCount", executed)
    out.field("failedRunsCount", failed)
    out.credits("creditsUsedCount", microcredits)
    out.field("createdAt", instant: createdAt)
    out.field("updatedAt", instant: finishedAt ?? createdAt)
    out.field("finishedAt", instant: finishedAt)
    out.endObject()
  }
}
