/// Threads that read, each with its own read-only connection, so that a long query holds up neither
/// the loop nor the writer. Safe to use from any thread.
public final class ReaderPool: Sendable {
  /// Work for one of the threads; gets the error when the file cannot be opened.
  public typealias Job = @Sendable (Result<Connection, any Error>) -> Void

  private let state: State
  private let limit: Int

  /// Makes a pool for a file; up to `threads` threads start as there is work for them.
  public init(path: String, threads: Int) {
    state = State(path: path)
    limit = threads
  }

  deinit { close() }

  /// Queues a job.
  public func submit(_ job: @escaping Job) {
    let state = state
    state.monitor.withLock {
      precondition(!state.isClosed, "a job for a closed ReaderPool")
      state.jobs.append(job)
      if state.idle == 0 && state.threads.count < limit {
        if let thread = WorkerThread({ state.run() }) { state.threads.append(thread) }
      }
      state.monitor.signalAll()
    }
  }

  /// Runs what is queued and ends the threads. Later calls do nothing.
  public func close() {
    let threads = state.monitor.withLock {
      state.isClosed = true
      state.monitor.signalAll()
      let threads = state.threads
      state.threads = []
      return threads
    }
    for thread in threads { thread.join() }
  }

  /// What the threads share.
  ///
  /// `@unchecked Sendable` is safe because every access is made with the monitor's lock held.
  private final class State: @unchecked Sendable {
    let monitor = Monitor()
    let path: String
    var jobs: [Job] = []
    var isClosed = false
    var idle = 0
    var threads: [WorkerThread] = []

    init(path: String) { self.path = path }

    func run() {
      let connection = Result { try Connection(path: path, options: .readOnly) }
      while let job = next() { job(connection) }
    }

    private func next() -> Job? {
      monitor.withLock {
        while jobs.isEmpty {
          if isClosed { return nil }
          idle += 1
          monitor.wait()
          idle -= 1
        }
        return jobs.removeFirst()
      }
    }
  }
}
