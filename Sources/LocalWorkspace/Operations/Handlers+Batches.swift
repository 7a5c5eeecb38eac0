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
    "batch.list": .read { reading in
      try listBatches(reading)
    },
    "batch.cancel": .live { (request, workspace) throws(CargoError) in
      let uuid = try Arguments(request.arguments, for: request.operation).uuid("uuid")
      if let batch = workspace.batches[uuid] {
        batch.cancel()
        workspace.loop.schedule(after: 0) { request.succeed(Array("{}".utf8)) }
        return
      }
      // What has ended stays as it is; what another process runs is not ours to stop.
      workspace.store.read(
        { connection in
          guard try BatchRecord.find(uuid, in: connection).status.isFinished else {
            throw CargoError.refused(
              "the batch is run by another process", code: "batchOfAnotherProcess",
              hint: "end that process, or wait for it")
          }
          return Array("{}".utf8)
        }, completion: request.complete)
    },
    "batch.download": .read { reading in
      let batch = try BatchRecord.find(reading.arguments.uuid("uuid"), in: reading.connection)
      let slug = reading.arguments.text("outputNodeSlug")
      guard try batch.slugs(in: reading.connection).contains(slug) else {
        throw CargoError.refused("node not found", code: "nodeNotFound", status: 404)
      }
      return try batch.outputs(of: slug, in: reading.connection)
    },
  ]

  private static func listBatches(_ reading: Reading) throws -> [UInt8] {
    let arguments = reading.arguments
    var conditions: [String] = []
    var values: [SQLiteValue] = []
    for (key, column) in [("uuids", "uuid"), ("workflowUuids", "workflow_uuid")] {
      guard let uuids = arguments.texts(key) else { continue }
      conditions.append("\(column) IN (\(uuids.map { _ in "?" }.joined(separator: ", ")))")
      values += uuids.map { .text($0.lowercased()) }
    }
    if let uuid = arguments.optionalUUID("releaseUuid") {
      conditions.append("release_uuid = ?")
      values.append(.text(uuid))
    }
    // Groups make batches of their own.
    for (key, condition) in [
      ("parentRunUuid", "parent_run = (SELECT id FROM cargo_runs WHERE uuid = ?)"),
      ("parentNodeUuid", "parent_node = ?"),
      (
        "parentBatchUuid",
        """
        parent_run IN (SELECT r.id FROM cargo_runs r JOIN cargo_batches b ON b.id = r.batch_id
          WHERE b.uuid = ?)
        """
      ),
    ] {
      guard let uuid = arguments.optionalUUID(key) else { continue }
      conditions.append(condition)
      values.append(.text(uuid))
    }
    if let names = arguments.texts("statuses") {
      let known = names.compactMap { RunStatus(name: $0) }.map { String($0.rawValue) }
      conditions.append("status IN (\(known.joined(separator: ",")))")
    }
    let clause = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
    values += [
      .integer(arguments["limit"]?.integer ?? -1), .integer(arguments["offset"]?.integer ?? 0),
    ]
    var batches: [BatchRecord] = []
    try reading.connection.query(
      BatchRecord.selection + clause + " ORDER BY id DESC LIMIT ? OFFSET ?", values
    ) { batches.append(try BatchRecord(row: $0, connection: reading.connection)) }
    return JSONWriter.object(capacity: 1_024) { out in
      out.key("batches")
      out.beginArray()
      for batch in batches { batch.write(reading.settings, to: &out) }
      out.endArray()
    }
  }

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
  /// The slugs of the nodes that its runs execute.
  func slugs(in connection: Connection) throws -> [String] {
    if action != nil { return ["start", "action", "end"] }
    // The items of a group: their nodes are in the graph of the batch around, or of a run that has
    // none. Whatever was executed is known by its outputs.
    guard let nodes, let list = try JSONDocument(nodes).root.array else {
      var slugs: [String] = []
      try connection.query(
        """
        SELECT DISTINCT o.key FROM cargo_runs r, json_each(r.context) o WHERE r.batch_id = ?
        """, [.integer(id)]
      ) { slugs.append($0.string(0)) }
      return slugs
    }
    return list.compactMap { $0["slug"]?.string }
  }

  /// What a node gave for each record, in the order of the records: a JSON array of
  /// `{"recordId","runUuid","status","errorMessage","output"}`.
  func outputs(of slug: String, in connection: Connection) throws -> [UInt8] {
    // A graph's outputs stand in its context, each under its node.
    let column = action == nil ? "context -> ?2" : slug == "start" ? "input" : "output"
    var out = JSONWriter(capacity: Int(runs) * 256)
    out.beginArray()
    try connection.query(
      """
      SELECT record_id, uuid, status, error, \(column) FROM cargo_runs WHERE batch_id = ?1
      ORDER BY position
      """, action == nil ? [.integer(id), .text("$." + slug)] : [.integer(id)]
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
