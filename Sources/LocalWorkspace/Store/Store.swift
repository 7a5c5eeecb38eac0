import CargoClient
import SQLite

/// The opened workspace file: one thread that writes, some that read, and a connection of the loop's
/// own for short looks.
///
/// Bound to the loop's thread.
final class Store {
  let path: String
  let settings: Settings
  /// Reads on the loop's thread: only what is short.
  let lookup: Connection
  /// This process among those that have runs under way.
  let owner: OwnerLock
  private let writer: GroupCommitter
  private let readers: ReaderPool
  private let mailbox: Mailbox
  private var isClosed = false

  /// Opens the file, brings it up to date and ends what a dead process left behind.
  init(path: String, mailbox: Mailbox) throws(CargoError) {
    self.path = path
    self.mailbox = mailbox
    guard WorkspaceFile.exists(at: path) else {
      throw CargoError(
        .journal, "There is no workspace at \(path).", hint: "make one with cargo-script init")
    }
    guard let owner = OwnerLock(path: path + "-owners") else {
      throw CargoError(
        .journal, "The folder of the workspace \(path) cannot be written.",
        hint: "check its permissions, or choose another with --workspace local:PATH")
    }
    self.owner = owner
    do {
      let connection = try WorkspaceFile.open(at: path)
      settings = try Settings.load(from: connection)
      let dead = try Recovery.owners(in: connection).filter { !owner.isAlive($0) }
      try Recovery.end(dead, on: connection)
      lookup = try Connection(path: path, options: .readOnly)
      writer = try GroupCommitter(connection: connection) { mailbox.post($0) }
      readers = ReaderPool(path: path, threads: 2)
    } catch {
      throw WorkspaceFile.failure(error, path: path)
    }
  }

  /// Runs `job` in a transaction, which others may share; `completion` comes on the loop's thread
  /// after the commit.
  func write<R: Sendable>(
    _ job: @escaping @Sendable (Connection) throws -> R,
    completion: @escaping (Result<R, CargoError>) -> Void
  ) {
    if isClosed { return refuse(completion) }
    let bound = LoopBound(completion)
    let path = path
    writer.submit(job) { result in
      bound.value(result.mapError { WorkspaceFile.failure($0, path: path) })
    }
  }

  /// Runs `job` on a reading thread; `completion` comes on the loop's thread.
  func read<R: Sendable>(
    _ job: @escaping @Sendable (Connection) throws -> R,
    completion: @escaping (Result<R, CargoError>) -> Void
  ) {
    if isClosed { return refuse(completion) }
    let bound = LoopBound(completion)
    let path = path
    let mailbox = mailbox
    readers.submit { connection in
      let result = Result { try job(connection.get()) }
        .mapError { WorkspaceFile.failure($0, path: path) }
      mailbox.post { bound.value(result) }
    }
  }

  /// Work that comes back after the end: its result has no place any more.
  private func refuse<R>(_ completion: @escaping (Result<R, CargoError>) -> Void) {
    let bound = LoopBound(completion)
    let error = CargoError(.journal, "The workspace \(path) is closed.")
    mailbox.post { bound.value(.failure(error)) }
  }

  /// Waits for everything written so far, writes the log back, ends the threads, and leaves what is
  /// under way to whoever opens the file next.
  func close() {
    isClosed = true
    readers.close()
    writer.close()
    owner.release()
  }

  /// Waits for everything written so far.
  func flush() { writer.flush() }
}
