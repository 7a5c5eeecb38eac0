import CSQLite

/// Writes for many at once: one thread with one connection puts all jobs that wait into one
/// transaction, so that thousands of small changes share one wait for the disk.
///
/// Each job runs in a savepoint: one that throws is undone and harms no neighbour. Completions come
/// after the commit, so what they report is on the disk. Jobs run in the order of `submit`. Another
/// process may write to the same file in between; its lock is waited for up to the connection's busy
/// timeout. Safe to use from any thread.
public final class GroupCommitter: Sendable {
  /// Takes a job to the thread on which completions run (the event loop's `Mailbox.post`).
  public typealias Poster = @Sendable (@escaping @Sendable () -> Void) -> Void

  private let queue: Queue
  private let thread: WorkerThread

  /// Starts the thread. `connection` belongs to it from now on.
  ///
  /// - Parameters:
  ///   - connection: open for writing.
  ///   - groupLimit: most jobs in one transaction, so that the first of them need not wait long.
  ///   - post: called once per committed group.
  public init(connection: sending Connection, groupLimit: Int = 1_024, post: @escaping Poster)
    throws
  {
    let path = connection.path
    let queue = Queue()
    let writer = Writer(connection: connection, queue: queue, groupLimit: groupLimit, post: post)
    guard let thread = WorkerThread({ writer.run() }) else {
      throw SQLiteError(code: SQLITE_NOMEM, message: "no thread for writing", path: path)
    }
    self.queue = queue
    self.thread = thread
  }

  deinit { close() }

  /// Queues a job. `job` runs on the writer's thread inside a transaction; `completion` is called by
  /// way of the poster after the commit, exactly once.
  public func submit<R: Sendable>(
    _ job: @escaping @Sendable (Connection) throws -> R,
    completion: @escaping @Sendable (Result<R, any Error>) -> Void
  ) {
    let accepted = queue.append(TypedJob(body: job, completion: completion))
    precondition(accepted, "a job for a closed GroupCommitter")
  }

  /// Queues a job that nobody waits for.
  public func submit(_ job: @escaping @Sendable (Connection) throws -> Void) {
    submit(job, completion: { _ in })
  }

  /// Waits until everything queued before is committed. Completions may still be on their way.
  public func flush() { queue.waitUntilIdle() }

  /// Commits what is queued, writes the log back and ends the thread. Later calls do nothing.
  public func close() {
    if queue.close() { thread.join() }
  }
}

extension GroupCommitter {
  /// A queued job: run once on the writer's thread, completed once by way of the poster.
  ///
  /// `@unchecked Sendable` is safe because it is handed from thread to thread and never shared: the
  /// queue's lock and the poster order the accesses.
  class Job: @unchecked Sendable {
    func run(_ connection: Connection) {}
    /// Calls the completion; `failure` is what undid the whole group, if anything did.
    func complete(_ failure: (any Error)?) {}
  }

  private final class TypedJob<R: Sendable>: Job, @unchecked Sendable {
    private let body: @Sendable (Connection) throws -> R
    private let completion: @Sendable (Result<R, any Error>) -> Void
    private var result: Result<R, any Error>?

    init(
      body: @escaping @Sendable (Connection) throws -> R,
      completion: @escaping @Sendable (Result<R, any Error>) -> Void
    ) {
      self.body = body
      self.completion = completion
    }

    override func run(_ connection: Connection) {
      result = Result { try connection.savepoint { try body(connection) } }
    }

    override func complete(_ failure: (any Error)?) {
      if case .failure(let own) = result {
        completion(.failure(own))
      } else if let failure {
        completion(.failure(failure))
      } else if let result {
        completion(result)
      }
    }
  }

  /// The jobs that wait.
  ///
  /// `@unchecked Sendable` is safe because every access is made with the monitor's lock held.
  final class Queue: @unchecked Sendable {
    private let monitor = Monitor()
    private var waiting: [Job] = []
    private var accepted = 0
    private var finished = 0
    private var isClosed = false

    func append(_ job: Job) -> Bool {
      monitor.withLock {
        if isClosed { return false }
        waiting.append(job)
        accepted += 1
        if waiting.count == 1 { monitor.signalAll() }
        return true
      }
    }

    /// The next group; nil when closed and empty.
    func next(limit: Int) -> [Job]? {
      monitor.withLock {
        while waiting.isEmpty {
          if isClosed { return nil }
          monitor.wait()
        }
        if waiting.count <= limit {
          let group = waiting
          waiting = []
          return group
        }
        let group = Array(waiting[..<limit])
        waiting.removeFirst(limit)
        return group
      }
    }

    func didFinish(_ count: Int) {
      monitor.withLock {
        finished += count
        monitor.signalAll()
      }
    }

    func waitUntilIdle() {
      monitor.withLock {
        let target = accepted
        while finished < target { monitor.wait() }
      }
    }

    /// Whether this call was the one that closed it.
    func close() -> Bool {
      monitor.withLock {
        if isClosed { return false }
        isClosed = true
        monitor.signalAll()
        return true
      }
    }
  }

  /// The thread's side.
  ///
  /// `@unchecked Sendable` is safe because after `init` only the writer's thread touches it.
  final class Writer: @unchecked Sendable {
    private var connection: Connection?
    private let queue: Queue
    private let groupLimit: Int
    private let post: Poster

    init(connection: Connection, queue: Queue, groupLimit: Int, post: @escaping Poster) {
      self.connection = connection
      self.queue = queue
      self.groupLimit = groupLimit
      self.post = post
    }

    func run() {
      while let connection, let group = queue.next(limit: groupLimit) {
        let failure = commit(group, on: connection)
        post { for job in group { job.complete(failure) } }
        queue.didFinish(group.count)
      }
      connection?.checkpoint()
      connection = nil
    }

    private func commit(_ group: [Job], on connection: Connection) -> (any Error)? {
      do {
        try connection.transaction {
          for job in group {
            job.run(connection)
            // A full disk makes SQLite roll everything back by itself, in the middle.
            guard connection.isInTransaction else {
              throw SQLiteError(
                code: SQLITE_ABORT, message: "the transaction was rolled back by SQLite",
                path: connection.path)
            }
          }
        }
        return nil
      } catch {
        return error
      }
    }
  }
}
