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
    out.beginObject()
    out.field("uuid", run.uuid)
    out.field("workspaceUuid", settings.workspaceUUID)
    out.field("workflowUuid", run.workflowUUID)
    out.field("userUuid", settings.userUUID)
    out.field("releaseUuid", run.releaseUUID)
    out.field("nodes", json: "[]".utf8)
    out.field("batchUuid", run.batchUUID)
    out.nullField("traceUuid")
    out.nullField("temporalWorkflowId")
    out.field("recordId", run.recordID)
    out.field("recordTitle", run.recordTitle)
    for key in [
      "contextS3Filename", "computedConfigsS3Filename", "parentUuid", "parentNodeUuid",
      "parentBatchUuid", "parentAgentUuid", "parentChatUuid", "parentMessageUuid",
    ] { out.nullField(key) }
    out.field("isGroupParent", false)
    out.field("status", run.status.name)
    out.field("errorMessage", run.error)
    out.key("executions")
    executions(run, to: &out)
    out.field("createdAt", instant: run.createdAt)
    out.field("updatedAt", instant: run.finishedAt ?? run.startedAt ?? run.createdAt)
    out.field("finishedAt", instant: run.finishedAt)
    out.nullField("deletedAt")
    out.endObject()
  }

  // MARK: What follows from the action

  private static let startNode = Identifier.named("node start")
  private static let actionNode = Identifier.named("node action")
  private static let endNode = Identifier.named("node end")

  private struct Step {
    let uuid: String
    let slug: String
    let kind: String
    let action: String
    let status: RunStatus
    let childIndex: Int64?
    let next: String?
    var error: String?
    var title: String
    var microcredits: Int64 = 0
  }

  private static func executions(_ run: RunRecord, to out: inout JSONWriter) {
    if let executions = run.executions { return out.raw(executions) }
    out.beginArray()
    if let started = run.startedAt, let action = run.action {
      let finished = run.finishedAt ?? started
      let goesOn = run.status == .success
      write(
        Step(
          uuid: startNode, slug: "start", kind: "native", action: "start", status: .success,
          childIndex: 0, next: actionNode, title: "start"), run.createdAt, started, to: &out)
      write(
        Step(
          uuid: actionNode, slug: "action", kind: "connector", action: action,
          status: run.status == .pending ? .running : run.status, childIndex: goesOn ? 0 : nil,
          next: goesOn ? endNode : nil, error: run.error,
          title: (run.integration ?? "") + "." + action, microcredits: run.microcredits), started,
        finished, to: &out)
      if goesOn {
        write(
          Step(
            uuid: endNode, slug: "end", kind: "native", action: "end", status: .success,
            childIndex: nil, next: nil, title: "end"), finished, finished, to: &out)
      }
    }
    out.endArray()
  }

  private static func write(
    _ step: Step, _ started: Int64, _ finished: Int64, to out: inout JSONWriter
  ) {
    out.beginObject()
    out.field("nodeUuid", step.uuid)
    out.field("nodeSlug", step.slug)
    out.field("nodeKind", step.kind)
    out.field("nodeActionSlug", step.action)
    out.nullField("nodeBatchUuid")
    out.nullField("nodeRunUuid")
    out.nullField("nodeMessageUuid")
    out.field("nodeChildIndex", step.childIndex)
    out.field("nextNodeUuid", step.next)
    out.field("status", step.status.name)
    out.field("errorMessage", step.error)
    out.field("title", step.title)
    out.nullField("iconUrl")
    out.credits("creditsUsedCount", step.microcredits)
    out.field("startedAt", instant: started)
    out.field("updatedAt", instant: finished)
    out.field("finishedAt", instant: step.status.isFinished ? finished : nil)
    out.endObject()
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
