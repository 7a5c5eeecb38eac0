public import CargoClient
import Glibc
import SQLite
import Synchronization

/// The record of what runs have asked for and got: an intent is on the disk before a paying or
/// writing request is sent, and what became of it follows (`design.md` §5).
///
/// One file for all runs of a workspace folder. Opened at the first intent, so that a run that only
/// reads leaves nothing behind. Bound to the loop's thread; the writing happens on another, many
/// steps in one transaction.
public final class Journal {
  /// A run as the journal knows it.
  public struct Run: Sendable {
    /// The run's name, `r-0xk3m9q2`.
    public var id: String
    /// The recipe's file.
    public var recipe: String
    /// SHA-256 of the recipe's text, in hexadecimal.
    public var recipeHash: String
    /// Which workspace: `local:.cargo/workspace.db`, or the address of a live one.
    public var workspace: String
    /// The inputs as JSON.
    public var inputs: [UInt8]
    /// The budget.
    public var budget: Credits?

    /// Describes a run.
    public init(
      id: String, recipe: String, recipeHash: String, workspace: String, inputs: [UInt8],
      budget: Credits?
    ) {
      self.id = id
      self.recipe = recipe
      self.recipeHash = recipeHash
      self.workspace = workspace
      self.inputs = inputs
      self.budget = budget
    }
  }

  /// How a run ended.
  public enum Ending: String, Sendable { case done, failed, interrupted }

  /// What became of a step.
  enum Outcome: Sendable {
    /// Finished; the answer's bytes, and the rows of a batch.
    case done(body: [UInt8], rows: [UInt8]?, credits: Credits?)
    /// Refused, or ended in an error.
    case failed(message: String, body: [UInt8]?, credits: Credits?)
    /// Sent, and nobody knows what became of it.
    case unknown(message: String)
  }

  /// Names a step of this run.
  struct Step: Sendable { fileprivate let id: Int64 }

  /// The file.
  public let path: String
  /// The first failure to write down what a step brought; the run itself went on.
  public var failure: CargoError? { lost.first }

  private let run: Run
  private let redactor: Redactor
  private let completions: Completions
  private let lost = Lost()
  private var state = State.closed
  private var identities = StepIdentity.Counter()
  private var nextSequence: Int64 = 1

  private enum State {
    case closed
    case open(GroupCommitter, runNumber: Int64)
    case failed(CargoError)
  }

  /// Makes a journal; nothing is opened yet.
  ///
  /// - Parameters:
  ///   - path: the file, `.cargo/journal.db`; its folder is made when missing.
  ///   - run: the run whose steps are written.
  ///   - redactor: what knows the secrets.
  ///   - mailbox: the loop's, where completions arrive.
  public init(path: String, run: Run, redactor: Redactor, mailbox: Mailbox) {
    self.path = path
    self.run = run
    self.redactor = redactor
    completions = Completions(mailbox)
  }

  /// Whether anything has been written.
  public var isOpen: Bool {
    if case .open = state { true } else { false }
  }

  /// Writes the intent to call an operation. `completion` is called on the loop once the intent is on
  /// the disk, or cannot get there; never from within.
  func intend(
    _ operation: String, action: String?, arguments: [UInt8],
    completion: @escaping (Result<Step, CargoError>) -> Void
  ) {
    let bound = LoopBound(completion)
    let committer: GroupCommitter
    let runNumber: Int64
    switch opened() {
    case .open(let opened, let number): (committer, runNumber) = (opened, number)
    case .failed(let error):
      completions.post { bound.value(.failure(error)) }
      return
    case .closed: return
    }
    let identity = identities.next(operation: operation, arguments: arguments)
    let step = Step(id: runNumber << 32 | nextSequence)
    nextSequence += 1
    let (redactor, path, now) = (redactor, path, Journal.now())
    committer.submit { connection in
      try connection.run(
        """
        INSERT INTO steps (id, run, key, occurrence, operation, action, request, state, intended)
        VALUES (?, ?, ?, ?, ?, ?, ?, 'intent', ?)
        """,
        [
          .integer(step.id), .integer(runNumber), .blob(identity.key),
          .integer(Int64(identity.occurrence)), .text(operation), action.map { .text($0) } ?? .null,
          .blob(redactor.redact(arguments)), .integer(now),
        ])
    } completion: { result in
      bound.value(
        result.map { step }.mapError { Journal.error($0, path: path, "could not be written") })
    }
  }

  /// Notes the uuid of the remote work. Holds nobody up.
  func accept(_ step: Step, uuid: String) {
    let now = Journal.now()
    update { connection in
      try connection.run(
        "UPDATE steps SET state = 'accepted', uuid = ?, accepted = ? WHERE id = ?",
        [.text(uuid), .integer(now), .integer(step.id)])
    }
  }

  /// Notes what a step brought. Holds nobody up.
  func record(_ step: Step, _ outcome: Outcome) {
    let (redactor, now) = (redactor, Journal.now())
    update { connection in
      var values: [SQLiteValue]
      switch outcome {
      case .done(let body, let rows, let credits):
        values = [
          .text("done"), .blob(redactor.redact(body)),
          rows.map { .blob(redactor.redact($0)) } ?? .null, .null, Journal.value(credits),
        ]
      case .failed(let message, let body, let credits):
        values = [
          .text("failed"), body.map { .blob(redactor.redact($0)) } ?? .null, .null,
          .text(redactor.redact(message)), Journal.value(credits),
        ]
      case .unknown(let message):
        values = [.text("unknown"), .null, .null, .text(redactor.redact(message)), .null]
      }
      values += [.integer(now), .integer(step.id)]
      try connection.run(
        """
        UPDATE steps SET state = ?, result = ?, rows = ?, error = ?, credits = ?, finished = ?
        WHERE id = ?
        """, values)
    }
  }

