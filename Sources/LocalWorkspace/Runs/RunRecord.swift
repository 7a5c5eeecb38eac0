import SQLite

/// The states of runs and batches (`cargo-platform.md` §4.1), as they are stored.
enum RunStatus: Int64, Sendable, CaseIterable {
  case pending, running, success, error, cancelled

  /// The name on the wire.
  var name: String {
    switch self {
    case .pending: "pending"
    case .running: "running"
    case .success: "success"
    case .error: "error"
    case .cancelled: "cancelled"
    }
  }

  var isFinished: Bool { rawValue >= RunStatus.success.rawValue }

  init(stored: Int64) { self = RunStatus(rawValue: stored) ?? .error }

  init?(name: String) {
    guard let status = RunStatus.allCases.first(where: { $0.name == name }) else { return nil }
    self = status
  }
}

/// One run, as it is stored.
struct RunRecord: Sendable {
  /// The rowid; 0 before the run is stored.
  var id: Int64 = 0
  var uuid: String
  var status: RunStatus
  /// The action of a run without a graph.
  var integration: String?
  var action: String?
  var connectorUUID: String?
  var batchID: Int64?
  var batchUUID: String?
  var position: Int64?
  var workflowUUID: String?
  var releaseUUID: String?
  var recordID: String?
  var recordTitle: String?
  /// The record: JSON.
  var input: [UInt8]
  /// What the action answered: JSON.
  var output: [UInt8]?
  /// Ready-made JSON of a run with a graph, in place of what follows from the action.
  var executions: [UInt8]?
  var context: [UInt8]?
  var configs: [UInt8]?
  /// What a run with a graph has to pay and the ledger does not have yet.
  var charges: [Charge] = []
  var error: String?
  /// What the run has cost, the items of its groups included; those are charged to their own runs.
  var microcredits: Int64 = 0
  var owner: Int64?
  /// The run of a group's item: whose item it is.
  var parent: Parent?
  /// Whether one of its nodes was a group.
  var isGroupParent = false
  var createdAt: Int64
  var startedAt: Int64?
  var finishedAt: Int64?

  /// The run that an item of a group belongs to.
  struct Parent: Sendable, Equatable {
    var runUUID: String
    var nodeUUID: String
    var batchUUID: String?
  }

  /// What one step of a run costs.
  struct Charge: Sendable, Equatable {
    var step: Int64
    var connectorUUID: String
    var integration: String
    var action: String
    var microcredits: Int64
  }

  init(uuid: String, status: RunStatus, input: [UInt8], createdAt: Int64) {
    self.uuid = uuid
    self.status = status
    self.input = input
    self.createdAt = createdAt
  }
}

// MARK: - In the file

extension RunRecord {
  /// Stores a new run, and its charge when it has one, in the open transaction. Returns its rowid.
  @discardableResult
  func insert(into connection: Connection) throws -> Int64 {
    let statement = try connection.cached(
      """
      INSERT INTO cargo_runs (uuid, status, integration, action, connector_uuid, batch_id, position,
        workflow_uuid, release_uuid, record_id, record_title, input, output, configs, executions,
        context, error, microcredits, owner, created_at, started_at, finished_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """)
    try statement.bind(1, uuid)
    try statement.bind(2, status.rawValue)
    try statement.bind(3, integration)
    try statement.bind(4, action)
    try statement.bind(5, connectorUUID)
    try statement.bindOptional(6, batchID)
    try statement.bindOptional(7, position)
    try statement.bind(8, workflowUUID)
    try statement.bind(9, releaseUUID)
    try statement.bind(10, recordID)
    try statement.bind(11, recordTitle)
    try statement.bind(12, utf8: input)
    try statement.bindOptional(13, utf8: output)
    try statement.bindOptional(14, utf8: configs)
    try statement.bindOptional(15, utf8: executions)
    try statement.bindOptional(16, utf8: context)
    try statement.bind(17, error)
    try statement.bind(18, microcredits)
    try statement.bindOptional(19, status.isFinished ? nil : owner)
    try statement.bind(20, createdAt)
    try statement.bindOptional(21, startedAt)
    try statement.bindOptional(22, finishedAt)
    try statement.run()
    let id = connection.lastInsertRowID
    try charge(id, in: connection)
    return id
  }

  /// Writes down the end of a stored run, and its charge, in the open transaction. A run that has
  /// ended already stays as it is.
  func finish(in connection: Connection) throws {
    if executions != nil { return try update(in: connection) }
    let statement = try connection.cached(
      """
      UPDATE cargo_runs SET status = ?, output = ?, error = ?, microcredits = ?, owner = NULL,
        started_at = ?, finished_at = ?
      WHERE id = ? AND status < 2
      """)
    try statement.bind(1, status.rawValue)
    try statement.bindOptional(2, utf8: output)
    try statement.bind(3, error)
    try statement.bind(4, microcredits)
    try statement.bindOptional(5, startedAt)
    try statement.bindOptional(6, finishedAt)
    try statement.bind(7, id)
    try statement.run()
    if connection.changes > 0 { try charge(id, in: connection) }
  }

