/// The table that `where.enrollment` and `where.occurrence` take.
struct WhereOptions {
  private let function: String
  private let values: [String: JSONValue]

  /// Reads the options; their names in camelCase stand for those in snake_case.
  init(_ function: String, _ value: JSONValue?) {
    self.function = function
    var values: [String: JSONValue] = [:]
    if let object = value?.object {
      for (key, value) in object { values[OperationTable.canonicalName(key)] = value }
    }
    self.values = values
  }

  subscript(key: String) -> JSONValue? { values[key] }

  /// The text under the first of these names that is there.
  func text(_ keys: String...) -> String? {
    keys.lazy.compactMap { values[$0]?.string }.first
  }

  /// Refuses names that are not among `known`, `…_uuid` standing for each too.
  func check(_ known: [String]) throws(CargoError) {
    let all = known + known.map { $0 + "_uuid" } + ["related_model", "related_model_uuid"]
    for key in values.keys.sorted() where !all.contains(key) {
      let near = NearestName.suggest(key, among: known)
      throw refused(
        "there is no '\(key)'",
        near.map { "did you mean '\($0)'?" } ?? "it takes \(known.joined(separator: ", "))")
    }
  }

  func refused(_ message: String, _ hint: String?) -> CargoError {
    CargoError(.argument, "where.\(function): \(message)", hint: hint)
  }
}

/// How often something has to have happened, and when (`cargo-platform.md` §6.3).
struct WhereCount {
  /// How a number is compared.
  enum Comparison: String, CaseIterable {
    case moreThan, lessThan, exactly
  }

  /// Never, or a comparison.
  enum Frequency {
    case never
    case times(Comparison, Int64)
  }

  var frequency: Frequency
  let period: (comparison: Comparison, value: Int64, unit: String)

  /// Reads `frequency` (at least once unless given) and `period` (any time in the past unless given).
  init(_ options: WhereOptions) throws(CargoError) {
    frequency = try WhereCount.frequency(options)
    period = try WhereCount.period(options)
  }

  private static func frequency(_ options: WhereOptions) throws(CargoError) -> Frequency {
    guard let value = options["frequency"] else { return .times(.moreThan, 0) }
    if value.string == "never" || value["operator"]?.string == "not" { return .never }
    guard let (comparison, number) = comparison(value) else {
      throw options.refused(
        "frequency must be \"never\" or say how often",
        "frequency = { more_than = 2 }, less_than or exactly")
    }
    return .times(comparison, number)
  }

  private static func period(
    _ options: WhereOptions
  ) throws(CargoError) -> (Comparison, Int64, String) {
    guard let value = options["period"] else { return (.moreThan, 0, "day") }
    guard let (comparison, number) = comparison(value) else {
      throw options.refused(
        "period must say how long ago", "period = { less_than = 30, unit = \"day\" }")
    }
    return (comparison, number, value["unit"]?.string ?? "day")
  }

  /// `{ more_than = 2 }`, or as the wire has it: `{ operator = "moreThan", value = 2 }`.
  private static func comparison(_ value: JSONValue) -> (Comparison, Int64)? {
    if let word = value["operator"]?.string {
      guard let comparison = Comparison(rawValue: word), let number = value["value"]?.integer
      else { return nil }
      return number >= 0 ? (comparison, number) : nil
    }
    for comparison in Comparison.allCases {
      let number =
        value[OperationTable.canonicalName(comparison.rawValue)] ?? value[comparison.rawValue]
      if let number = number?.integer, number >= 0 { return (comparison, number) }
    }
    return nil
  }

  /// The members of the wire.
  var members: [(String, JSONValue)] {
    let unit = [("unit", JSONValue.string(period.unit))]
    return [
      ("frequency", frequency.value),
      ("period", Self.compared(period.comparison, period.value, unit)),
    ]
  }

  fileprivate static func compared(
    _ comparison: Comparison, _ number: Int64, _ more: [(String, JSONValue)] = []
  ) -> JSONValue {
    JSONValue(
      members: more + [("operator", .string(comparison.rawValue)), ("value", .int(number))])
  }

  /// The frequencies that hold exactly when this one does not.
  var opposites: [WhereCount] {
    let others: [Frequency] =
      switch frequency {
      case .never, .times(.exactly, 0), .times(.lessThan, 1): [.times(.moreThan, 0)]
      case .times(.moreThan, 0): [.never]
      case .times(.moreThan, let number): [.times(.lessThan, number + 1)]
      // Less than none is never so.
      case .times(.lessThan, 0): [.times(.moreThan, 0), .never]
      case .times(.lessThan, let number): [.times(.moreThan, number - 1)]
      case .times(.exactly, let number): [.times(.lessThan, number), .times(.moreThan, number)]
      }
    return others.map { other in
      var copy = self
      copy.frequency = other
      return copy
    }
  }
}

extension WhereCount.Frequency {
  fileprivate var value: JSONValue {
    switch self {
    case .never: ["operator": "not"]
    case .times(let comparison, let number): WhereCount.compared(comparison, number)
    }
  }
}

/// `where.enrollment`: how often a record went through a workflow.
struct WhereEnrollment {
  let workflow: FilterCatalog.Reference
  let activity: String
  let node: String?
  var count: WhereCount

  /// The kinds of activity by the names that recipes use, which are shorter than the wire's.
  private static let activities = [
    "entered": "workflowEntered", "left": "workflowLeft", "node_executed": "workflowNodeExecuted",
  ]

  init(_ options: WhereOptions) throws(CargoError) {
    try options.check([
      "play", "tool", "workflow", "activity", "activity_kind", "node_slug", "frequency", "period",
    ])
    guard
      let key = ["play", "tool", "workflow", "workflow_uuid"].first(where: {
        options[$0]?.string != nil
      }), let name = options.text(key)
    else {
      throw options.refused(
        "the workflow is missing", "play = \"…\", tool = \"…\" or workflow_uuid")
    }
    workflow = .init(.workflow, name, alias: key)
    let word = options.text("activity", "activity_kind") ?? "entered"
    let known = Array(Self.activities.values)
    guard let activity = Self.activities[word] ?? (known.contains(word) ? word : nil) else {
      throw options.refused(
        "there is no activity '\(word)'",
        "it is one of " + Self.activities.keys.sorted().joined(separator: ", "))
    }
    self.activity = activity
    node = options.text("node_slug")
    if activity == "workflowNodeExecuted" && node == nil {
      throw options.refused("node_slug is missing", "the slug of the node that was executed")
    }
    count = try WhereCount(options)
  }
}
