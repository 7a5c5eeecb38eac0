import CargoClient

/// One run of a graph as a state machine: it is told what happened and says what to do next, without
/// engine, connectors, clock or store (`cargo-platform.md` §5.4–§5.6).
struct GraphProgress {
  /// What is to be done; the answer goes to the method that is named.
  enum Action {
    /// Evaluate the node's expressions: `computed`.
    case compute(Int)
    /// Do what the node does with its configuration: `performed`.
    case perform(Int, config: JSONValue)
    /// Wait before the next try: `resumed`.
    case pause(seconds: Double)
    /// Nothing: the run has ended, see `ending`.
    case end
  }

  /// How a run ended.
  struct Ending {
    var status: RunStatus
    var error: String?
    /// The output of the end node that was reached.
    var output: [UInt8]?
  }

  let graph: Graph
  private(set) var outputs: [(slug: String, json: [UInt8])] = []
  private(set) var configs: [(slug: String, json: [UInt8])] = []
  private(set) var executions: [Execution] = []
  private(set) var ending: Ending?
  private(set) var isCancelled = false
  private let input: [UInt8]
  private let roll: () -> Double
  private let clock: () -> Int64
  private var current: Int
  private var startedAt: Int64 = 0
  private var config: JSONValue = [:]
  private var tries = 0

  /// - Parameters:
  ///   - input: the record: JSON.
  ///   - clock: milliseconds since 1970.
  ///   - roll: random numbers from 0 to 1.
  init(
    _ graph: Graph, input: [UInt8], clock: @escaping () -> Int64 = Timestamp.now,
    roll: @escaping () -> Double = { .random(in: 0..<1) }
  ) {
    self.graph = graph
    self.input = input
    self.clock = clock
    self.roll = roll
    current = graph.start
  }

  private var node: Node { graph.nodes[current] }

  /// What all executions have cost.
  var microcredits: Int64 { executions.reduce(0) { $0 + $1.microcredits } }

  // MARK: What happens

  mutating func begin() -> Action { drive(.enter(graph.start)) }

  /// The node's expressions have these values; nil is undefined.
  mutating func computed(_ result: Result<[JSONValue?], NodeFailure>) -> Action {
    switch result {
    case .success(let values): drive(prepare(node.config.computed(values)))
    case .failure(let failure): drive(fail(failure))
    }
  }

  /// The node has done what it does.
  mutating func performed(_ result: Result<NodeOutcome, NodeFailure>) -> Action {
    drive(settle(result))
  }

  /// The wait before the next try is over.
  mutating func resumed() -> Action { drive(.attempt) }

  /// The run is to end. What is under way may still tell what came of it: `performed`. What has
  /// nothing to tell is left behind by `abandon`.
  mutating func cancel() { isCancelled = true }

  /// Ends a cancelled run whose current node gives nothing any more.
  mutating func abandon() -> Action {
    guard ending == nil else { return .end }
    executions.append(execution(.cancelled))
    return drive(end(.cancelled))
  }

  // MARK: From node to node

  /// What comes next by itself. Steps follow each other in a loop: a graph may have thousands of nodes
  /// that ask for nothing.
  private enum Step {
    case enter(Int)
    case attempt
    case wait(Action)
  }

  private mutating func drive(_ first: Step) -> Action {
    var step = first
    while true {
      switch step {
      case .enter(let index): step = enter(index)
      case .attempt: step = attempt()
      case .wait(let action): return action
      }
    }
  }

  private mutating func enter(_ index: Int) -> Step {
    current = index
    startedAt = clock()
    tries = 0
    config = [:]
    if let field = node.config.instructed { return fail(.instruction(field)) }
    return node.config.expressions.isEmpty ? prepare(node.config.value) : .wait(.compute(index))
  }

  private mutating func prepare(_ computed: JSONValue) -> Step {
    config = computed
    if node.native != .start, let json = try? config.canonicalBytes() {
      configs.append((node.slug, json))
    }
    return .attempt
  }

  private mutating func attempt() -> Step {
    tries += 1
    if let native = node.native,
      let result = NativeLogic.perform(native, config, input: input, roll: roll)
    {
      return settle(result)
    }
    return .wait(.perform(current, config: config))
  }

  private mutating func settle(_ result: Result<NodeOutcome, NodeFailure>) -> Step {
    switch result {
    case .success(let outcome): return succeed(outcome)
    case .failure(let failure):
      let policy = RetryPolicy.once.overridden(by: node.retry)
      if failure.isRetryable, !isCancelled, let delay = policy.delay(after: tries) {
        return .wait(.pause(seconds: delay))
      }
      return fail(failure)
    }
  }

  private mutating func succeed(_ outcome: NodeOutcome) -> Step {
    outputs.append((node.slug, outcome.output))
    let next = outcome.child.flatMap {
      node.children.indices.contains($0) ? node.children[$0] : nil
    }
    var execution = execution(.success)
    execution.childIndex = next == nil ? nil : outcome.child
    execution.next = next.map { graph.nodes[$0].uuid }
    execution.title = outcome.title ?? node.title
    execution.microcredits = outcome.microcredits
    execution.batchUUID = outcome.batchUUID
    executions.append(execution)
    guard let next else {
      return end(.success, output: node.native == .end ? outcome.output : nil)
    }
    return isCancelled ? end(.cancelled) : .enter(next)
  }

  private mutating func fail(_ failure: NodeFailure) -> Step {
    let node = node
    var next = node.fallbackChild
    var childIndex: Int?
    if next == nil && node.fallsBack {
      // A branch that cannot tell goes the way of what is not matched.
      let index = node.native == .branch ? 1 : 0
      if node.children.indices.contains(index) {
        next = node.children[index]
        childIndex = index
      }
    }
    var execution = execution(failure.wasCancelled ? .cancelled : .error)
    execution.error = failure.wasCancelled ? nil : failure.message
    execution.microcredits = failure.microcredits
    execution.batchUUID = failure.batchUUID
    if !isCancelled {
      execution.childIndex = childIndex
      execution.next = next.map { graph.nodes[$0].uuid }
    }
    executions.append(execution)
    if isCancelled { return end(.cancelled) }
    if let next { return .enter(next) }
    return node.fallsBack ? end(.success) : end(.error, "\(node.slug): \(failure.message)")
  }

  private func execution(_ status: RunStatus) -> Execution {
    Execution(node: node, status: status, startedAt: startedAt, finishedAt: clock())
  }

  private mutating func end(
    _ status: RunStatus, _ error: String? = nil, output: [UInt8]? = nil
  ) -> Step {
    ending = Ending(status: status, error: error, output: output)
    return .wait(.end)
  }

  // MARK: What it has come to

  /// What expressions see: `{"nodes":{…}}`, with `parentNodes` inside a group.
  func variables(parentNodes: [UInt8]?) -> [UInt8] {
    JSONWriter.object(capacity: 1_024) { out in
      out.field("nodes", json: context)
      if let parentNodes { out.field("parentNodes", json: parentNodes) }
    }
  }

  /// `runContext`: outputs by slug, in the order they came.
  var context: [UInt8] { GraphProgress.object(outputs) }

  /// `runComputedConfigs`.
  var computedConfigs: [UInt8] { GraphProgress.object(configs) }

  private static func object(_ members: [(slug: String, json: [UInt8])]) -> [UInt8] {
    JSONWriter.object(capacity: members.reduce(2) { $0 + $1.json.count + $1.slug.utf8.count + 4 }) {
      for member in members { $0.field(member.slug, json: member.json) }
    }
  }
}