  /// Ends the run: writes how, waits until everything is on the disk, and closes the file.
  /// - Throws: the first thing that could not be written down.
  public func end(_ ending: Ending) throws(CargoError) {
    guard case .open(let committer, let runNumber) = state else { return }
    let now = Journal.now()
    update { connection in
      try connection.run(
        "UPDATE runs SET ended = ?, status = ? WHERE number = ?",
        [.integer(now), .text(ending.rawValue), .integer(runNumber)])
    }
    committer.flush()
    committer.close()
    // What the commits brought is on its way to the loop, which may not turn again.
    completions.run()
    state = .failed(CargoError(.journal, "the run \(run.id) has ended"))
    if let failure { throw failure }
  }

  private func update(_ job: @escaping @Sendable (Connection) throws -> Void) {
    guard case .open(let committer, _) = state else { return }
    let (path, lost) = (path, lost)
    committer.submit(job) { result in
      guard case .failure(let error) = result else { return }
      lost.note(Journal.error(error, path: path, "has lost results"))
    }
  }

  private static func value(_ credits: Credits?) -> SQLiteValue {
    credits.map { .integer($0.millionths) } ?? .null
  }

  /// Milliseconds since 1970.
  private static func now() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}

extension Journal {
  /// The first failure. Shared with jobs of the writer's thread, which must not hold the journal: the
  /// last of them would end the thread from within itself.
  private final class Lost: Sendable {
    private let failure = Mutex<CargoError?>(nil)

    var first: CargoError? { failure.withLock { $0 } }

    func note(_ error: CargoError) {
      failure.withLock { failure in if failure == nil { failure = error } }
    }
  }

  /// Carries completions from the writer's thread to the loop; the end of a run takes what is still
  /// on its way.
  private final class Completions: Sendable {
    private let mailbox: Mailbox
    private let waiting = Mutex<[@Sendable () -> Void]>([])

    init(_ mailbox: Mailbox) { self.mailbox = mailbox }

    func post(_ job: @escaping @Sendable () -> Void) {
      waiting.withLock { $0.append(job) }
      mailbox.post { self.run() }
    }

    func run() {
      let due = waiting.withLock { waiting in
        let due = waiting
        waiting = []
        return due
      }
      for job in due { job() }
    }
  }

  /// The state after an attempt to open the file, which is made once.
  private func opened() -> State {
    guard case .closed = state else { return state }
    do {
      let (connection, number) = try Journal.open(path, for: run, redactor)
      let completions = completions
      let committer = try GroupCommitter(connection: connection) { completions.post($0) }
      state = .open(committer, runNumber: number)
    } catch {
      state = .failed(Journal.error(error, path: path, "cannot be used"))
    }
    return state
  }

  /// Opens or makes the file, and writes the run into it.
  private static func open(
    _ path: String, for run: Run, _ redactor: Redactor
  ) throws -> sending (Connection, Int64) {
    if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
      mkdir(String(path[..<slash]), 0o700)
    }
    let connection = try Connection(path: path)
    let number = try connection.transaction { () -> Int64 in
      switch try connection.userVersion() {
      case 0: try connection.executeScript(schema)
      case schemaVersion: break
      case let other:
        throw CargoError(
          .journal, "\(path) was written by another version of cargo-script (layout \(other))",
          hint: "move the file away, or use the version that wrote it")
      }
      try connection.execute(
        """
        INSERT INTO runs (id, recipe, recipe_hash, workspace, started, status, inputs, budget)
        VALUES (?, ?, ?, ?, ?, 'running', ?, ?)
        """,
        [
          .text(run.id), .text(run.recipe), .text(run.recipeHash),
          .text(redactor.redact(run.workspace)), .integer(now()),
          .blob(redactor.redact(run.inputs)), value(run.budget),
        ])
      return connection.lastInsertRowID
    }
    return (connection, number)
  }

  private static let schemaVersion: Int64 = 1

  /// A step's id is the run's number and a sequence within the run, so that steps of one run lie
  /// together and an update needs no search.
  private static let schema = """
    CREATE TABLE runs (
      number INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      recipe TEXT NOT NULL,
      recipe_hash TEXT NOT NULL,
      workspace TEXT NOT NULL,
      started INTEGER NOT NULL,
      ended INTEGER,
      status TEXT NOT NULL,
      inputs BLOB NOT NULL,
      budget INTEGER
    );
    CREATE TABLE steps (
      id INTEGER PRIMARY KEY,
      run INTEGER NOT NULL REFERENCES runs (number),
      key BLOB NOT NULL,
      occurrence INTEGER NOT NULL,
      operation TEXT NOT NULL,
      action TEXT,
      request BLOB NOT NULL,
      state TEXT NOT NULL,
      uuid TEXT,
      result BLOB,
      rows BLOB,
      error TEXT,
      credits INTEGER,
      intended INTEGER NOT NULL,
      accepted INTEGER,
      finished INTEGER
    );
    CREATE UNIQUE INDEX steps_by_identity ON steps (run, key, occurrence);
    PRAGMA user_version = 1;
    """

  /// One sentence that names the file.
  private static func error(
    _ error: any Error, path: String, _ what: String
  ) -> CargoError {
    if let error = error as? CargoError { return error }
    guard let error = error as? SQLiteError else {
      return CargoError(.journal, "the journal \(path) \(what): \(error)")
    }
    let hint: String? =
      if error.isFull {
        "make room on the disk"
      } else if error.isCannotOpen || error.isReadOnly {
        "the folder and the file must be writable"
      } else if error.isCorrupt {
        "move the file away; runs in it cannot be resumed"
      } else {
        nil
      }
    return CargoError(.journal, "the journal \(path) \(what): \(error.message)", hint: hint)
  }
}
