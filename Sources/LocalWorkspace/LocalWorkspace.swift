public import CargoClient
import SQLite

/// The embedded platform: the operations of Cargo on one SQLite file (`design.md` §6).
///
/// Bound to the loop's thread. The file is opened at the first request.
public final class LocalWorkspace: Transport {
  /// The workspace's file.
  public let path: String
  let loop: EventLoop
  private let demo: DemoBehaviour
  private var registered: [any Connector] = []
  private let engine: (any ExpressionEngine)?
  private let python: (any PythonRunner)?
  private var opened: Result<OpenWorkspace, CargoError>?
  private var requests: [UInt64: Request] = [:]
  private var nextRequest: UInt64 = 1

  /// Makes a workspace on a file, which need not be there before the first request.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - loop: the loop it is bound to.
  ///   - demo: how the demo's providers behave.
  ///   - engine: what evaluates the expressions of graphs; without one they fail.
  ///   - python: what runs `python` nodes; without one they fail.
  public init(
    path: String, loop: EventLoop, demo: DemoBehaviour = DemoBehaviour(),
    engine: (any ExpressionEngine)? = nil, python: (any PythonRunner)? = nil
  ) {
    self.path = path
    self.loop = loop
    self.demo = demo
    self.engine = engine
    self.python = python
  }

  /// Whether it has an answer for the operation; what it has none for needs a live workspace.
  public static func answers(_ operation: Operation) -> Bool {
    // Looks are answered for waits: `run.wait` sends none of its own.
    if case .only = operation.waiting { return true }
    return Handlers.all[operation.name] != nil
  }

  /// Whether there is a file at that path.
  public static func exists(at path: String) -> Bool { WorkspaceFile.exists(at: path) }

  /// Makes a workspace with the bundled integrations and nothing else.
  public static func createEmpty(at path: String) throws(CargoError) {
    try WorkspaceFile.create(at: path) { try DemoSeed.writeBase(to: $0) }
  }

  /// Makes the demo workspace: models `companies`, `leads` and `contacts`, segments, and a connector
  /// with credits for each bundled integration (docs/demo-data.md).
  public static func createDemo(at path: String) throws(CargoError) {
    try WorkspaceFile.create(at: path) {
      try DemoSeed.writeBase(to: $0)
      try DemoSeed.writeDemo(to: $0)
    }
  }

  /// Lets `connector` answer for its integration, which from then on belongs to the workspace. Call
  /// before the first request.
  public func register(_ connector: any Connector) { registered.append(connector) }

  /// Sends a request.
  @discardableResult
  public func send(
    _ request: OperationRequest, completion: @escaping (TransportResult) -> Void
  ) -> RequestID {
    let id = nextRequest
    nextRequest += 1
    let pending = Request(id: id, request: request, workspace: self, completion: completion)
    requests[id] = pending
    do throws(CargoError) {
      guard let handler = Handlers.all[request.operation.name] else {
        throw LocalWorkspace.notAvailable(request.operation)
      }
      try handler.handle(pending, try open())
    } catch {
      loop.schedule(after: 0) { pending.fail(error) }
    }
    return RequestID(id)
  }

  /// Gives a request up, unless what it started may be paid: that runs to its end.
  public func cancel(_ id: RequestID) {
    guard let request = requests[id.rawValue] else { return }
    if request.giveUp() {
      loop.schedule(after: 0) {
        request.fail(
          CargoError(
            .cancelled, "\(request.operation.name) was cancelled", operation: request.operation.name
          ))
      }
    }
  }

  func forget(_ request: Request) { requests[request.id] = nil }

  private static func notAvailable(_ operation: Operation) -> CargoError {
    CargoError(
      .cargo, "\(operation.name) is not available on a local workspace",
      code: "notAvailableOffline", operation: operation.name,
      hint: "run it on the platform with --workspace live")
  }

  func open() throws(CargoError) -> OpenWorkspace {
    if let opened { return try opened.get() }
    // A failure is not kept: a missing file may be there at the next request.
    let store = try Store(path: path, mailbox: loop.mailbox)
    let workspace = OpenWorkspace(
      store: store, loop: loop,
      catalogue: Catalogue(store: store, loop: loop, demo: demo, registered: registered),
      engine: engine, python: python)
    workspace.adopt(registered)
    opened = .success(workspace)
    return workspace
  }

  /// Writes everything to the file and closes it. Calls that are still under way end as if the
  /// process had ended.
  public func close() {
    engine?.close()
    python?.close()
    if case .success(let workspace) = opened { workspace.store.close() }
    opened = .failure(CargoError(.journal, "The workspace \(path) is closed."))
  }

  /// The credits of all charges in the workspace's ledger; waits for what is being written.
  public func ledgerCredits() throws(CargoError) -> Double {
    let workspace = try open()
    workspace.store.flush()
    do {
      return try workspace.store.lookup.first("SELECT sum(microcredits) FROM cargo_ledger") {
        Double($0.int64(0)) / 1e6
      } ?? 0
    } catch {
      throw WorkspaceFile.failure(error, path: path)
    }
  }
}

/// A workspace whose file is open: what handlers work with.
final class OpenWorkspace {
  let store: Store
  let loop: EventLoop
  let catalogue: Catalogue
  let engine: (any ExpressionEngine)?
  let python: (any PythonRunner)?
  /// Runs under way that somebody may ask for, by uuid.
  var runs: [String: LiveRun] = [:]
  /// Batches under way, by uuid.
  var batches: [String: LiveBatch] = [:]

  init(
    store: Store, loop: EventLoop, catalogue: Catalogue, engine: (any ExpressionEngine)?,
    python: (any PythonRunner)?
  ) {
    self.store = store
    self.loop = loop
    self.catalogue = catalogue
    self.engine = engine
    self.python = python
  }

  /// Gives each registered integration a connector, where it has none.
  func adopt(_ connectors: [any Connector]) {
    for connector in connectors {
      let integration = connector.integration
      store.write(
        { connection in try integration.adopt(in: connection) }, completion: { _ in })
    }
    if !connectors.isEmpty { store.flush() }
  }
}
