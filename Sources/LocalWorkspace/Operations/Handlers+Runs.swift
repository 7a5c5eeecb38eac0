import CargoClient
import SQLite

extension Handlers {
  static let actions: [String: Handler] = [
    "action.execute": .live { (request, workspace) throws(CargoError) in
      let arguments = try Arguments(request.arguments, for: request.operation)
      guard let action = arguments["action"], let data = arguments["data"] else {
        throw arguments.invalid("\"action\" and \"data\" are required")
      }
      let target = try connectorTarget(action, in: workspace)
      var record = RunRecord(
        uuid: Identifier.make(), status: .pending, input: data.bytes, createdAt: Timestamp.now())
      record.describe(target)
      let retry = target.integration.retry.overridden(by: action["retry"])
      if request.waits {
        workspace.runToEnd(record, on: target, retry: retry, for: request)
      } else {
        workspace.startRun(record, .action(target, retry), for: request)
      }
    },
    "action.execute_batch": .live { (request, workspace) throws(CargoError) in
      let arguments = try Arguments(request.arguments, for: request.operation)
      guard let action = arguments["action"], let records = arguments["records"]?.array else {
        throw arguments.invalid("\"action\" and \"records\" are required")
      }
      let target = try connectorTarget(action, in: workspace)
      var batch = BatchRecord(createdAt: Timestamp.now(), runs: Int64(records.count))
      batch.action = action.bytes
      batch.data = Array(#"{"kind":"records"}"#.utf8)
      var rows: [BatchRow] = []
      rows.reserveCapacity(records.count)
      for (position, record) in records.enumerated() {
        guard record.object != nil else {
          throw arguments.invalid("\"records\" must be an array of objects (element \(position))")
        }
        rows.append(BatchRow(record))
      }
      let retry = target.integration.retry.overridden(by: action["retry"])
      workspace.startBatch(batch, rows, .action(target, retry), for: request)
    },
    "action.list": .read { try ActionSearch($0).answer() },
    "action.get_output_schema": .live { (request, workspace) throws(CargoError) in
      let arguments = try Arguments(request.arguments, for: request.operation)
      guard let action = arguments["action"] else {
        throw arguments.invalid("\"action\" is required")
      }
      let target = try connectorTarget(action, in: workspace)
      guard let schema = target.action.outputSchema else {
        throw CargoError.refused("Action has no output schema.", status: 404)
      }
      workspace.loop.schedule(after: 0) {
        request.succeed(JSONWriter.object { $0.field("schema", json: schema) })
      }
    },
  ]

  static let runs: [String: Handler] = [
    "run.get": .live { (request, workspace) throws(CargoError) in
      try getRun(request, workspace, watches: request.waits)
    },
    "run.wait": .live { (request, workspace) throws(CargoError) in
      try getRun(request, workspace, watches: true)
    },
  ]

  private static func getRun(
    _ request: Request, _ workspace: OpenWorkspace, watches: Bool
  ) throws(CargoError) {
    let uuid = try Arguments(request.arguments, for: request.operation).uuid("uuid")
    if watches, let run = workspace.runs[uuid] { return run.watch(request) }
    let settings = workspace.store.settings
    if let graph = workspace.runs[uuid]?.work as? GraphRun {
      let body = RunBody.full(graph.snapshot, settings)
      workspace.loop.schedule(after: 0) { request.succeed(body) }
      return
    }
    workspace.store.read(
      { connection in
        guard
          let run = try connection.first(
            RunRecord.selection + " WHERE r.uuid = ?", [.text(uuid)], row: { RunRecord(row: $0) })
        else { throw CargoError.notFound("Run", code: "runNotFound") }
        return RunBody.full(run, settings)
      }, completion: request.complete)
  }

  /// The connector action to run; the other kinds need what a local workspace does not have.
  static func connectorTarget(
    _ action: JSONView, in workspace: OpenWorkspace
  ) throws(CargoError) -> ActionTarget {
    switch action["kind"]?.string {
    case "connector": return try workspace.catalogue.target(for: action)
    case "tool", "agent", "native":
      throw CargoError(
        .cargo, "actions of kind \(action["kind"]?.string ?? "") are not available offline",
        code: "notAvailableOffline",
        hint: "a local workspace runs connector actions, such as \"prospeo.findEmail\"")
    default:
      throw CargoError.refused(
        "\"action\" needs a kind: connector, tool, agent or native", code: "actionInvalid")
    }
  }
}

extension RunRecord {
  /// Notes what the run executes.
  mutating func describe(_ target: ActionTarget) {
    integration = target.integration.slug
    action = target.action.slug
    connectorUUID = target.connector.uuid
  }
}
