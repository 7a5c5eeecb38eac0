// swift-format-ignore-file: NeverForceUnwrap
import CargoClient

@testable import LocalWorkspace

/// Random filters, the same ones for the same seed.
struct FilterGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  private mutating func random() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  private mutating func below(_ count: Int) -> Int { Int(random() % UInt64(count)) }
  private mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
  private mutating func pick<T>(_ pool: [T]) -> T { pool[below(pool.count)] }

  /// A filter of one to three groups of up to three conditions; now and then a degenerate one.
  mutating func filter() -> JSONValue {
    let groups = (0..<(chance(3) ? 0 : 1 + below(3))).map { _ in group() }
    return [conjunctionKey(): joiner(), "groups": .array(groups)]
  }

  private mutating func group() -> JSONValue {
    let conditions = (0..<(chance(5) ? 0 : 1 + below(3))).map { _ in condition() }
    return [conjunctionKey(): joiner(), "conditions": .array(conditions)]
  }

  private mutating func joiner() -> JSONValue { chance(50) ? "and" : "or" }
  private mutating func conjunctionKey() -> String { chance(2) ? "conjunction" : "conjonction" }

  private mutating func condition() -> JSONValue {
    switch below(20) {
    case 0: return segment()
    case 1: return enrollment()
    case 2: return occurrence()
    case 3: return dealCondition(["relatedModelUuid": "m-deals"])
    default: return companyCondition()
    }
  }

  private mutating func companyCondition() -> JSONValue {
    let kinds = ["string", "number", "date", "boolean", "object", "array", "vector", "any"]
    let slugs = [
      "string": "s", "number": "n", "date": "d", "boolean": "b", "object": "o",
      "array": "a", "vector": "v", "any": "x",
    ]
    if chance(8) {
      return property(["kind": "objectProperty", "columnSlug": .string(chance(90) ? "o" : "a")])
    }
    let kind = chance(50) ? pick(["string", "number", "date"]) : pick(kinds)
    // One in ten is about a column of another type.
    let slug = chance(90) ? slugs[kind]! : pick(Array(slugs.values).sorted())
    return values(["kind": .string(kind), columnKey(): .string(slug)], kind)
  }

  private mutating func dealCondition(_ base: JSONValue) -> JSONValue {
    var condition = base
    if chance(15) {
      condition["kind"] = "objectProperty"
      condition["columnSlug"] = "info"
      return property(condition)
    }
    let (slug, kind) = pick([
      ("stage", "string"), ("amount", "number"), ("closed", "date"), ("info", "object"),
      ("stage", "number"),
    ])
    condition["kind"] = .string(kind)
    condition["columnSlug"] = .string(slug)
    return values(condition, kind)
  }

  private mutating func columnKey() -> String { chance(95) ? "columnSlug" : "slug" }

  // MARK: Values

  private mutating func values(_ base: JSONValue, _ kind: String) -> JSONValue {
    var condition = base
    let operation = pick(FilterKind(rawValue: kind)!.operators)
    condition["operator"] = .string(operation.rawValue)
    switch (kind, operation) {
    case (_, let operation) where operation.asksForPresence: break
    case (_, .matchConditions):
      condition["conditions"] = .array(
        (0..<below(4)).map { _ in property(["kind": "objectProperty"]) })
      if chance(50) { condition["conjonction"] = joiner() }
      if chance(2) { condition["conjunction"] = "and" }
    case ("string", _):
      condition[chance(90) ? "values" : "value"] = oneOrMore { $0.text() }
    case (_, .between):
      condition["firstValue"] = kind == "number" ? number() : date()
      condition["lastValue"] = kind == "number" ? number() : date()
    case ("boolean", _): break
    default:
      let key = chance(90) ? "value" : "values"
      let single = kind == "number" ? number() : date()
      let isEquality = operation == .is || operation == .isNot
      condition[key] =
        isEquality && chance(20)
        ? oneOrMore { kind == "number" ? $0.number() : $0.date() } : single
    }
    return condition
  }

  private mutating func property(_ base: JSONValue) -> JSONValue {
    var condition = base
    let operation = pick(FilterKind.objectProperty.operators)
    condition["operator"] = .string(operation.rawValue)
    condition["propertyName"] = .string(chance(70) ? "k" : pick(FilterRows.properties))
    switch operation {
    case .greaterThan, .lowerThan, .between:
      let isDate = chance(30)
      condition["value"] = isDate ? date() : number()
      if operation == .between { condition["otherValue"] = isDate ? date() : number() }
    case .is, .isNot:
      condition["value"] = oneOrMore {
        $0.chance(60) ? $0.text() : $0.pick([5, 5.5, 500, true, false, 7, 0])
      }
    case .contains, .doesNotContain, .startsWith, .endsWith:
      condition["value"] = oneOrMore { $0.text() }
    default: break
    }
    return condition
  }

  private mutating func oneOrMore(_ make: (inout FilterGenerator) -> JSONValue) -> JSONValue {
    if chance(60) { return make(&self) }
    // A long list goes another way through the compiler.
    let count = chance(3) ? 100 : below(4)
    var list: [JSONValue] = []
    for _ in 0..<count { list.append(make(&self)) }
    return .array(list)
  }

  private mutating func text() -> JSONValue {
    if chance(5) { return pick([5, 0, true, 5.5]) }
    let text = pick(FilterRows.strings + FilterRows.stages + ["Acme", "5", "acme corp"])
    guard chance(40) else { return .string(text) }
    let scalars = Array(text.unicodeScalars)
    let start = below(scalars.count + 1)
    var part = String.UnicodeScalarView()
    part.append(contentsOf: scalars[start...].prefix(1 + below(4)))
    let piece = String(part)
    return .string(chance(50) ? piece.uppercased() : piece)
  }

  private mutating func number() -> JSONValue {
    if chance(15) { return .string(pick(["5", "0.5", "-1", "1e3", "500", "1200.0"])) }
    return chance(80) ? pick(FilterRows.numbers) : .int(Int64(below(100)))
  }

  private mutating func date() -> JSONValue {
    if chance(30) {
      return .string(
        pick(["3 months", "1 day", "0 days", "2 weeks", "1 year", "90 days", "1 month"]))
    }
    return .string(pick(FilterRows.dates))
  }

  // MARK: Beyond the record

  private mutating func segment() -> JSONValue {
    [
      "kind": "segment", "operator": chance(50) ? "in" : "notIn",
      "segmentUuid": .string(pick(["s-big", "s-first", "s-won", "s-both"])),
    ]
  }

  private mutating func enrollment() -> JSONValue {
    let activity = pick(FilterActivity.allCases)
    var condition: JSONValue = [
      "kind": "enrollment", "activityKind": .string(activity.rawValue),
      "workflowUuid": .string(pick(FilterRows.workflows + ["w-none"])),
      "frequency": frequency(),
    ]
    if activity == .workflowNodeExecuted {
      condition["nodeSlug"] = .string(pick(["enrich", "score"]))
    }
    if chance(70) { condition["period"] = period() }
    return condition
  }

  private mutating func occurrence() -> JSONValue {
    var condition: JSONValue = [
      "kind": "occurrence", "relatedModelUuid": "m-deals", "frequency": frequency(),
    ]
    condition["conditions"] = .array((0..<below(3)).map { _ in dealCondition([:]) })
    if chance(50) { condition["conjonction"] = joiner() }
    if chance(50) { condition["period"] = period() }
    return condition
  }

  private mutating func frequency() -> JSONValue {
    if chance(25) { return ["operator": "not"] }
    return [
      "operator": .string(pick(["moreThan", "lessThan", "exactly"])),
      "value": .int(Int64(below(4))),
    ]
  }

  private mutating func period() -> JSONValue {
    [
      "operator": .string(pick(["moreThan", "lessThan", "exactly"])),
      "value": .int(Int64(pick([0, 1, 3, 30, 31, 90]))),
      "unit": .string(chance(80) ? "day" : pick(["week", "month", "days"])),
    ]
  }
}
