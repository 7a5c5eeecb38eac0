import CargoClient

/// What a node gave.
struct NodeOutcome {
  /// JSON for `runContext`.
  var output: [UInt8]
  /// Which way it goes on, by position among the children; nil stops.
  var child: Int?
  /// What the execution is called; the node's own title when nil.
  var title: String?
  var microcredits: Int64 = 0
  /// The child batch of a group.
  var batchUUID: String?

  init(_ output: [UInt8], child: Int? = 0, title: String? = nil) {
    self.output = output
    self.child = child
    self.title = title
  }

  init(_ output: JSONValue, child: Int? = 0, title: String? = nil) {
    self.init((try? output.canonicalBytes()) ?? Array("null".utf8), child: child, title: title)
  }
}

/// Why a node gave nothing.
struct NodeFailure: Error {
  var message: String
  /// Whether another try may help.
  var isRetryable = false
  /// Whether it was stopped rather than failed.
  var wasCancelled = false
  var microcredits: Int64 = 0
  var batchUUID: String?

  init(_ message: String, isRetryable: Bool = false) {
    self.message = message
    self.isRetryable = isRetryable
  }

  /// A field that a language model would have to fill.
  static func instruction(_ field: String) -> NodeFailure {
    NodeFailure(
      "the field \(field) is an instruction for a language model (instructTo: ai), and those are "
        + "not available offline")
  }

  static func unavailable(_ what: String) -> NodeFailure {
    NodeFailure("\(what) are not available offline: run the graph with --workspace live")
  }
}

/// The native actions that need nothing but their configuration (`cargo-platform.md` §5.3).
enum NativeLogic {
  /// What such an action gives; nil for one that has to ask somebody.
  ///
  /// - Parameters:
  ///   - roll: a random number from 0 to 1, for `split`.
  static func perform(
    _ action: NativeAction, _ config: JSONValue, input: [UInt8], roll: () -> Double
  ) -> Result<NodeOutcome, NodeFailure>? {
    switch action {
    case .start: .success(NodeOutcome(record(input)))
    case .end: variables(config).map { NodeOutcome($0, child: nil) }
    case .variables: variables(config).map { NodeOutcome($0) }
    case .filter: .success(filter(config))
    case .branch: .success(branch(config))
    case .switch: `switch`(config)
    case .split: split(config, roll)
    case .delay, .group, .script, .python, .modelUpsert, .modelInsert: nil
    }
  }

  /// What an item is as a record: itself, or its `value`.
  static func record(_ item: [UInt8]) -> [UInt8] {
    if item.first == UInt8(ascii: "{") { return item }
    return JSONWriter.object(capacity: item.count + 12) { $0.field("value", json: item) }
  }

  private static func variables(_ config: JSONValue) -> Result<JSONValue, NodeFailure> {
    guard let variables = config["variables"] else { return .success([:]) }
    guard let list = variables.array else {
      return .failure(NodeFailure("variables must be a list of {name, type, value}"))
    }
    var object = JSONObject()
    for (index, variable) in list.enumerated() {
      guard let name = variable["name"]?.string, !name.isEmpty else {
        return .failure(NodeFailure("variables[\(index)] has no name"))
      }
      let type = variable["type"]?.string ?? "any"
      guard let type = VariableType(rawValue: type) else {
        return .failure(
          NodeFailure(
            "variables[\(index)].type must be string, number, boolean, date, array, object or any, "
              + "not \(type)"))
      }
      object[name] = type.convert(variable["value"])
    }
    return .success(.object(object))
  }

  private static func matched(_ isMatched: Bool) -> String {
    isMatched ? "✅ Condition is matched" : "❌ Condition is not matched"
  }

  private static func filter(_ config: JSONValue) -> NodeOutcome {
    let passes = (config["filter"] ?? .null).isTruthy
    return NodeOutcome(
      ["filter": .bool(passes)], child: passes ? 0 : nil, title: matched(passes))
  }

  private static func branch(_ config: JSONValue) -> NodeOutcome {
    let holds = (config["condition"] ?? .null).isTruthy
    return NodeOutcome(["condition": .bool(holds)], child: holds ? 0 : 1, title: matched(holds))
  }

  private static func `switch`(_ config: JSONValue) -> Result<NodeOutcome, NodeFailure> {
    guard let routes = config["routes"]?.array else {
      return .failure(NodeFailure("routes must be a list of {name, value}"))
    }
    guard let index = routes.firstIndex(where: { ($0["value"] ?? .null).isTruthy }) else {
      return .success(NodeOutcome(["route": .null], child: nil, title: "❌ No route is matched"))
    }
    let name = routes[index]["name"]?.string
    return .success(
      NodeOutcome(
        ["route": name.map { .string($0) } ?? .null], child: index,
        title: "✅ \(name ?? "route \(index + 1)")"))
  }

  private static func split(
    _ config: JSONValue, _ roll: () -> Double
  ) -> Result<NodeOutcome, NodeFailure> {
    guard let percentage = VariableType.number.convert(config["percentage"]).double,
      (0...100).contains(percentage)
    else { return .failure(NodeFailure("percentage must be a number from 0 to 100")) }
    let isA = roll() * 100 < percentage
    return .success(
      NodeOutcome(
        ["percentage": .double(percentage)], child: isA ? 0 : 1, title: isA ? "A" : "B"))
  }
}
