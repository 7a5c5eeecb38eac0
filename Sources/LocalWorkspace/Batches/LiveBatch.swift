import CargoClient
import SQLite

/// A batch under way: takes its stored runs page by page, a bounded number at a time.
///
/// Bound to the loop's thread.
final class LiveBatch {
  /// Runs in flight, unless the connector's rate limit lets through fewer.
  private static let concurrency = 32
  /// Items of one group in flight: the runs of a batch may each have a group.
  private static let concurrencyOfGroups = 8
  /// Stored runs in memory.
  private static let pageSize = 256
  /// Ends on their way to the disk; beyond, no further call starts.
  private static let unwrittenLimit = 1_024

  private struct Waiting: Sendable {
    let id: Int64
    let uuid: String
    let position: Int64
    let input: [UInt8]
    let createdAt: Int64
  }

  let record: BatchRecord
  private let program: RunProgram
  private let concurrency: Int
  private unowned let workspace: OpenWorkspace
  private var watchers: [Request] = []
  /// Told of the end with the finished batch.
  var onEnd: ((Result<BatchRecord, CargoError>) -> Void)?
  private var page: [Waiting] = []
  private var next = 0
  /// The position of the last run that was read from the file.
  private var lastRead: Int64 = -1
  private var isReading = false
  private var isExhausted = false
  private var isStarting = false
  private var works: [Int64: any RunWork] = [:]
  private var unwritten = 0
  /// Ends on the disk.
  private var written: Int64 = 0
  private var isCancelled = false
  private var hasEnded = false
  private var failure: CargoError?

  init(_ record: BatchRecord, _ program: RunProgram, workspace: OpenWorkspace) {
    self.record = record
    self.program = program
    self.workspace = workspace
    concurrency =
      record.parentRun == nil ? LiveBatch.concurrency : LiveBatch.concurrencyOfGroups
  }

  /// Completes `request` with the finished batch.
  func watch(_ request: Request) {
    watchers.append(request)
    request.onGiveUp = { [weak self, unowned request] in
      self?.watchers.removeAll { $0 === request }
      return true
    }
  }

  /// The same for the request that started it: when that is given up, the batch is cancelled, and still
  /// answered, since somebody has to book what it has cost.
  func belong(to request: Request) {
    watchers.append(request)
    request.onGiveUp = { [weak self] in
      self?.cancel()
      return false
    }
  }

  /// Starts what there is room for, and ends the batch when all is done.
  func advance() {
    // Starting a call may come back here.
    guard !isStarting else { return }
    isStarting = true
    while !isCancelled, works.count < concurrency,
      unwritten < LiveBatch.unwrittenLimit, next < page.count
    {
      start(page[next])
      next += 1
    }
    isStarting = false
    if isCancelled || isExhausted && next == page.count {
      if works.isEmpty { end() }
    } else if next == page.count && !isReading {
      read()
    }
  }

  private func read() {
    isReading = true
    let id = record.id
    let from = lastRead
    workspace.store.read(
      { connection in
        var page: [Waiting] = []
        try connection.query(
          """
          SELECT id, uuid, position, input, created_at FROM cargo_runs
          WHERE batch_id = ? AND position > ? ORDER BY position LIMIT \(LiveBatch.pageSize)
          """, [.integer(id), .integer(from)]
        ) { row in
          page.append(
            Waiting(
              id: row.int64(0), uuid: row.string(1), position: row.int64(2), input: row.bytes(3),
              createdAt: row.int64(4)))
        }
        return page
      },
      completion: { [self] result in
        isReading = false
        switch result {
        case .success(let rows):
          page = rows
          next = 0
          lastRead = rows.last?.position ?? lastRead
          isExhausted = rows.count < LiveBatch.pageSize
        case .failure(let error):
          failure = error
          isExhausted = true
        }
        advance()
      })
  }

