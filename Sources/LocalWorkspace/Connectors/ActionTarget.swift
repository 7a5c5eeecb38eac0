import CargoClient

/// A connector as it is stored: an authenticated instance of an integration.
struct ConnectorRow: Sendable {
  var uuid: String
  var slug: String
  var name: String
  var integrationSlug: String
  var rateLimit: RateLimit?
  var cacheMilliseconds: Int64?
  var usesCredits: Bool
  var config: [UInt8]?
  var createdAt: Int64
  var updatedAt: Int64
}

/// An action with everything that running it needs, looked up once.
final class ActionTarget {
  let connector: ConnectorRow
  let integration: Integration
  let action: IntegrationAction
  let implementation: any Connector
  let limiter: RateLimiter?
  private let rules: InputRules

  init(
    connector: ConnectorRow, integration: Integration, action: IntegrationAction,
    implementation: any Connector, limiter: RateLimiter?
  ) {
    self.connector = connector
    self.integration = integration
    self.action = action
    self.implementation = implementation
    self.limiter = limiter
    rules = InputRules(schema: action.inputSchema)
  }

  /// What an answer costs: nothing on a connector with the workspace's own credentials.
  func charge(_ answer: ConnectorAnswer) -> Int64 {
    connector.usesCredits
      ? action.price.charge(isHit: answer.isHit, returnedCount: answer.returnedCount) : 0
  }

  /// Why an input cannot be run; nil when it can.
  func problem(with input: [UInt8]) -> String? {
    rules.isEmpty ? nil : rules.problem(with: input)
  }
}

/// The part of an action's JSON schema that is checked before the action is asked: required fields
/// and the types of the given ones.
struct InputRules {
  /// Of each group one field at least must be there.
  private var groups: [[String]] = []
  private var types: [String: String] = [:]

  var isEmpty: Bool { groups.isEmpty && types.isEmpty }

  init(schema: [UInt8]) {
    guard let root = try? JSONDocument(schema).root else { return }
    if let properties = root["properties"]?.object {
      for (name, property) in properties { types[name] = property["type"]?.string }
    }
    add(root)
    if let all = root["allOf"]?.array { for part in all { add(part) } }
  }

  private mutating func add(_ schema: JSONView) {
    if let required = schema["required"]?.array {
      for name in required.compactMap(\.string) { groups.append([name]) }
    }
    if let any = schema["anyOf"]?.array {
      groups.append(any.flatMap { $0["required"]?.array?.compactMap(\.string) ?? [] })
    }
  }

  func problem(with input: [UInt8]) -> String? {
    guard let root = try? JSONDocument(input).root, let members = root.object else {
      return "the input is no object"
    }
    for group in groups where !group.contains(where: { InputRules.isPresent(root[$0]) }) {
      return group.joined(separator: " or ") + " is required"
    }
    for (name, value) in members {
      guard let type = types[name], !value.isNull, !InputRules.matches(value, type) else {
        continue
      }
      return "\(name) must be \(InputRules.article(type))"
    }
    return nil
  }

  private static func isPresent(_ value: JSONView?) -> Bool {
    guard let value, !value.isNull else { return false }
    return value.string != ""
  }

  private static func matches(_ value: JSONView, _ type: String) -> Bool {
    switch type {
    case "string": value.kind == .string || value.double != nil
    case "number": value.double != nil
    case "integer": value.integer != nil
    case "boolean": value.kind == .bool
    // One instead of a list of one is what everybody writes.
    case "array": value.kind == .array || value.kind == .string
    case "object": value.kind == .object
    default: true
    }
  }

  private static func article(_ type: String) -> String {
    "aeio".contains(type.prefix(1)) ? "an " + type : "a " + type
  }
}
