import CargoClient

/// The body of `run.get` (`cargo-platform.md` §3.2).
///
/// A run of one action is the graph `start → action → end` (§3.1): its steps, context and output
/// follow from what is stored and are not stored themselves.
enum RunBody {
  /// `{"run":{…},"runContext":{…},"runComputedConfigs":{…}}`.
  static func full(_ run: RunRecord, _ settings: Settings) -> [UInt8] {
    var out = JSONWriter(capacity: 2_048 + run.input.count + 2 * (run.output?.count ?? 0))
    out.beginObject()
    out.key("run")
    object(run, settings, to: &out)
    out.key("runContext")
    context(run, to: &out)
    out.key("runComputedConfigs")
    configs(run, to: &out)
    out.endObject()
    return out.bytes
  }

  /// `{"run":{"uuid","status":"pending",…}}`: the answer of what starts a run.
  static func pending(_ run: RunRecord) -> [UInt8] {
    JSONWriter.object { out in
      out.key("run")
      out.beginObject()
      out.field("uuid", run.uuid)
      out.field("workflowUuid", run.workflowUUID)
      out.field("status", RunStatus.pending.name)
      out.field("batchUuid", run.batchUUID)
      out.field("releaseUuid", run.releaseUUID)
      out.field("createdAt", instant: run.createdAt)
      out.endObject()
    }
  }

  /// The short form that `run.list` gives.
  static func summary(_ run: RunRecord, to out: inout JSONWriter) {
    out.beginObject()
    out.field("uuid", run.uuid)
    out.field("workflowUuid", run.workflowUUID)
    out.field("status", run.status.name)
    out.field("batchUuid", run.batchUUID)
    out.field("releaseUuid", run.releaseUUID)
    out.field("recordId", run.recordID)
    out.field("recordTitle", run.recordTitle)
    out.field("errorMessage", run.error)
    out.field("createdAt", instant: run.createdAt)
    out.field("finishedAt", instant: run.finishedAt)
    out.endObject()
  }

  private static func object(_ run: RunRecord, _ settings: Settings, to out: inout JSONWriter) {
    let times = Times(run)
    out.beginObject()
    out.field("uuid", run.uuid)
    out.field("workspaceUuid", settings.workspaceUUID)
    out.field("workflowUuid", run.workflowUUID)
    out.field("userUuid", settings.userUUID)
    out.field("releaseUuid", run.releaseUUID)
    out.field("batchUuid", run.batchUUID)
    out.field("recordId", run.recordID)
    out.field("recordTitle", run.recordTitle)
    if let parent = run.parent {
      out.field("parentUuid", parent.runUUID)
      out.field("parentNodeUuid", parent.nodeUUID)
      out.field("parentBatchUuid", parent.batchUUID)
    } else {
      out.raw(noParent)
    }
    out.field("isGroupParent", run.isGroupParent)
    out.raw(constantMembers)
    out.field("status", run.status.name)
    out.field("errorMessage", run.error)
    out.key("executions")
    executions(run, times, to: &out)
    out.field("createdAt", json: times.created)
    out.field("updatedAt", json: times.updated)
    out.field("finishedAt", json: times.finished)
    out.nullField("deletedAt")
    out.endObject()
  }

