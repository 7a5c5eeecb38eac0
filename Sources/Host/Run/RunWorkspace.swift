import CargoClient
import Evaluation
import LocalWorkspace
import Runtime

/// The workspace of a run, opened at its first call: a recipe that calls nothing makes no file, says
/// no word and waits for nobody.
final class RunWorkspace: CallHandler {
  private let choice: WorkspaceChoice
  private let prepared: PreparedRecipe
  private let loop: EventLoop
  private let terminal: Terminal
  private let settings: Settings
  /// What the run may do.
  let permissions: Permissions
  /// What blots out the run's secrets wherever something is stored or shown.
  let redactor: Redactor
  private var opened: Assembly?
  private var underWay: [ObjectIdentifier: OperationCall] = [:]

  /// How long paying calls get to come to their end once the run is over.
  private static let longestSettling = 60.0

  /// What the command line says, checked before anything is paid.
  private struct Settings {
    let budget: Credits?
    let transport: any Transport
  }

  init(
    _ choice: WorkspaceChoice, recipe: PreparedRecipe, options: RunOptions, loop: EventLoop,
    terminal: Terminal
  ) throws(CargoError) {
    self.choice = choice
    prepared = recipe
    self.loop = loop
    self.terminal = terminal
    settings = Settings(
      budget: options.budget.flatMap { Credits($0) },
      transport: try choice.makeTransport(options, loop))
    permissions = Permissions(
      manifest: recipe.manifest, granted: try Grant(options), isLive: choice.isLive,
      offLimits: choice.ownFiles)
    redactor = Redactor(choice.secrets)
    terminal.redactor = redactor
  }

  /// Takes a call its way.
  func handle(_ call: OperationCall, completion: @escaping (CallResult) -> Void) {
    let chain: CallChain
    do {
      chain = try open().chain
    } catch {
      loop.schedule(after: 0) { completion(.failure(error)) }
      return
    }
    let id = ObjectIdentifier(call)
    underWay[id] = call
    chain.handle(call) { [self] result in
      underWay[id] = nil
      completion(result)
    }
  }

  /// Opens the rows of a request: a cursor over the embedded workspace, or pages of the platform.
  func rows(_ request: OperationRequest) throws(CargoError) -> any RowSource {
    let assembly = try open()
    guard let rows = try assembly.localRows(request) else {
      return try PagedRows(request, calls: self, loop: loop)
    }
    return rows
  }

  /// The price of an action, from the workspace's catalogue; nil when it depends on the answer.
  func price(of action: String, completion: @escaping (Result<Credits?, CargoError>) -> Void) {
    do {
      try open().prices.price(of: action) { [loop] result in
        loop.schedule(after: 0) { completion(result.map { $0.worst(limit: nil) }) }
      }
    } catch {
      loop.schedule(after: 0) { completion(.failure(error)) }
    }
  }

  /// Gives up what is under way, and waits for what cannot be given up: a paying call that has left
  /// is recorded and charged, also when the recipe is over.
  func settle() {
    for call in underWay.values { call.cancel() }
    let deadline = EventLoop.now() + UInt64(RunWorkspace.longestSettling * 1e9)
    var isTold = false
    let start = EventLoop.now()
    while !underWay.isEmpty && EventLoop.now() < deadline {
      let tick = loop.schedule(after: 0.5) {}
      loop.turn(block: true)
      loop.cancel(tick)
      if !isTold && EventLoop.now() - start > 1_000_000_000 {
        let calls = Quantity.count(underWay.count, "call")
        terminal.note("waiting for \(calls) that may cost credits; Ctrl-C leaves at once")
        isTold = true
      }
    }
  }

  /// Notes how the run ended, and lets the workspace go.
  /// - Throws: when something that was paid could not be written down.
  func finish(_ ending: RunEnding) throws(CargoError) {
    guard let opened else { return }
    defer { opened.close() }
    try opened.journal.end(ending.journalEnding)
    if let failure = opened.journal.failure { throw failure }
  }

