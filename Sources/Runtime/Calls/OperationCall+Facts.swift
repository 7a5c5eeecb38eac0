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
