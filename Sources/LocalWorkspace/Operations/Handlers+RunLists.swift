import CargoClient
import SQLite

// What was run: lists, counts, cancelling (`cargo-platform.md` §3.2–§3.4). Runs of a single action
// have no workflow and are in no list.
extension Handlers {
  static let runLists: [String: Handler] = [
    "run.list": .read { reading in
      let selection = try RunSelection(reading.arguments)
      return try JSONWriter.object(capacity: 4_096) { out in
        out.key("runs")
        out.beginArray()
        try selection.each(reading.arguments, in: reading.connection) {
          RunBody.summary($0, to: &out)
        }
        out.endArray()
      }
    },
    "run.count": .read { reading in
      let count = try RunSelection(reading.arguments).count(in: reading.connection)
      return JSONWriter.object { $0.field("count", count) }
    },
    "record.list": .read { reading in
      let selection = try RunSelection(reading.arguments)
      return try JSONWriter.object(capacity: 4_096) { out in
        out.key("records")
        out.beginArray()
        try selection.each(reading.arguments, in: reading.connection) {
          RunBody.record($0, to: &out)
        }
        out.endArray()
        out.field("count", try selection.count(in: reading.connection))
      }
    },
    "record.count": .read { reading in
      let count = try RunSelection(reading.arguments).count(in: reading.connection)
      return JSONWriter.object { $0.field("count", count) }
    },
    "run.get_metrics": .read { try metrics($0, "runMetrics") },
    "record.get_metrics": .read { try metrics($0, "recordMetrics") },
    "run.cancel": .live { (request, workspace) throws(CargoError) in
      let arguments = try Arguments(request.arguments, for: request.operation)
      for uuid in arguments.texts("uuids") ?? [] {
        workspace.runs[uuid.lowercased()]?.work?.cancel()
      }
      workspace.loop.schedule(after: 0) { request.succeed(Array("{}".utf8)) }
    },
    "record.cancel": .live { (request, workspace) throws(CargoError) in
      let arguments = try Arguments(request.arguments, for: request.operation)
      let ids = Set(arguments.texts("ids") ?? [])
      let workflow = arguments.uuid("workflowUuid")
      for run in workspace.runs.values where run.record.workflowUUID == workflow {
        if let id = run.record.recordID, ids.contains(id) { run.work?.cancel() }
      }
      workspace.loop.schedule(after: 0) { request.succeed(Array("{}".utf8)) }
    },
  ]

  private static func metrics(_ reading: Reading, _ key: String) throws -> [UInt8] {
    let selection = try RunSelection(reading.arguments)
    return try JSONWriter.object { out in
      out.key(key)
      out.beginArray()
      try selection.eachNode(in: reading.connection) { row in
        out.beginObject()
        out.field("nodeUuid", row.string(0))
        out.field("totalExecutionsCount", row.int64(1))
        let names = ["idle", "pending", "running", "success", "error", "cancelled", "skipped"]
        for (index, name) in names.enumerated() {
          out.field(name + "ExecutionsCount", row.int64(index + 2))
        }
        out.key("creditsUsedCount")
        out.number(row.double(9))
        out.endObject()
      }
      out.endArray()
    }
  }
}

/// The runs that a list or count means.
struct RunSelection {
  private var conditions = ["r.workflow_uuid = ?"]
  private var values: [SQLiteValue]

  init(_ arguments: Arguments) throws {
    values = [.text(arguments.uuid("workflowUuid"))]
    if let uuid = arguments.optionalUUID("batchUuid") { add("b.uuid = ?", .text(uuid)) }
    if let uuid = arguments.optionalUUID("releaseUuid") { add("r.release_uuid = ?", .text(uuid)) }
    if let id = arguments["recordId"]?.string { add("r.record_id = ?", .text(id)) }
    if let title = arguments["recordTitle"]?.string { add("r.record_title = ?", .text(title)) }
    if let isFinished = arguments["isFinished"]?.bool {
      conditions.append(isFinished ? "r.status >= 2" : "r.status < 2")
    }
    if let names = arguments.texts("statuses") {
      let known = names.compactMap { RunStatus(name: $0) }
      conditions.append("r.status IN (\(known.map { String($0.rawValue) }.joined(separator: ",")))")
    }
    for (key, comparison) in [("createdAfter", ">"), ("createdBefore", "<")] {
      guard let text = arguments[key]?.string else { continue }
      guard let instant = Timestamp.parse(text) else {
        throw arguments.invalid("\"\(key)\" must be an ISO date")
      }
      add("r.created_at \(comparison) ?", .integer(instant))
    }
  }

  private mutating func add(_ condition: String, _ value: SQLiteValue) {
    conditions.append(condition)
    values.append(value)
  }

  private var clause: String { " WHERE " + conditions.joined(separator: " AND ") }

  func each(
    _ arguments: Arguments, in connection: Connection, _ body: (RunRecord) -> Void
  ) throws {
    let limit = arguments["limit"]?.integer ?? -1
    let offset = arguments["offset"]?.integer ?? 0
    try connection.query(
      RunRecord.selection + clause + " ORDER BY r.created_at, r.id LIMIT ? OFFSET ?",
      values + [.integer(limit), .integer(offset)]
    ) { body(RunRecord(row: $0)) }
  }

  func count(in connection: Connection) throws -> Int64 {
    try connection.first(
      "SELECT count(*) FROM cargo_runs r LEFT JOIN cargo_batches b ON b.id = r.batch_id" + clause,
      values
    ) { $0.int64(0) } ?? 0
  }

  /// Counts of executions by node and state.
  func eachNode(in connection: Connection, _ body: (Statement) -> Void) throws {
    let states = ["idle", "pending", "running", "success", "error", "cancelled", "skipped"].map {
      "sum(json_extract(e.value, '$.status') = '\($0)')"
    }
    try connection.query(
      """
      SELECT json_extract(e.value, '$.nodeUuid'), count(*), \(states.joined(separator: ", ")),
        sum(json_extract(e.value, '$.creditsUsedCount'))
      FROM cargo_runs r LEFT JOIN cargo_batches b ON b.id = r.batch_id, json_each(r.executions) e
      \(clause) GROUP BY 1 ORDER BY min(r.id), min(e.key)
      """, values, row: body)
  }
}

extension RunBody {
  /// The form that `record.list` gives.
  static func record(_ run: RunRecord, to out: inout JSONWriter) {
    out.beginObject()
    out.field("id", run.recordID)
    out.field("title", run.recordTitle)
    out.field("workflowUuid", run.workflowUUID)
    out.field("runUuid", run.uuid)
    out.field("releaseUuid", run.releaseUUID)
    out.field("batchUuid", run.batchUUID)
    out.field("status", run.status.name)
    out.field("errorMessage", run.error)
    out.field("isGroupParent", run.isGroupParent)
    out.field("parentRunUuid", run.parent?.runUUID)
    out.field("parentNodeUuid", run.parent?.nodeUUID)
    out.field("parentBatchUuid", run.parent?.batchUUID)
    out.field("createdAt", instant: run.createdAt)
    out.field("updatedAt", instant: run.finishedAt ?? run.createdAt)
    out.endObject()
  }
}
