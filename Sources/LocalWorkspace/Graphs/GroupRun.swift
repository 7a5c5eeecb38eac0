import CargoClient
import SQLite

/// The items of a group as a batch of their own, whose runs execute the group's nodes
/// (`cargo-platform.md` §5.5).
///
/// Bound to the loop's thread.
final class GroupRun {
  private let rows: [BatchRow]
  private let batch: BatchRecord
  private let failsTogether: Bool
  private let program: RunProgram
  private let workspace: OpenWorkspace
  /// Nil when it was cancelled.
  private let completion: (Result<NodeOutcome, NodeFailure>?) -> Void
  private var live: LiveBatch?
  private var isCancelled = false

  init(
    _ items: [JSONValue], of node: Node, run: RunRecord, failsTogether: Bool, program: RunProgram,
    workspace: OpenWorkspace, completion: @escaping (Result<NodeOutcome, NodeFailure>?) -> Void
  ) {
    rows = items.map { BatchRow(item: $0) }
    var batch = BatchRecord(createdAt: Timestamp.now(), runs: Int64(items.count))
    batch.data = Array(#"{"kind":"records"}"#.utf8)
    batch.workflowUUID = run.workflowUUID
    batch.parentRun = run.id
    batch.parentNode = node.uuid
    self.batch = batch
    self.failsTogether = failsTogether
    self.program = program
    self.workspace = workspace
    self.completion = completion
  }

  func start() {
    workspace.startBatch(batch, rows, program) { [self] result in
      switch result {
      case .failure(let error): completion(.failure(NodeFailure(error.message)))
      case .success(let live):
        self.live = live
        live.onEnd = { self.ended($0) }
        if isCancelled { live.cancel() }
      }
    }
  }

  /// Stops after what may be paid now; the completion tells when that has ended.
  func cancel() {
    isCancelled = true
    live?.cancel()
  }

  private func ended(_ result: Result<BatchRecord, CargoError>) {
    live?.onEnd = nil
    live = nil
    switch result {
    case .failure(let error): completion(.failure(NodeFailure(error.message)))
    case .success(let batch):
      workspace.store.read(
        { try Items(of: batch, in: $0) },
        completion: { [self] in tell($0, batch) })
    }
  }

  private func tell(_ items: Result<Items, CargoError>, _ batch: BatchRecord) {
    func failed(_ message: String) -> NodeFailure {
      var failure = NodeFailure(message)
      failure.microcredits = batch.microcredits
      failure.batchUUID = batch.uuid
      return failure
    }
    switch items {
    case .failure(let error): completion(.failure(failed(error.message)))
    case .success(let items):
      if batch.status == .error {
        completion(.failure(failed(batch.error ?? "the items could not be run")))
      } else if failsTogether, let message = items.firstError {
        completion(.failure(failed("\(items.failed) of \(batch.runs) items failed: \(message)")))
      } else {
        var outcome = NodeOutcome(
          items.outputs, title: "\(batch.runs) \(batch.runs == 1 ? "item" : "items")")
        outcome.microcredits = batch.microcredits
        outcome.batchUUID = batch.uuid
        // A cancelled group's items are an incomplete list, but what they cost is known.
        completion(isCancelled ? .failure(cancelledFailure(batch)) : .success(outcome))
      }
    }
  }

  private func cancelledFailure(_ batch: BatchRecord) -> NodeFailure {
    var failure = NodeFailure("cancelled")
    failure.wasCancelled = true
    failure.microcredits = batch.microcredits
    failure.batchUUID = batch.uuid
    return failure
  }

  /// What the items gave, in their order.
  private struct Items: Sendable {
    /// A JSON array; null for an item that failed or reached no end node.
    private(set) var outputs: [UInt8]
    private(set) var failed = 0
    private(set) var firstError: String?

    init(of batch: BatchRecord, in connection: Connection) throws {
      var out = JSONWriter(capacity: Int(batch.runs) * 64)
      var (failed, first) = (0, String?.none)
      out.beginArray()
      try connection.query(
        "SELECT output, status, error FROM cargo_runs WHERE batch_id = ? ORDER BY position",
        [.integer(batch.id)]
      ) { row in
        if row.isNull(0) { out.null() } else { row.withText(0) { out.raw($0) } }
        if RunStatus(stored: row.int64(1)) == .error {
          failed += 1
          first = first ?? row.optionalString(2)
        }
      }
      out.endArray()
      outputs = out.bytes
      self.failed = failed
      firstError = first
    }
  }
}

extension BatchRow {
  /// An item of a group as a record.
  init(item: JSONValue) {
    let bytes = (try? item.canonicalBytes()) ?? Array("null".utf8)
    input = bytes
    recordID = (item["_id"] ?? item["id"]).flatMap { $0.string ?? $0.integer.map { "\($0)" } }
    title = item["name"]?.string
  }
}
