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
  struct Step: Sendable { let id: Int64 }

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
  /// What this turn of the loop has to write: one job for all of it.
  private var intents: [(Intent, (Result<Step, CargoError>) -> Void)] = []
  private var events: [Int64: StepEvent] = [:]
  private var isFlushScheduled = false

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
    switch opened() {
    case .open(_, let runNumber):
      let step = Step(id: runNumber << 32 | nextSequence)
      nextSequence += 1
      intents.append(
        (
          Intent(
            step: step, identity: identities.next(operation: operation, arguments: arguments),
            operation: operation, action: action, request: arguments, time: Journal.now()),
          completion
        ))
      scheduleFlush()
    case .failed(let error):
      let bound = LoopBound(completion)
      completions.post { bound.value(.failure(error)) }
    case .closed: return
    }
  }

  /// Notes the uuid of the remote work. Holds nobody up.
  func accept(_ step: Step, uuid: String) {
    events[step.id, default: StepEvent()].accept(uuid, at: Journal.now())
    scheduleFlush()
  }

  /// Notes what a step brought. Holds nobody up.
  func record(_ step: Step, _ outcome: Outcome) {
    events[step.id, default: StepEvent()].finish(outcome, at: Journal.now())
    scheduleFlush()
  }

  /// Ends the run: writes how, waits until everything is on the disk, and closes the file.
  /// - Throws: the first thing that could not be written down.
  public func end(_ ending: Ending) throws(CargoError) {
    guard case .open(let committer, let runNumber) = state else { return }
    flush()
    let (now, path, lost) = (Journal.now(), path, lost)
    committer.submit { connection in
      try connection.run(
        "UPDATE runs SET ended = ?, status = ? WHERE number = ?",
        [.integer(now), .text(ending.rawValue), .integer(runNumber)])
    } completion: { result in
      if case .failure(let error) = result { lost.note(Journal.error(error, path: path)) }
    }
    committer.flush()
    committer.close()
    // What the commits brought is on its way to the loop, which may not turn again.
    completions.run()
    state = .failed(CargoError(.journal, "the run \(run.id) has ended"))
    if let failure { throw failure }
  }

  private func scheduleFlush() {
    if isFlushScheduled { return }
    isFlushScheduled = true
    let bound = LoopBound(self)
    completions.post { bound.value.flush() }
  }

  /// Hands everything gathered to the writer.
  private func flush() {
    isFlushScheduled = false
    guard case .open(let committer, let runNumber) = state else { return }
    let (redactor, path, lost) = (redactor, path, lost)
    if !intents.isEmpty {
      let rows = intents.map(\.0)
      let bound = LoopBound(intents.map(\.1))
      intents = []
      committer.submit { connection in
        for row in rows { try row.insert(into: connection, run: runNumber, redactor) }
      } completion: { result in
        let result = result.mapError { Journal.error($0, path: path) }
        for (row, completion) in zip(rows, bound.value) { completion(result.map { row.step }) }
      }
    }
    if !events.isEmpty {
      let rows = events.sorted { $0.key < $1.key }
      events = [:]
      committer.submit { connection in
        for (step, row) in rows { try row.insert(into: connection, step: step, redactor) }
      } completion: { result in
        if case .failure(let error) = result { lost.note(Journal.error(error, path: path)) }
      }
    }
  }

  /// Milliseconds since 1970.
  static func now() -> Int64 {
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
      state = .failed(Journal.error(error, path: path))
    }
    return state
  }
}
