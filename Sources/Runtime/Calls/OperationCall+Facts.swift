import CargoClient

extension OperationCall {
  /// Finds out which action the call runs, unless that is known already.
  func noteActionName() {
    guard actionName == nil,
      operation.name == "action.execute" || operation.name == "action.execute_batch",
      let document = try? JSONDocument(arguments), let action = document.root["action"]
    else { return }
    actionName = OperationCall.name(of: action)
  }

  /// The actions that the nodes of a graph run which the call brings, groups' own nodes included. What
  /// is built in is not among them: the operation itself is granted for that.
  var actionsOfNodes: [String] {
    guard operation.parameters.contains(where: { $0.wireName == "nodes" || $0.wireName == "node" }),
      let root = (try? JSONDocument(arguments))?.root
    else { return [] }
    var nodes = root["nodes"]?.array.map(Array.init) ?? root["node"].map { [$0] } ?? []
    var names: [String] = []
    while let node = nodes.popLast() {
      if let inside = node["config"]?["_nodes"]?.array { nodes += inside }
      guard node["kind"]?.string != "native", let name = OperationCall.name(of: node),
        !names.contains(name)
      else { continue }
      names.append(name)
    }
    return names.sorted()
  }

  /// `prospeo.findEmail`; `native.branch`; `tool.` or `agent.` and what names it.
  private static func name(of action: JSONView) -> String? {
    switch action["kind"]?.string {
    case "connector":
      guard let integration = action["integrationSlug"]?.string,
        let slug = action["actionSlug"]?.string
      else { return nil }
      return integration + "." + slug
    case "native": return action["actionSlug"]?.string.map { "native." + $0 }
    case let kind? where kind == "tool" || kind == "agent":
      let keys = [kind + "Uuid", "templateSlug", "releaseUuid"]
      return keys.lazy.compactMap { action[$0]?.string }.first.map { kind + "." + $0 }
    default: return nil
    }
  }

  /// The `uuid` among the arguments.
  var uuid: String? {
    (try? JSONDocument(arguments))?.root["uuid"]?.string
  }
}
