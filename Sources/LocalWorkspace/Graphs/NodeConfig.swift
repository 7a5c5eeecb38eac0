import CargoClient

/// A node's configuration with its expressions found, once per graph (`cargo-platform.md` §5.2).
struct NodeConfig {
  /// Where in the configuration something is.
  enum Step: Equatable {
    case key(String)
    case index(Int)
  }

  struct Found {
    let path: [Step]
    let expression: Evaluation.Expression
  }

  /// As it was given, without a group's `_nodes`; templates that are plain text are texts.
  let value: JSONValue
  let expressions: [Found]
  /// The field that wants a language model (`instructTo: "ai"`); nil when none does.
  let instructed: String?

  init(_ config: JSONView?) {
    var finding = Finding()
    value = config.map { finding.resolve($0, at: [], isTop: true) } ?? [:]
    expressions = finding.found
    instructed = finding.instructed
  }

  /// How people name a place: `variables[1].value`.
  static func text(_ path: [Step]) -> String {
    path.reduce(into: "") { text, step in
      switch step {
      case .key(let key): text += (text.isEmpty ? "" : ".") + key
      case .index(let index): text += "[\(index)]"
      }
    }
  }

  /// The configuration with the expressions' values in their places. An undefined one leaves its
  /// member out, and is null in a list.
  func computed(_ values: [JSONValue?]) -> JSONValue {
    var result = value
    for (found, value) in zip(expressions, values) {
      NodeConfig.put(value, into: &result, at: found.path[...])
    }
    return result
  }

  private static func put(
    _ value: JSONValue?, into tree: inout JSONValue, at path: ArraySlice<Step>
  ) {
    guard let step = path.first else {
      tree = value ?? .null
      return
    }
    let rest = path.dropFirst()
    switch (step, tree) {
    case (.key(let key), .object(var object)):
      // The value is taken out while it changes, or it would be copied.
      tree = .null
      if rest.isEmpty {
        object[key] = value
      } else if var member = object[key] {
        put(value, into: &member, at: rest)
        object[key] = member
      }
      tree = .object(object)
    case (.index(let index), .array(var elements)) where elements.indices.contains(index):
      tree = .null
      put(value, into: &elements[index], at: rest)
      tree = .array(elements)
    default: break
    }
  }

  private struct Finding {
    var found: [Found] = []
    var instructed: String?

    mutating func resolve(_ view: JSONView, at path: [Step], isTop: Bool = false) -> JSONValue {
      if let elements = view.array {
        return .array(
          elements.enumerated().map { resolve($0.element, at: path + [.index($0.offset)]) })
      }
      guard let members = view.object else { return JSONValue(view) }
      if let expression = NodeConfig.expression(view) {
        if view["instructTo"]?.string == "ai" { instructed = instructed ?? NodeConfig.text(path) }
        if expression.kind == .template, !NodeConfig.hasBraces(expression.text) {
          return .string(expression.text)
        }
        found.append(Found(path: path, expression: expression))
        return .null
      }
      var object = JSONObject()
      object.reserveCapacity(members.count)
      for (key, value) in members where !(isTop && key == "_nodes") {
        // A schema describes values and has none.
        object[key] =
          key == "jsonSchema" ? JSONValue(value) : resolve(value, at: path + [.key(key)])
      }
      return .object(object)
    }
  }

  /// The expression that an object is; nil for any other object.
  static func expression(_ view: JSONView) -> Evaluation.Expression? {
    guard let kind = view["kind"]?.string, let text = view["expression"]?.string else { return nil }
    switch kind {
    case "templateExpression": return Evaluation.Expression(.template, text)
    case "jsExpression": return Evaluation.Expression(.js, text)
    default: return nil
    }
  }

  /// Whether a template has anything to evaluate: braces that open and, later, close.
  static func hasBraces(_ text: String) -> Bool {
    var last: UInt8 = 0
    var isOpen = false
    for byte in text.utf8 {
      if byte == last && byte == UInt8(ascii: isOpen ? "}" : "{") {
        if isOpen { return true }
        isOpen = true
        last = 0
      } else {
        last = byte
      }
    }
    return false
  }
}
