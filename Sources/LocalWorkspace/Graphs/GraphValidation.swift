import CargoClient

/// What a graph is checked against beside its own shape: the connectors and actions there are.
protocol GraphSurroundings {
  /// Whether there is a connector with this uuid (or any, when it is nil) for the integration.
  func hasConnector(_ uuid: String?, integration: String) -> Bool
  /// How many ways out an action of an integration has; nil when there is no such action.
  func childCount(of action: String, integration: String) -> Int?
}

/// A node that is wrong, and why (`cargo-platform.md` §5.7).
struct InvalidNode: Equatable {
  enum Reason: String {
    case startNodeNotFound, endNodeNotFound, nodesNotFound, childrenUuidsInvalid, subNodesInvalid
    case connectorNotFound, nativeInvalid, toolInvalid, agentInvalid, actionNotFound
    case slugInvalid, slugDuplicated, uuidInvalid, uuidDuplicated, cycleFound, kindInvalid
  }

  var uuid: String?
  var slug: String?
  var reason: Reason
  /// What is wrong inside a group.
  var nodes: [InvalidNode] = []

  /// Whether the graph cannot run. Tools and agents that a local workspace does not have fail when
  /// they are reached; all else is refused before anything is paid.
  var preventsRun: Bool {
    switch reason {
    case .toolInvalid, .agentInvalid: false
    case .subNodesInvalid: nodes.isEmpty || nodes.contains(where: \.preventsRun)
    default: true
    }
  }

  /// `check_size (childrenUuidsInvalid)`; a group's nodes after a dot.
  var descriptions: [String] {
    let name = slug.flatMap { $0.isEmpty ? nil : $0 } ?? uuid ?? "a node"
    if reason == .subNodesInvalid, !nodes.isEmpty {
      return nodes.flatMap(\.descriptions).map { name + "." + $0 }
    }
    return ["\(name) (\(reason.rawValue))"]
  }

  func write(to out: inout JSONWriter) {
    out.beginObject()
    if reason == .subNodesInvalid {
      out.key("invalidNodes")
      out.beginArray()
      for node in nodes { node.write(to: &out) }
      out.endArray()
    }
    out.key("node")
    out.beginObject()
    out.field("slug", slug)
    out.field("uuid", uuid)
    out.endObject()
    out.field("reason", reason.rawValue)
    out.endObject()
  }
}

/// Reads a JSON array of nodes, and names every node that is wrong.
struct GraphValidation {
  /// All that is wrong; empty for a graph that `node.validate` calls valid.
  private(set) var invalid: [InvalidNode] = []
  /// The graph; nil when it cannot run.
  private(set) var graph: Graph?

  private let surroundings: any GraphSurroundings
  private var indices: [String: Int] = [:]

  init(_ nodes: JSONElements, in surroundings: any GraphSurroundings) {
    self.surroundings = surroundings
    let views = Array(nodes)
    for (index, view) in views.enumerated() {
      if let uuid = view["uuid"]?.string, indices[uuid.lowercased()] == nil {
        indices[uuid.lowercased()] = index
      }
    }
    var slugs: Set<String> = []
    var groups: [Int: Graph] = [:]
    for (index, view) in views.enumerated() {
      let (reason, inside) = check(view, index, &slugs)
      if let inside { groups[index] = inside.graph }
      guard let reason else { continue }
      add(view, reason, inside?.invalid ?? [])
    }
    let start = views.firstIndex {
      GraphValidation.isNative($0, "start") && $0["slug"]?.string == "start"
    }
    if start == nil { invalid.append(InvalidNode(slug: "start", reason: .startNodeNotFound)) }
    if !views.contains(where: { GraphValidation.isNative($0, "end") }) {
      invalid.append(InvalidNode(slug: "end", reason: .endNodeNotFound))
    }
    for index in cycles(in: views) where !invalid.contains(where: { $0.uuid == uuid(views[index]) })
    {
      add(views[index], .cycleFound, [])
    }
    if let start, !invalid.contains(where: \.preventsRun) {
      graph = Graph(
        nodes: views.enumerated().map { node($0.element, group: groups[$0.offset]) }, start: start)
    }
  }

  private mutating func add(
    _ view: JSONView, _ reason: InvalidNode.Reason, _ inside: [InvalidNode]
  ) {
    invalid.append(
      InvalidNode(uuid: uuid(view), slug: view["slug"]?.string, reason: reason, nodes: inside))
  }

  private func uuid(_ view: JSONView) -> String? { view["uuid"]?.string }

  private static func isNative(_ view: JSONView, _ action: String) -> Bool {
    view["kind"]?.string == "native" && view["actionSlug"]?.string == action
  }

  // MARK: One node