  /// Writes down how far a run with a graph has come, or its end, together with what that costs, in
  /// the open transaction. A run that has ended already stays as it is.
  func update(in connection: Connection) throws {
    let statement = try connection.cached(
      """
      UPDATE cargo_runs SET status = ?, output = ?, error = ?, microcredits = ?, owner = ?,
        started_at = ?, finished_at = ?, executions = ?, context = ?, configs = ?
      WHERE id = ? AND status < 2
      """)
    try statement.bind(1, status.rawValue)
    try statement.bindOptional(2, utf8: output)
    try statement.bind(3, error)
    try statement.bind(4, microcredits)
    try statement.bindOptional(5, status.isFinished ? nil : owner)
    try statement.bindOptional(6, startedAt)
    try statement.bindOptional(7, finishedAt)
    try statement.bindOptional(8, utf8: executions)
    try statement.bindOptional(9, utf8: context)
    try statement.bindOptional(10, utf8: configs)
    try statement.bind(11, id)
    try statement.run()
    guard connection.changes > 0 else { return }
    for charge in charges {
      try write(charge, of: id, in: connection)
    }
  }

  private func write(_ charge: Charge, of id: Int64, in connection: Connection) throws {
    let statement = try connection.cached(
      """
      INSERT INTO cargo_ledger (run_id, step, connector_uuid, integration, action, microcredits,
        created_at) VALUES (?, ?, ?, ?, ?, ?, ?)
      """)
    try statement.bind(1, id)
    try statement.bind(2, charge.step)
    try statement.bind(3, charge.connectorUUID)
    try statement.bind(4, charge.integration)
    try statement.bind(5, charge.action)
    try statement.bind(6, charge.microcredits)
    try statement.bind(7, finishedAt ?? Timestamp.now())
    try statement.run()
  }

  /// The action is the second step of its run, after `start`.
  private func charge(_ id: Int64, in connection: Connection) throws {
    guard microcredits > 0, let integration, let action else { return }
    let statement = try connection.cached(
      """
      INSERT INTO cargo_ledger (run_id, step, connector_uuid, integration, action, microcredits,
        created_at) VALUES (?, 1, ?, ?, ?, ?, ?)
      """)
    try statement.bind(1, id)
    try statement.bind(2, connectorUUID)
    try statement.bind(3, integration)
    try statement.bind(4, action)
    try statement.bind(5, microcredits)
    try statement.bind(6, finishedAt ?? createdAt)
    try statement.run()
  }

  static let selection = """
    SELECT r.id, r.uuid, r.status, r.integration, r.action, r.connector_uuid, r.batch_id, b.uuid,
      r.position, r.workflow_uuid, r.release_uuid, r.record_id, r.record_title, r.input, r.output,
      r.configs, r.executions, r.context, r.error, r.microcredits, r.owner, r.created_at,
      r.started_at, r.finished_at, p.uuid, b.parent_node, pb.uuid,
      EXISTS (SELECT 1 FROM cargo_batches c WHERE c.parent_run = r.id)
    FROM cargo_runs r LEFT JOIN cargo_batches b ON b.id = r.batch_id
      LEFT JOIN cargo_runs p ON p.id = b.parent_run
      LEFT JOIN cargo_batches pb ON pb.id = p.batch_id
    """

  /// Reads a row of `selection`.
  init(row: Statement) {
    id = row.int64(0)
    uuid = row.string(1)
    status = RunStatus(stored: row.int64(2))
    integration = row.optionalString(3)
    action = row.optionalString(4)
    connectorUUID = row.optionalString(5)
    batchID = row.optionalInt64(6)
    batchUUID = row.optionalString(7)
    position = row.optionalInt64(8)
    workflowUUID = row.optionalString(9)
    releaseUUID = row.optionalString(10)
    recordID = row.optionalString(11)
    recordTitle = row.optionalString(12)
    input = row.bytes(13)
    output = row.optionalBytes(14)
    configs = row.optionalBytes(15)
    executions = row.optionalBytes(16)
    context = row.optionalBytes(17)
    error = row.optionalString(18)
    microcredits = row.int64(19)
    owner = row.optionalInt64(20)
    createdAt = row.int64(21)
    startedAt = row.optionalInt64(22)
    finishedAt = row.optionalInt64(23)
    if let uuid = row.optionalString(24), let node = row.optionalString(25) {
      parent = Parent(runUUID: uuid, nodeUUID: node, batchUUID: row.optionalString(26))
    }
    isGroupParent = row.int64(27) != 0
  }
}

extension Statement {
  func bindOptional(_ index: Int, _ number: Int64?) throws {
    if let number { try bind(index, number) } else { try bindNull(index) }
  }

  func bindOptional(_ index: Int, utf8 bytes: [UInt8]?) throws {
    if let bytes { try bind(index, utf8: bytes) } else { try bindNull(index) }
  }

  func optionalInt64(_ column: Int) -> Int64? { isNull(column) ? nil : int64(column) }

  func optionalBytes(_ column: Int) -> [UInt8]? { isNull(column) ? nil : bytes(column) }
}
