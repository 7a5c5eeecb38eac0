import CargoClient
import LocalWorkspace
import Runtime

/// The workspace of a run, opened at its first call: a recipe that calls nothing pays for nothing.
///
/// The way of a call is assembled here (`design.md` §2).
final class RunWorkspace: CallHandler {
  /// What the run has done there.
  struct Summary {
    /// The run's id; nil when no call was made.
    var runID: String?
    var isLive: Bool
    var name: String
    var report: RunReport?
    var spent: Credits
    var budget: Credits?
  }

  /// What there is once the first call was made.
  private struct Open {
    let runID: String
    let chain: CallChain
    let waiter: Waiter
    let prices: PriceBook
    let journal: Journal
    let local: LocalWorkspace?
  }

  private let choice: WorkspaceChoice
  private let prepared: PreparedRecipe
  private let options: RunOptions
  private let loop: EventLoop
  private let terminal: Terminal
  private let budget: Budget
  private let permissions: Permissions
  private let demo: DemoBehaviour
  private var opened: Result<Open, CargoError>?
  /// Calls that have not come back.
  private var underWay = 0

  init(
    _ choice: WorkspaceChoice, recipe: PreparedRecipe, options: RunOptions, loop: EventLoop,
    terminal: Terminal
  ) throws(CargoError) {
    self.choice = choice
    prepared = recipe
    self.options = options
    self.loop = loop
    self.terminal = terminal
    budget = Budget(options.budget.flatMap { Credits($0) }, recipe.manifest?.credits)
    permissions = Permissions(
      manifest: recipe.manifest, granted: try Grant(options), isLive: choice.isLive)
    demo = try DemoBehaviour(options)
  }

  func handle(_ call: OperationCall, completion: @escaping (CallResult) -> Void) {
    switch open() {
    case .failure(let error):
      loop.schedule(after: 0) { completion(.failure(error)) }
    case .success(let open):
      underWay += 1
      open.chain.handle(call) { [self] result in
        underWay -= 1
        completion(result)
      }
    }
  }

  /// The price of an action, from the workspace's catalogue.
  func price(of action: String, completion: @escaping (Result<Credits?, CargoError>) -> Void) {
    switch open() {
    case .failure(let error): loop.schedule(after: 0) { completion(.failure(error)) }
    case .success(let open):
      open.prices.price(of: action) { completion($0.map { $0.worst(limit: nil) }) }
    }
  }

  /// Lets paying calls that have left come to their end, so that none is paid and not written down;
  /// a second Ctrl-C does not wait for them.
  func settle() {
    guard underWay > 0 else { return }
    terminal.note("waiting for \(Quantity.count(underWay, "call")) under way")
    while underWay > 0 { loop.turn(block: true) }
  }

  /// Notes in the journal how the run ended, and closes the files.
  func finish(_ ending: RunEnding) throws(CargoError) {
    guard case .success(let open) = opened else { return }
    defer { open.local?.close() }
    try open.journal.end(ending.journalEnding)
  }

  var summary: Summary {
    let open = try? opened?.get()
    return Summary(
      runID: open?.runID, isLive: choice.isLive, name: choice.isLive ? "live" : "local",
      report: open?.chain.report, spent: budget.spent, budget: budget.limit)
  }

  // MARK: - Opening

  private func open() -> Result<Open, CargoError> {
    if let opened { return opened }
    let result: Result<Open, CargoError>
    do throws(CargoError) {
      result = .success(try assemble())
    } catch {
      result = .failure(error)
    }
    opened = result
    return result
  }

  private func assemble() throws(CargoError) -> Open {
    let runID = RunID.make()
    let transport: any Transport
    var local: LocalWorkspace?
    switch choice {
    case .local(let path):
      let workspace = try openLocal(path, runID)
      (local, transport) = (workspace, workspace)
    case .live(let origin, let token):
      transport = try openLive(origin, token, runID)
    }
    let waiter = Waiter(transport: transport, loop: loop)
    let prices = PriceBook(source: waiter)
    let journal = Journal(
      path: journalPath, run: try journalRun(runID), redactor: Redactor(choice.secrets),
      mailbox: loop.mailbox)
    let chain = CallChain.forRun(
      permissions: permissions, budget: budget, pricing: prices, journal: journal,
      isLive: choice.isLive, loop: loop, over: waiter)
    return Open(
      runID: runID, chain: chain, waiter: waiter, prices: prices, journal: journal, local: local)
  }

