import CargoClient
import SQLite

extension Handlers {
  static let batches: [String: Handler] = [
    "batch.get": .live { (request, workspace) throws(CargoError) in
      try getBatch(request, workspace, watches: request.waits)
    },
    "batch.wait": .live { (request, workspace) throws(CargoError) in
      try getBatch(request, workspace, watches: true)
    },
    "batch.download": .read { reading in
      let batch = try BatchRecord.find(reading.arguments.uuid("uuid"), in: reading.connection)
      let slug = reading.arguments.text("outputNodeSlug")
      guard ["start", "action", "end"].contains(slug) else {
        throw CargoError.refused("node not found", code: "nodeNotFound", status: 404)
      }
      return try batch.outputs(of: slug, in: reading.connection)
    },
  ]

  private static func getBatch(
    _ request: Request, _ workspace: OpenWorkspace, watches: Bool
  ) throws(CargoError) {
    let uuid = try Arguments(request.arguments, for: request.operation).uuid("uuid")
    if watches, let batch = workspace.batches[uuid] { return batch.watch(request) }
    let settings = workspace.store.settings
    workspace.store.read(
      { try BatchRecord.find(uuid, in: $0).body(settings) }, completion: request.complete)
  }
}

extension BatchRecord {
  /// What a node gave for each record, in the order of the records: a JSON array of
  /// `{"recordId","runUuid","status","errorMessage","output"}`.
  func outputs(of slug: String, in connection: Connection) throws -> [UInt8] {
    let column = slug == "start" ? "input" : "output"
    var out = JSONWriter(capacity: Int(runs) * 256)
    out.beginArray()
    try connection.query(
      """
      SELECT record_id, uuid, status, error, \(column) FROM cargo_runs WHERE batch_id = ?
      ORDER BY position
      """, [.integer(id)]
    ) { row in
      out.beginObject()
      out.field("recordId", row.optionalString(0))
      out.field("runUuid", row.string(1))
      out.field("status", RunStatus(stored: row.int64(2)).name)
      out.field("errorMessage", row.optionalString(3))
      if row.isNull(4) {
        out.nullField("output")
      } else {
        out.key("output")
        row.withText(4) { out.raw($0) }
      }
      out.endObject()
    }
    out.endArray()
    return out.bytes
  }
}
