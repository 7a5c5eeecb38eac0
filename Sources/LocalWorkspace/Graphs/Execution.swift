import CargoClient

/// One step of a run: a node that was executed (`cargo-platform.md` §3.2).
struct Execution {
  let node: Node
  var status: RunStatus
  var startedAt: Int64
  var finishedAt: Int64
  var error: String?
  var title: String
  var childIndex: Int?
  /// The node that comes next.
  var next: String?
  /// The child batch of a group.
  var batchUUID: String?
  var microcredits: Int64 = 0

  init(node: Node, status: RunStatus, startedAt: Int64, finishedAt: Int64) {
    self.node = node
    self.status = status
    self.startedAt = startedAt
    self.finishedAt = finishedAt
    title = node.title
  }

  func write(to out: inout JSONWriter) {
    out.beginObject()
    out.field("nodeUuid", node.uuid)
    out.field("nodeSlug", node.slug)
    out.field("nodeKind", node.kind.rawValue)
    out.field("nodeActionSlug", node.action.isEmpty ? nil : node.action)
    out.field("title", title)
    out.field("nodeBatchUuid", batchUUID)
    for key in ["nodeRunUuid", "nodeMessageUuid", "iconUrl"] { out.nullField(key) }
    out.field("nodeChildIndex", childIndex.map { Int64($0) })
    out.field("nextNodeUuid", next)
    out.field("status", status.name)
    out.field("errorMessage", error)
    out.credits("creditsUsedCount", microcredits)
    out.field("startedAt", instant: startedAt)
    out.field("updatedAt", instant: finishedAt)
    out.field("finishedAt", instant: finishedAt)
    out.endObject()
  }
}