  /// What is the same in every run, as members of its object.
  private static let constantMembers =
    Array(#""nodes":[],"#.utf8)
    + nulls(
      "traceUuid", "temporalWorkflowId", "contextS3Filename", "computedConfigsS3Filename",
      "parentAgentUuid", "parentChatUuid", "parentMessageUuid")

  private static let noParent = nulls("parentUuid", "parentNodeUuid", "parentBatchUuid")

  private static func nulls(_ keys: String...) -> [UInt8] {
    Array(keys.map { "\"\($0)\":null" }.joined(separator: ",").utf8)
  }

  /// The run's instants as JSON, each written once: a body has them a dozen times.
  private struct Times {
    let created: [UInt8]
    let started: [UInt8]
    let finished: [UInt8]
    /// The last of those that are known.
    let updated: [UInt8]

    init(_ run: RunRecord) {
      created = Times.json(run.createdAt)
      started = run.startedAt == run.createdAt ? created : Times.json(run.startedAt)
      finished = run.finishedAt == run.startedAt ? started : Times.json(run.finishedAt)
      updated = run.finishedAt != nil ? finished : run.startedAt != nil ? started : created
    }

    private static func json(_ instant: Int64?) -> [UInt8] {
      guard let instant else { return Array("null".utf8) }
      let quote = [UInt8(ascii: "\"")]
      return quote + Timestamp.bytes(instant) + quote
    }
  }

  // MARK: What follows from the action

  private static let startNode = Identifier.named("node start")
  private static let actionNode = Identifier.named("node action")
  private static let endNode = Identifier.named("node end")

  /// The members of an execution that do not change, for a node.
  private static func node(
    _ uuid: String, _ slug: String, _ kind: String, action: String? = nil, child: Int? = nil,
    next: String? = nil
  ) -> [UInt8] {
    let next = next.map { "\"\($0)\"" } ?? "null"
    let action = action.map { #""nodeActionSlug":"\#($0)","title":"\#($0)","# } ?? ""
    return Array(
      """
      "nodeUuid":"\(uuid)","nodeSlug":"\(slug)","nodeKind":"\(kind)",\(action)\
      "nodeBatchUuid":null,"nodeRunUuid":null,"nodeMessageUuid":null,"iconUrl":null,\
      "nodeChildIndex":\(child.map(String.init) ?? "null"),"nextNodeUuid":\(next)
      """.utf8)
  }

  private static let start = node(
    startNode, "start", "native", action: "start", child: 0, next: actionNode)
  private static let actionGoingOn = node(
    actionNode, "action", "connector", child: 0, next: endNode)
  private static let actionStopping = node(actionNode, "action", "connector")
  private static let end = node(endNode, "end", "native", action: "end")
  private static let succeeded = Array(
    #""status":"success","errorMessage":null,"creditsUsedCount":0"#.utf8)

  private static func executions(_ run: RunRecord, _ times: Times, to out: inout JSONWriter) {
    if let executions = run.executions { return out.raw(executions) }
    out.beginArray()
    if run.startedAt != nil, let action = run.action {
      out.beginObject()
      out.raw(start)
      out.raw(succeeded)
      write(times.created, times.started, times.started, to: &out)
      out.endObject()

      let status = run.status == .pending ? RunStatus.running : run.status
      out.beginObject()
      out.raw(status == .success ? actionGoingOn : actionStopping)
      out.field("nodeActionSlug", action)
      out.field("title", (run.integration ?? "") + "." + action)
      out.field("status", status.name)
      out.field("errorMessage", run.error)
      out.credits("creditsUsedCount", run.microcredits)
      write(times.started, times.updated, times.finished, to: &out)
      out.endObject()

      if status == .success {
        out.beginObject()
        out.raw(end)
        out.raw(succeeded)
        write(times.finished, times.finished, times.finished, to: &out)
        out.endObject()
      }
    }
    out.endArray()
  }

  private static func write(
    _ started: [UInt8], _ updated: [UInt8], _ finished: [UInt8], to out: inout JSONWriter
  ) {
    out.field("startedAt", json: started)
    out.field("updatedAt", json: updated)
    out.field("finishedAt", json: finished)
  }

  private static func context(_ run: RunRecord, to out: inout JSONWriter) {
    if let context = run.context { return out.raw(context) }
    out.beginObject()
    out.field("start", json: run.input)
    if let output = run.output {
      out.field("action", json: output)
      out.field("end", json: output)
    }
    out.endObject()
  }

  private static func configs(_ run: RunRecord, to out: inout JSONWriter) {
    if let configs = run.configs { return out.raw(configs) }
    out.beginObject()
    if run.startedAt != nil, run.action != nil { out.field("action", json: run.input) }
    out.endObject()
  }
}
