import CargoClient

/// Takes a graph on one record to its end: does what `GraphProgress` asks for, and writes down each
/// step that was paid.
///
/// Bound to the loop's thread.
final class GraphRun: RunWork {
  /// What is under way and may have to be stopped.
  private enum UnderWay {
    case nothing
    /// An answer that comes anyhow; a cancelled run does not wait for it.
    case evaluation
    case timer(EventLoop.TimerID)
    case action(ActionCall)
    case group(GroupRun)
    /// What cannot be called back: a row that is being written.
    case writing
  }

  private var progress: GraphProgress
  private var run: RunRecord
  private let parentNodes: [UInt8]?
  private let ceiling: CreditCeiling?
  private let workspace: OpenWorkspace
  private let completion: (RunRecord) -> Void
  private var underWay = UnderWay.nothing
  /// Steps that are paid and on no disk yet.
  private var charges: [RunRecord.Charge] = []
  private var hasEnded = false

  init(
    _ graph: Graph, run: RunRecord, parentNodes: [UInt8]?, ceiling: CreditCeiling?,
    workspace: OpenWorkspace, completion: @escaping (RunRecord) -> Void
  ) {
    progress = GraphProgress(graph, input: run.input)
    self.run = run
    self.parentNodes = parentNodes
    self.ceiling = ceiling
    self.workspace = workspace
    self.completion = completion
  }

  private var loop: EventLoop { workspace.loop }

  /// The run as it stands now, for whoever looks at it meanwhile.
  var snapshot: RunRecord {
    note()
    run.status = .running
    return run
  }

  func start() {
    loop.schedule(after: 0) { [self] in
      if hasEnded { return }
      run.startedAt = Timestamp.now()
      go(on: progress.begin())
    }
  }

  @discardableResult
  func cancel() -> Bool {
    guard !hasEnded, !progress.isCancelled else { return false }
    progress.cancel()
    switch underWay {
    case .action(let call):
      // Its end is told, cancelled or not.
      call.cancel()
    case .group(let group): group.cancel()
    case .writing: break
    case .timer(let timer):
      loop.cancel(timer)
      abandon()
    case .nothing, .evaluation: abandon()
    }
    return false
  }

  /// Ends a cancelled run at the loop's next turn.
  private func abandon() {
    underWay = .nothing
    loop.schedule(after: 0) { [self] in go(on: progress.abandon()) }
  }

  // MARK: Doing what is asked for

  private func go(on action: GraphProgress.Action) {
    underWay = .nothing
    switch action {
    case .compute(let index): compute(progress.graph.nodes[index])
    case .perform(let index, let config): perform(progress.graph.nodes[index], config)
    case .pause(let seconds):
      underWay = .timer(
        loop.schedule(after: seconds) { [self] in go(on: progress.resumed()) })
    case .end: return end()
    }
    saveCharges()
  }

  private func compute(_ node: Node) {
    underWay = .evaluation
    workspace.evaluate(
      node.config.expressions, variables: progress.variables(parentNodes: parentNodes)
    ) { [self] result in
      guard !progress.isCancelled else { return }
      go(on: progress.computed(result))
    }
  }

  private func perform(_ node: Node, _ config: JSONValue) {
    switch (node.kind, node.native) {
    case (.connector, _): execute(node, config)
    case (_, .delay): delay(config)
    case (_, .group): repeatGroup(node, config)
    case (_, .script): script(config, python: false)
    case (_, .python): script(config, python: true)
    case (_, .modelUpsert), (_, .modelInsert): write(node, config)
    case (.tool, _): refuse(.unavailable("tools"))
    case (.agent, _): refuse(.unavailable("agents"))
    case (.native, _): refuse(.unavailable("\(node.action) nodes"))
    }
  }

  private func told(_ result: Result<NodeOutcome, NodeFailure>) {
    go(on: progress.performed(result))
  }

  /// Tells an outcome that is known at once. Not from within: a run may have a thousand such nodes.
  private func refuse(_ failure: NodeFailure) {
    underWay = .timer(loop.schedule(after: 0) { [self] in told(.failure(failure)) })
  }

  private func delay(_ config: JSONValue) {
    guard let minutes = VariableType.number.convert(config["minutes"]).double, minutes >= 0 else {
      return refuse(NodeFailure("minutes must be a number from 0"))
    }
    underWay = .timer(
      loop.schedule(after: minutes * 60) { [self] in told(.success(NodeOutcome([:]))) })
  }