  /// What the run has done there.
  var summary: RunSummary {
    RunSummary(
      runID: opened?.runID, workspace: choice.name, report: opened?.chain.report,
      spent: opened?.chain.report.total.credits ?? .zero,
      unsettled: opened?.budget.unsettled ?? .zero,
      budget: opened?.budget.limit)
  }

  private func open() throws(CargoError) -> Assembly {
    if let opened { return opened }
    if case .local(let path) = choice {
      try WorkspaceChoice.makeLocalFile(at: path, terminal)
    }
    let assembly = try Assembly(
      choice, transport: settings.transport, recipe: prepared,
      permissions: permissions, redactor: redactor, budget: settings.budget, loop: loop)
    opened = assembly
    terminal.progress.credits = { assembly.chain.report.total.credits }
    terminal.note(assembly.firstLine)
    return assembly
  }
}

extension WorkspaceChoice {
  /// Makes the folder's own workspace where there is none; any other must be there.
  static func makeLocalFile(at path: String, _ terminal: Terminal) throws(CargoError) {
    if LocalWorkspace.exists(at: path) { return }
    guard path == WorkspaceChoice.defaultPath else {
      throw CargoError(
        .journal, "there is no workspace file \(path)",
        hint: "leave out the path to get a demo workspace in \(WorkspaceChoice.defaultPath)")
    }
    try LocalWorkspace.createDemo(at: path)
    terminal.note("there was no workspace here: made one with demo data, \(path)")
  }

  /// What carries requests there; nothing is opened or reached before the first one.
  fileprivate func makeTransport(
    _ options: RunOptions, _ loop: EventLoop
  ) throws(CargoError) -> any Transport {
    switch self {
    case .local(let path):
      let demo = try options.demo.map { text throws(CargoError) in
        try DemoBehaviour(parsing: text)
      }
      return LocalWorkspace(
        path: path, loop: loop, demo: demo ?? DemoBehaviour(),
        engine: JavaScriptEngine(mailbox: loop.mailbox),
        python: options.allowsCode ? PythonProcess(mailbox: loop.mailbox) : nil)
    case .live(let origin, let token):
      var configuration = HTTPClient.Configuration()
      configuration.maximumInFlight = options.concurrency
      return try HTTPTransport(
        client: HTTPClient(loop: loop, configuration: configuration), loop: loop, origin: origin,
        token: Secret(token))
    }
  }
}

/// What a run has done on its workspace.
struct RunSummary {
  /// The run's id; nil when no call was made.
  var runID: String?
  var workspace: String
  var report: RunReport?
  var spent: Credits
  /// What calls may have cost whose outcome nobody knows.
  var unsettled: Credits
  var budget: Credits?
}

extension RunEnding {
  fileprivate var journalEnding: Journal.Ending {
    switch self {
    case .finished: .done
    case .killed, .outputClosed: .interrupted
    case .failed, .notCompiled, .outputFailed: .failed
    }
  }
}

extension Grant {
  /// What the command line grants.
  fileprivate init(_ options: RunOptions) throws(CargoError) {
    func patterns(_ texts: [String], _ flag: HostFlag) throws(CargoError) -> [NamePattern] {
      var patterns: [NamePattern] = []
      for text in texts {
        guard let pattern = NamePattern(text) else {
          throw CargoError(
            .argument, "--\(flag.name) \(text) is no pattern of names",
            hint: "such as prospeo.findEmail or prospeo.*")
        }
        patterns.append(pattern)
      }
      return patterns
    }
    self.init(
      actions: try patterns(options.allowedActions, .allowActions),
      operations: try patterns(options.allowedOperations, .allowOperations),
      read: options.allowedReads, write: options.allowedWrites, net: options.allowedHosts,
      env: options.allowedVariables)
  }
}