  /// The first thing that is wrong with a node, and what was found in a group.
  private func check(
    _ view: JSONView, _ index: Int, _ slugs: inout Set<String>
  ) -> (InvalidNode.Reason?, GraphValidation?) {
    guard let uuid = uuid(view), Identifier.isValid(uuid) else { return (.uuidInvalid, nil) }
    guard indices[uuid.lowercased()] == index else { return (.uuidDuplicated, nil) }
    let slug = view["slug"]?.string ?? ""
    guard Model.isSlug(slug) else { return (.slugInvalid, nil) }
    // `start` is kept for the node that starts; any end may be called `end`.
    if slug == "start" && !GraphValidation.isNative(view, "start")
      || slug == "end" && !GraphValidation.isNative(view, "end")
    {
      return (.slugInvalid, nil)
    }
    guard slugs.insert(slug).inserted else { return (.slugDuplicated, nil) }
    if let reason = checkKind(view) { return (reason, nil) }
    if let reason = checkChildren(view) { return (reason, nil) }
    guard GraphValidation.isNative(view, "group") else { return (nil, nil) }
    guard let nodes = view["config"]?["_nodes"]?.array else { return (.subNodesInvalid, nil) }
    let inside = GraphValidation(nodes, in: surroundings)
    return (inside.invalid.isEmpty ? nil : .subNodesInvalid, inside)
  }

  private func checkKind(_ view: JSONView) -> InvalidNode.Reason? {
    let action = view["actionSlug"]?.string ?? ""
    switch view["kind"]?.string {
    case "native":
      let isKnown =
        NativeAction(rawValue: action) != nil || NativeAction.onlineOnly.contains(action)
      return isKnown ? nil : .nativeInvalid
    case "connector":
      let integration = view["integrationSlug"]?.string ?? ""
      let uuid = view["connectorUuid"]?.string
      if let uuid, !Identifier.isValid(uuid) { return .connectorNotFound }
      guard surroundings.hasConnector(uuid?.lowercased(), integration: integration) else {
        return .connectorNotFound
      }
      return surroundings.childCount(of: action, integration: integration) == nil
        ? .actionNotFound : nil
    // A local workspace has no tools and no agents: none of them is known.
    case "tool": return .toolInvalid
    case "agent": return .agentInvalid
    default: return .kindInvalid
    }
  }

  private func checkChildren(_ view: JSONView) -> InvalidNode.Reason? {
    guard let children = view["childrenUuids"]?.array else { return .childrenUuidsInvalid }
    if let wanted = childCount(view), wanted != children.count { return .childrenUuidsInvalid }
    for child in children where indices[child.string?.lowercased() ?? ""] == nil {
      return .nodesNotFound
    }
    if let fallback = view["fallbackChildUuid"], !fallback.isNull,
      indices[fallback.string?.lowercased() ?? ""] == nil
    {
      return .nodesNotFound
    }
    return nil
  }

  /// How many children a node has to have; nil when that is not known here.
  private func childCount(_ view: JSONView) -> Int? {
    let action = view["actionSlug"]?.string ?? ""
    switch view["kind"]?.string {
    case "native":
      switch NativeAction(rawValue: action) {
      case .end: return 0
      case .branch, .split: return 2
      case .switch: return view["config"]?["routes"]?.array?.count ?? 0
      case nil: return action == "agent" ? 1 : nil
      default: return 1
      }
    case "connector":
      return surroundings.childCount(
        of: action, integration: view["integrationSlug"]?.string ?? "")
    default: return 1
    }
  }

  // MARK: The whole

  /// Where a node may go on.
  private func targets(_ view: JSONView) -> [Int] {
    let children = view["childrenUuids"]?.array?.compactMap(\.string) ?? []
    let fallback = view["fallbackChildUuid"]?.string
    return (children + (fallback.map { [$0] } ?? [])).compactMap { indices[$0.lowercased()] }
  }

  /// The nodes that are on a cycle, or between two: what is left when nodes without a way in and
  /// nodes without a way out are taken away until there are none.
  private func cycles(in views: [JSONView]) -> [Int] {
    let onward = views.map(targets)
    var backward = [[Int]](repeating: [], count: views.count)
    for (from, targets) in onward.enumerated() {
      for target in targets { backward[target].append(from) }
    }
    let left = GraphValidation.peel(onward, inDegrees: backward.map(\.count))
    let right = GraphValidation.peel(backward, inDegrees: onward.map(\.count))
    return left.indices.filter { left[$0] && right[$0] }
  }

  /// Which nodes stay when those without a way in are taken away, again and again.
  private static func peel(_ edges: [[Int]], inDegrees: [Int]) -> [Bool] {
    var degrees = inDegrees
    var stays = [Bool](repeating: true, count: edges.count)
    var free = degrees.indices.filter { degrees[$0] == 0 }
    while let node = free.popLast() {
      stays[node] = false
      for target in edges[node] {
        degrees[target] -= 1
        if degrees[target] == 0 { free.append(target) }
      }
    }
    return stays
  }

  private func node(_ view: JSONView, group: Graph?) -> Node {
    Node(
      uuid: view["uuid"]?.string?.lowercased() ?? "", slug: view["slug"]?.string ?? "",
      kind: view["kind"]?.string.flatMap(Node.Kind.init) ?? .native,
      action: view["actionSlug"]?.string ?? "",
      integration: view["integrationSlug"]?.string ?? "",
      connectorUUID: view["connectorUuid"]?.string?.lowercased(),
      config: NodeConfig(view["config"]),
      children: view["childrenUuids"]?.array?.compactMap {
        indices[$0.string?.lowercased() ?? ""]
      } ?? [],
      fallbackChild: view["fallbackChildUuid"]?.string.flatMap { indices[$0.lowercased()] },
      fallsBack: view["fallbackOnFailure"]?.bool ?? false,
      retry: view["retry"],
      group: group)
  }
}

extension RetryPolicy {
  /// One try, unless the node says more.
  static let once = RetryPolicy(maximumAttempts: 1)
}