  private func start(_ waiting: Waiting) {
    var run = RunRecord(
      uuid: waiting.uuid, status: .pending, input: waiting.input, createdAt: waiting.createdAt)
    run.id = waiting.id
    run.owner = record.owner
    run.describe(program)
    let work = program.work(on: run, in: workspace) { [self] finished in
      works[waiting.id] = nil
      finish(finished)
      advance()
    }
    works[waiting.id] = work
    work.start()
  }

  private func finish(_ finished: RunRecord) {
    unwritten += 1
    workspace.store.write({ try finished.finish(in: $0) }) { [self] result in
      unwritten -= 1
      written += 1
      for request in watchers { request.onProgress?(written, record.runs) }
      if case .failure(let error) = result { failure = error }
      advance()
    }
  }

  /// Stops after what is with the connector now; that keeps its result, since it may be paid.
  func cancel() {
    guard !isCancelled, !hasEnded else { return }
    isCancelled = true
    for work in works.values { work.cancel() }
    advance()
  }

  /// Writes down the end, after all runs, since the writer keeps the order.
  private func end() {
    guard !hasEnded else { return }
    hasEnded = true
    let isCancelled = isCancelled
    let failure = failure
    let record = record
    let settings = workspace.store.settings
    workspace.store.write(
      { connection in
        try record.end(
          isCancelled ? .cancelled : failure == nil ? .success : .error,
          error: failure?.message, in: connection)
      },
      completion: { [self] result in
        workspace.batches[record.uuid] = nil
        let waiting = watchers
        watchers = []
        for request in waiting { request.complete(result.map { $0.body(settings) }) }
        onEnd?(result)
        onEnd = nil
      })
  }
}

extension BatchRecord {
  /// Writes down the end of a batch: what has not run is cancelled with it, the counts are settled.
  func end(
    _ status: RunStatus, error: String?, in connection: Connection
  ) throws -> BatchRecord {
    let now = Timestamp.now()
    try connection.run(
      """
      UPDATE cargo_runs SET status = 4, owner = NULL, finished_at = ?
      WHERE batch_id = ? AND status < 2
      """, [.integer(now), .integer(id)])
    var ended = self
    ended.status = status
    ended.error = error
    ended.finishedAt = now
    ended.owner = nil
    try ended.count(in: connection)
    try connection.run(
      """
      UPDATE cargo_batches SET status = ?, error = ?, executed = ?, failed = ?, microcredits = ?,
        owner = NULL, finished_at = ? WHERE id = ?
      """,
      [
        .integer(status.rawValue), .optional(error), .integer(ended.executed),
        .integer(ended.failed), .integer(ended.microcredits), .integer(now), .integer(id),
      ])
    return ended
  }
}

extension OpenWorkspace {
  /// Stores a batch and its records, answers, and starts it.
  func startBatch(
    _ batch: BatchRecord, _ rows: [BatchRow], _ program: RunProgram, for request: Request
  ) {
    var isGivenUp = false
    request.onGiveUp = {
      isGivenUp = true
      return false
    }
    startBatch(batch, rows, program) { result in
      switch result {
      case .failure(let error): request.fail(error)
      case .success(let live):
        if request.waits {
          live.belong(to: request)
        } else {
          request.succeed(live.record.pendingBody)
        }
        if isGivenUp { live.cancel() }
      }
    }
  }

  /// Stores a batch and its records, hands it over, and starts it.
  func startBatch(
    _ batch: BatchRecord, _ rows: [BatchRow], _ program: RunProgram,
    stored: @escaping (Result<LiveBatch, CargoError>) -> Void
  ) {
    var batch = batch
    batch.owner = store.owner.owner
    var template = RunRecord(uuid: "", status: .pending, input: [], createdAt: batch.createdAt)
    template.describe(program)
    template.owner = batch.owner
    let pending = batch
    let run = template
    store.write({ try pending.insert(rows, template: run, into: $0) }) { [self] result in
      switch result {
      case .failure(let error): stored(.failure(error))
      case .success(let id):
        var record = pending
        record.id = id
        record.status = .running
        let live = LiveBatch(record, program, workspace: self)
        batches[record.uuid] = live
        stored(.success(live))
        live.advance()
      }
    }
  }
}
