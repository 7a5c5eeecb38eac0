import CargoClient

/// One node of a graph (`cargo-platform.md` §5.1).
struct Node {
  enum Kind: String {
    case native, connector, tool, agent
  }

  let uuid: String
  let slug: String
  let kind: Kind
  /// The native or connector action; empty for tools and agents.
  let action: String
  let integration: String
  let connectorUUID: String?
  let config: NodeConfig
  /// What comes next, by index into the graph: one for each way out.
  let children: [Int]
  let fallbackChild: Int?
  let fallsBack: Bool
  /// The node's own `retry`: what it says comes before the integration's.
  let retry: JSONView?
  /// What runs for each item of a group.
  let group: Graph?

  /// The built-in action; nil for one that a local workspace does not run.
  var native: NativeAction? { kind == .native ? NativeAction(rawValue: action) : nil }

  /// What the title of an execution says where there is nothing better to say.
  var title: String {
    kind == .connector ? integration + "." + action : slug
  }
}

/// A graph that has passed `GraphValidation`: its nodes in the order they were given.
final class Graph {
  let nodes: [Node]
  let start: Int

  init(nodes: [Node], start: Int) {
    self.nodes = nodes
    self.start = start
  }

  /// Whether a node has that slug; groups' own nodes are not counted.
  func has(_ slug: String) -> Bool { nodes.contains { $0.slug == slug } }
}

/// The native actions that a local workspace runs (`cargo-platform.md` §5.3).
enum NativeAction: String, CaseIterable {
  case start, end, variables, filter, branch, `switch`, split, delay, group, script, python
  case modelUpsert, modelInsert

  /// Those that are known by name and need what there is only on the platform.
  static let onlineOnly: Set<String> = [
    "agent", "allocate", "balance", "fileSearch", "humanReview", "modelAsk", "modelSearch",
    "modelUpdate", "scoring", "sendEmail",
  ]
}
