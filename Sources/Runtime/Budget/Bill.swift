import CargoClient

/// What a call is going to run and have to pay for, as far as its arguments tell.
enum Bill: Equatable {
  /// These, each at most so often.
  case items([Item])
  /// Nobody can say: why.
  case unbounded(reason: String)

  /// One action that will run.
  struct Item: Equatable {
    /// The integration; empty for a built-in action.
    let integration: String
    let action: String
    /// How often it runs, with how many records at most to come back each time.
    var runs: [Run]

    struct Run: Equatable {
      let limit: Int?
      var count = 1
    }

    /// The most that all runs may cost; nil without a bound.
    func worst(_ price: ActionPrice) -> Credits? {
      var sum = Credits.zero
      for run in runs {
        guard let worst = price.worst(limit: run.limit) else { return nil }
        sum += worst * run.count
      }
      return sum
    }
  }

  /// Reads a paying call's arguments.
  static func of(_ call: OperationCall) -> Result<Bill, CargoError> {
    do {
      let document = try JSONDocument(call.arguments, kind: .argument)
      return .success(of(call.operation.name, document.root))
    } catch {
      return .failure(error)
    }
  }

  private static func of(_ operation: String, _ arguments: JSONView) -> Bill {
    switch operation {
    case "action.execute":
      return action(arguments["action"], runs: [Item.Run(limit: limit(in: arguments["data"]))])
    case "action.execute_batch":
      let limits = arguments["records"]?.array?.map { limit(in: $0) } ?? []
      return action(arguments["action"], runs: counted(limits))
    case "node.execute":
      return action(
        arguments["node"], runs: [Item.Run(limit: limit(in: arguments["computedConfig"]))])
    case "run.create":
      guard let nodes = arguments["nodes"]?.array, nodes.count > 0 else {
        return .unbounded(reason: "it runs whatever its workflow says")
      }
      return graph(nodes, .known(1))
    case "batch.create":
      guard let nodes = arguments["nodes"]?.array, nodes.count > 0 else {
        return .unbounded(reason: "it runs whatever its workflow says")
      }
      let records = arguments["data"]?["records"]?.array
      return graph(
        nodes,
        records.map { .known($0.count) }
          ?? .unknown(
            reason: "its graph runs once for each record, and nobody has counted them"))
    case "message.create": return .unbounded(reason: "it asks a language model")
    case "segment.fetch":
      return .unbounded(reason: "it runs whatever enrichment is connected to the model")
    default: return .unbounded(reason: "its price is not published")
    }
  }

  private static func action(_ value: JSONView?, runs: [Item.Run]) -> Bill {
    switch value?["kind"]?.string {
    case "connector":
      guard let integration = value?["integrationSlug"]?.string,
        let action = value?["actionSlug"]?.string
      else { return .unbounded(reason: "it does not say which action it runs") }
      return .items([Item(integration: integration, action: action, runs: runs)])
    case "native":
      return .items(
        [Item(integration: "", action: value?["actionSlug"]?.string ?? "", runs: runs)])
    case "tool": return .unbounded(reason: "a tool runs whatever its workflow says")
    case "agent": return .unbounded(reason: "an agent decides for itself what it runs")
    default: return .unbounded(reason: "it does not say which action it runs")
    }
  }

  /// How often a graph runs.
  private enum Times {
    case known(Int)
    case unknown(reason: String)

    /// The same for each of these items; what is computed cannot be counted.
    func each(of items: JSONView?) -> Times {
      guard let count = items?.array?.count else {
        return .unknown(reason: "a group runs its nodes once for each item")
      }
      guard case .known(let times) = self else { return self }
      let (product, overflow) = times.multipliedReportingOverflow(by: count)
      return .known(overflow ? .max : product)
    }
  }

  /// Every node at most once each time: a graph has no cycles, and of the tries of a node only the
  /// one that succeeds is paid. What is built in costs nothing however often it runs.
  private static func graph(_ nodes: JSONElements, _ times: Times) -> Bill {
    var items: [Item] = []
    for node in nodes {
      switch bill(of: node, times) {
      case .items(let more): items += more
      case .unbounded(let reason): return .unbounded(reason: reason)
      }
    }
    return .items(items)
  }

  private static func bill(of node: JSONView, _ times: Times) -> Bill {
    let isNative = node["kind"]?.string == "native"
    if isNative, node["actionSlug"]?.string == "group" {
      guard let inside = node["config"]?["_nodes"]?.array else {
        return .unbounded(reason: "a group runs its nodes once for each item")
      }
      return graph(inside, times.each(of: node["config"]?["items"]))
    }
    switch times {
    case .known(let count):
      return action(node, runs: [Item.Run(limit: limit(in: node["config"]), count: count)])
    case .unknown(let reason):
      return isNative ? action(node, runs: []) : .unbounded(reason: reason)
    }
  }

  /// Names under which actions take the most records to return; the largest counts. One that is no
  /// usable number bounds nothing, whatever the others say.
  private static let limitNames = [
    "limit", "maxResults", "max_results", "maxCount", "numResults", "maxRecords", "pageSize",
    "page_size", "perPage", "per_page", "size",
  ]

  private static func limit(in data: JSONView?) -> Int? {
    guard let data else { return nil }
    var largest: Int?
    for name in limitNames {
      guard let value = data[name], !value.isNull else { continue }
      guard let number = value.double, number >= 0, number <= 1e9 else { return nil }
      largest = max(largest ?? 0, Int(number.rounded(.up)))
    }
    return largest
  }

  /// Equal limits together: ten thousand records mostly have none.
  private static func counted(_ limits: [Int?]) -> [Item.Run] {
    var runs: [Item.Run] = []
    for limit in limits {
      if let index = runs.firstIndex(where: { $0.limit == limit }) {
        runs[index].count += 1
      } else {
        runs.append(Item.Run(limit: limit))
      }
    }
    return runs
  }
}