  // MARK: Connectors

  private func execute(_ node: Node, _ config: JSONValue) {
    do throws(CargoError) {
      let target = try workspace.catalogue.target(
        integration: node.integration, action: node.action, connector: node.connectorUUID)
      var worst: Int64 = 0
      if let ceiling, target.connector.usesCredits {
        guard let taken = ceiling.take(target.action.price, config) else {
          return refuse(ceiling.failure(target))
        }
        worst = taken
      }
      let call = ActionCall(
        target: target, input: try config.canonicalBytes(),
        retry: target.integration.retry.overridden(by: node.retry), loop: loop
      ) { [self] outcome, _ in
        var paid: Int64 = 0
        if case .success(_, let microcredits) = outcome { paid = microcredits }
        ceiling?.settle(worst, actual: paid)
        received(outcome, from: target)
      }
      underWay = .action(call)
      call.start()
    } catch {
      refuse(NodeFailure(error.message))
    }
  }

  private func received(_ outcome: ActionCall.Outcome, from target: ActionTarget) {
    switch outcome {
    case .success(let output, let microcredits):
      if microcredits > 0 {
        charges.append(
          RunRecord.Charge(
            step: Int64(progress.executions.count), connectorUUID: target.connector.uuid,
            integration: target.integration.slug, action: target.action.slug,
            microcredits: microcredits))
      }
      var done = NodeOutcome(output)
      done.microcredits = microcredits
      told(.success(done))
    case .error(let message): told(.failure(NodeFailure(message)))
    case .cancelled: go(on: progress.abandon())
    }
  }

  // MARK: Groups

  private func repeatGroup(_ node: Node, _ config: JSONValue) {
    guard let items = config["items"]?.array, let graph = node.group else {
      return refuse(NodeFailure("items must be a list"))
    }
    if items.isEmpty {
      underWay = .timer(
        loop.schedule(after: 0) { [self] in
          told(.success(NodeOutcome(.array([]), title: "0 items")))
        })
      return
    }
    let group = GroupRun(
      items, of: node, run: run, failsTogether: (config["failOnItemFailure"] ?? .null).isTruthy,
      program: .graph(graph, parentNodes: progress.context, ceiling: ceiling), workspace: workspace
    ) { [self] result in
      run.isGroupParent = true
      if let result { told(result) } else { go(on: progress.abandon()) }
    }
    underWay = .group(group)
    group.start()
  }

  // MARK: Code and models

  private func script(_ config: JSONValue, python isPython: Bool) {
    guard let text = config["script"]?.string else {
      return refuse(NodeFailure("script must be a text"))
    }
    underWay = .evaluation
    let variables = progress.variables(parentNodes: parentNodes)
    workspace.runScript(text, isPython: isPython, variables: variables) { [self] result in
      guard !progress.isCancelled else { return }
      told(
        result.map { value in
          NodeOutcome(JSONWriter.object { $0.field("result", json: value) })
        })
    }
  }

  private func write(_ node: Node, _ config: JSONValue) {
    underWay = .writing
    let isUpsert = node.native == .modelUpsert
    workspace.store.write(
      { try ModelChange(config, isUpsert: isUpsert).apply(in: $0) },
      completion: { [self] result in
        told(
          result.map { NodeOutcome($0) }
            .mapError { NodeFailure($0.message) })
      })
  }

  // MARK: Writing down

  /// Takes over what the run has come to.
  private func note() {
    var out = JSONWriter(capacity: 512 * progress.executions.count)
    out.beginArray()
    for execution in progress.executions { execution.write(to: &out) }
    out.endArray()
    run.executions = out.bytes
    run.context = progress.context
    run.configs = progress.computedConfigs
    run.microcredits = progress.microcredits
  }

  /// What was paid is on the disk before long, together with what it brought, also when the run goes
  /// on for hours.
  private func saveCharges() {
    guard !charges.isEmpty else { return }
    note()
    run.status = .running
    var saved = run
    saved.charges = charges
    let written = charges
    charges = []
    workspace.store.write({ [saved] in try saved.update(in: $0) }) { [self] result in
      // Then the end of the run has to bring it.
      if case .failure = result { charges = written + charges }
    }
  }

  private func end() {
    guard !hasEnded, let ending = progress.ending else { return }
    hasEnded = true
    note()
    run.status = ending.status
    run.error = ending.error
    run.output = ending.output
    run.finishedAt = Timestamp.now()
    run.charges = charges
    completion(run)
  }
}