  private func openLocal(_ path: String, _ runID: String) throws(CargoError) -> LocalWorkspace {
    if !LocalWorkspace.exists(at: path) {
      guard path == WorkspaceChoice.defaultPath else {
        throw CargoError(
          .journal, "there is no workspace file \(path)",
          hint: "leave out the path to get a demo workspace in \(WorkspaceChoice.defaultPath)")
      }
      try LocalWorkspace.createDemo(at: path)
      terminal.note("made a demo workspace in \(path)")
    }
    terminal.note("run \(runID) on the local workspace \(path)")
    return LocalWorkspace(path: path, loop: loop, demo: demo)
  }

  private func openLive(
    _ origin: String, _ token: String, _ runID: String
  ) throws(CargoError) -> HTTPTransport {
    let limit = budget.limit.map { "a budget of \($0) credits" } ?? "no budget: nothing may be paid"
    terminal.note("run \(runID) on the live workspace at \(origin), \(limit)")
    var configuration = HTTPClient.Configuration()
    configuration.maximumInFlight = options.concurrency
    return try HTTPTransport(
      client: HTTPClient(loop: loop, configuration: configuration), loop: loop, origin: origin,
      token: Secret(token))
  }

  /// Beside the workspace's file; for a live one in the folder's `.cargo`.
  private var journalPath: String {
    guard case .local(let path) = choice else { return ".cargo/journal.db" }
    let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    return folder.isEmpty ? "journal.db" : folder.joined(separator: "/") + "/journal.db"
  }

  private func journalRun(_ id: String) throws(CargoError) -> Journal.Run {
    var inputs = JSONWriter()
    inputs.beginObject()
    for (name, value) in prepared.recipe.inputs.sorted(by: { $0.key < $1.key }) {
      inputs.key(name)
      inputs.string(value.description)
    }
    inputs.endObject()
    return Journal.Run(
      id: id, recipe: prepared.recipe.name,
      recipeHash: SHA256.digest(prepared.recipe.source).hexadecimal, workspace: choice.name,
      inputs: inputs.bytes, budget: budget.limit)
  }
}

extension WorkspaceChoice {
  /// What the journal calls it.
  fileprivate var name: String {
    switch self {
    case .local(let path): "local:" + path
    case .live(let origin, _): origin
    }
  }

  /// What must never be written down.
  fileprivate var secrets: [String] {
    if case .live(_, let token) = self { [token] } else { [] }
  }
}

extension RunEnding {
  fileprivate var journalEnding: Journal.Ending {
    switch self {
    case .finished: .done
    case .killed: .interrupted
    default: .failed
    }
  }
}

extension Grant {
  /// What the command line grants.
  init(_ options: RunOptions) throws(CargoError) {
    self.init(
      actions: try Grant.patterns(options.allowedActions, "--allow-actions"),
      operations: try Grant.patterns(options.allowedOperations, "--allow-operations"),
      read: options.allowedReads, write: options.allowedWrites, net: options.allowedHosts,
      env: options.allowedVariables)
  }

  private static func patterns(
    _ texts: [String], _ flag: String
  ) throws(CargoError) -> [NamePattern] {
    var patterns: [NamePattern] = []
    for text in texts {
      guard let pattern = NamePattern(text) else {
        throw CargoError(
          .argument, "\(flag): '\(text)' is no pattern", hint: "write \"prospeo.*\" or a whole name")
      }
      patterns.append(pattern)
    }
    return patterns
  }
}

extension DemoBehaviour {
  /// What `--demo` says.
  init(_ options: RunOptions) throws(CargoError) {
    try self.init(parsing: options.demo.map { "\($0.key)=\($0.value)" }.joined(separator: ","))
  }
}
