import SQLite

/// A step that is about to be sent.
struct Intent: Sendable {
  let step: Journal.Step
  let identity: StepIdentity
  let operation: String
  let action: String?
  let request: [UInt8]
  /// Milliseconds since 1970.
  let time: Int64

  func insert(into connection: Connection, run: Int64, _ redactor: Redactor) throws {
    try connection.run(
      "INSERT INTO intents VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      [
        .integer(step.id), .integer(run), .blob(identity.key.bytes),
        .integer(Int64(identity.occurrence)), .text(operation), .optional(action),
        .blob(redactor.redact(request)), .integer(time),
      ])
  }
}

/// What is new about a step: that it was accepted, how it ended, or both.
struct StepEvent: Sendable {
  private var uuid: String?
  private var outcome: Journal.Outcome?
  /// Milliseconds since 1970.
  private var time: Int64 = 0

  mutating func accept(_ uuid: String, at time: Int64) {
    self.uuid = uuid
    self.time = time
  }

  mutating func finish(_ outcome: Journal.Outcome, at time: Int64) {
    self.outcome = outcome
    self.time = time
  }

  func insert(into connection: Connection, step: Int64, _ redactor: Redactor) throws {
    var state = "accepted"
    var (result, rows, error, credits) = (
      SQLiteValue.null, SQLiteValue.null, SQLiteValue.null, SQLiteValue.null
    )
    switch outcome {
    case nil: break
    case .done(let body, let batchRows, let cost):
      state = "done"
      result = .blob(redactor.redact(body))
      rows = batchRows.map { .blob(redactor.redact($0)) } ?? .null
      credits = .optional(cost?.millionths)
    case .failed(let message, let body, let cost):
      state = "failed"
      error = .text(redactor.redact(message))
      result = body.map { .blob(redactor.redact($0)) } ?? .null
      credits = .optional(cost?.millionths)
    case .unknown(let message):
      state = "unknown"
      error = .text(redactor.redact(message))
    }
    try connection.run(
      "INSERT INTO events VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)",
      [
        .integer(step), .text(state), .optional(uuid), .integer(time), credits, error, result, rows,
      ])
  }
}
