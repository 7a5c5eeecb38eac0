// swift-format-ignore-file: NeverForceUnwrap
import CargoClient
import Glibc

@testable import LocalWorkspace

/// The filter language once more, in plain Swift over JSON rows, without anything of the compiler:
/// what the compiled SQL is measured against.
final class FilterEvaluator {
  private typealias Row = [String: JSONValue]

  private let fixture: FilterFixture
  private let negativeMatchesNull: Bool
  private let companies: [Row]
  private let deals: [Row]
  private let dealsByCompany: [String: [Row]]
  private let companyByID: [String: Row]
  private var members: [String: Set<String>] = [:]
  private var times: [String: (seconds: Double, isDay: Bool)?] = [:]
  private var foldedTexts: [[UInt8]: [Unicode.Scalar]] = [:]
  private var documents: [String: JSONValue?] = [:]
  private let day = 86_400.0

  init(fixture: FilterFixture, negativeMatchesNull: Bool = true) {
    self.fixture = fixture
    self.negativeMatchesNull = negativeMatchesNull
    func row(_ value: JSONValue) -> Row {
      Dictionary(uniqueKeysWithValues: (value.object ?? .init()).map { ($0.key, $0.value) })
    }
    companies = fixture.companyRows.map(row)
    deals = fixture.dealRows.map(row)
    dealsByCompany = Dictionary(
      grouping: deals.filter { $0["company"]?.string != nil }, by: { $0["company"]?.string ?? "" })
    companyByID = Dictionary(uniqueKeysWithValues: companies.map { ($0["_id"]?.string ?? "", $0) })
  }

  private var now: Double { Double(FilterFixture.now.microseconds) / 1e6 }

  /// The ids of the companies that match.
  func ids(_ filter: JSONValue) -> [String] {
    companies.filter { matches(filter, $0, fixture.companies) }
      .compactMap { $0["_id"]?.string }
  }

  private func matches(_ filter: JSONValue, _ row: Row, _ model: FilterModel) -> Bool {
    guard let outer = filter["conjonction"]?.string else { return false }
    var results: [Bool] = []
    for group in filter["groups"]?.array ?? [] {
      guard let inner = group["conjonction"]?.string else {
        results.append(false)
        continue
      }
      let conditions = group["conditions"]?.array ?? []
      if conditions.isEmpty { continue }
      results.append(join(inner, conditions.map { condition($0, row, model) }))
    }
    return results.isEmpty || join(outer, results)
  }

  private func join(_ joiner: String, _ results: [Bool]) -> Bool {
    joiner == "and" ? results.allSatisfy { $0 } : results.contains(true)
  }

  // MARK: Conditions

  private func condition(_ c: JSONValue, _ row: Row, _ model: FilterModel) -> Bool {
    switch c["kind"]?.string {
    case "segment": return segment(c, row, model)
    case "enrollment": return enrollment(c, row)
    case "occurrence": return occurrence(c, row, model)
    default: break
    }
    guard let uuid = c["relatedModelUuid"]?.string, uuid != model.uuid else {
      return columnCondition(c, row, model)
    }
    let (rows, other) = related(row, model)
    // A record without related ones is asked as if it had one that is all null.
    return (rows.isEmpty ? [[:]] : rows).contains { columnCondition(c, $0, other) }
  }

  private func related(_ row: Row, _ model: FilterModel) -> ([Row], FilterModel) {
    if model.uuid == "m-companies" {
      return (dealsByCompany[row["_id"]?.string ?? ""] ?? [], fixture.deals)
    }
    return (companyByID[row["company"]?.string ?? ""].map { [$0] } ?? [], fixture.companies)
  }

  private func columnCondition(_ c: JSONValue, _ row: Row, _ model: FilterModel) -> Bool {
    let slug = (c["columnSlug"] ?? c["slug"])?.string ?? ""
    let value = row[slug] ?? .null
    let kind = c["kind"]?.string ?? ""
    let type = model.column(slug)?.type ?? ""
    let operation = c["operator"]?.string ?? ""
    if kind == "objectProperty" {
      let presence = ["isNull", "isNotNull", "isEmpty", "isNotEmpty"].contains(operation)
      guard type == "object" || presence else { return false }
      return property(c, parsed(value).flatMap { $0.object == nil ? nil : $0 })
    }
    switch operation {
    case "isNull": return value.isNull
    case "isNotNull": return !value.isNull
    case "isEmpty": return value.isNull || value == ""
    case "isNotEmpty": return !(value.isNull || value == "")
    default: break
    }
    guard kind == type else { return false }
    switch operation {
    case "isNot": return value.isNull ? negativeMatchesNull : !holds(c, "is", value)
    case "doesNotContain":
      return value.isNull ? negativeMatchesNull : !holds(c, "contains", value)
    default: return !value.isNull && holds(c, operation, value)
    }
  }

  private func holds(_ c: JSONValue, _ operation: String, _ value: JSONValue) -> Bool {
    switch c["kind"]?.string {
    case "string": return text(c, operation, value.string ?? "")
    case "number": return number(c, operation, value)
    case "date": return date(c, operation, value)
    case "boolean": return value == (operation == "isTrue" ? true : false)
    default:
      guard let document = parsed(value) else { return false }
      let nested = c["conditions"]?.array ?? []
      func all(_ object: JSONValue?) -> Bool {
        if c["conjonction"] == nil && c["conjunction"] != nil { return false }
        let results = nested.map { property($0, object) }
        return results.isEmpty || join(c["conjonction"]?.string ?? "and", results)
      }
      if c["kind"]?.string == "object" { return document.object != nil && all(document) }
      return (document.array ?? []).contains { all($0.object == nil ? nil : $0) }
    }
  }

  // MARK: Values

  private func list(_ c: JSONValue, _ key: String) -> [JSONValue] {
    let value = c[key] ?? c[key == "value" ? "values" : "value"] ?? .null
    return value.array ?? [value]
  }

  private func text(_ c: JSONValue, _ operation: String, _ value: String) -> Bool {
    let texts = list(c, "values").map { element -> String in
      if let text = element.string { return text }
      return String(decoding: (try? element.canonicalBytes()) ?? [], as: UTF8.self)
    }
    func scalars(_ text: String) -> [Unicode.Scalar] {
      let key = Array(text.utf8)
      if let known = foldedTexts[key] { return known }
      let scalars = Array(text.uppercased().lowercased().unicodeScalars)
      foldedTexts[key] = scalars
      return scalars
    }
    let folded = scalars(value)
    return texts.contains { text in
      let wanted = scalars(text)
      switch operation {
      case "contains":
        return wanted.isEmpty
          || folded.indices.contains { folded[$0...].starts(with: wanted) }
      case "startsWith": return folded.starts(with: wanted)
      case "endsWith": return folded.reversed().starts(with: wanted.reversed())
      default: return Array(value.utf8) == Array(text.utf8)
      }
    }
  }

  /// -1, 0 or 1; exact also between whole numbers and fractions.
  private func compare(_ a: JSONValue, _ b: JSONValue) -> Int? {
    func parsed(_ value: JSONValue) -> JSONValue {
      guard let text = value.string else { return value }
      return Int64(text).map { .int($0) } ?? Double(text).map { .double($0) } ?? .null
    }
    switch (parsed(a), parsed(b)) {
    case (.int(let a), .int(let b)): return a < b ? -1 : a > b ? 1 : 0
    case (.double(let a), .double(let b)): return a < b ? -1 : a > b ? 1 : 0
    case (.int(let a), .double(let b)): return order(a, b)
    case (.double(let a), .int(let b)): return -order(b, a)
    default: return nil
    }
  }

  private func order(_ a: Int64, _ b: Double) -> Int {
    if b >= 9.3e18 { return -1 }
    if b <= -9.3e18 { return 1 }
    // 2^63 itself is no Int64.
    guard let whole = Int64(exactly: b.rounded(.down)) else { return b > 0 ? -1 : 1 }
    return a < whole ? -1 : a > whole ? 1 : b > Double(whole) ? -1 : 0
  }

  private func number(_ c: JSONValue, _ operation: String, _ value: JSONValue) -> Bool {
    func against(_ key: String) -> Int { compare(value, list(c, key)[0]) ?? 9 }
    switch operation {
    case "greaterThan": return against("value") == 1
    case "lowerThan": return against("value") == -1
    case "between":
      return (0...1).contains(against("firstValue")) && (-1...0).contains(against("lastValue"))
    default: return list(c, "value").contains { compare(value, $0) == 0 }
    }
  }

  private func date(
    _ c: JSONValue, _ operation: String, _ value: JSONValue, first: String = "firstValue",
    last: String = "lastValue"
  ) -> Bool {
    guard let moment = value.string.flatMap(time)?.seconds else { return false }
    func bound(_ value: JSONValue?) -> (seconds: Double, isDay: Bool) {
      let text = value?.string ?? ""
      return time(text) ?? age(text).map { ($0, true) } ?? (.nan, false)
    }
    switch operation {
    case "greaterThan": return moment > bound(list(c, "value")[0]).seconds
    case "lowerThan": return moment < bound(list(c, "value")[0]).seconds
    case "between": return moment >= bound(c[first]).seconds && moment <= bound(c[last]).seconds
    default:
      return list(c, "value").contains {
        let wanted = bound($0)
        return wanted.isDay
          ? floor(moment / day) == floor(wanted.seconds / day) : moment == wanted.seconds
      }
    }
  }

  /// Seconds since 1970, by the C library. Whole microseconds fit a double from year 1700 to 2240;
  /// the pools have nothing finer elsewhere.
  private func time(_ text: String) -> (seconds: Double, isDay: Bool)? {
    if let known = times[text] { return known }
    let time = readTime(text)
    times[text] = .some(time)
    return time
  }

  private func readTime(_ text: String) -> (seconds: Double, isDay: Bool)? {
    let pattern =
      /(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?/
    guard let match = try? pattern.wholeMatch(in: text) else { return nil }
    let (_, year, month, day, hour, minute, second, fraction, zone) = match.output
    var parts = tm()
    parts.tm_year = Int32(year)! - 1900
    parts.tm_mon = Int32(month)! - 1
    parts.tm_mday = Int32(day)!
    parts.tm_hour = hour.flatMap { Int32($0) } ?? 0
    parts.tm_min = minute.flatMap { Int32($0) } ?? 0
    parts.tm_sec = second.flatMap { Int32($0) } ?? 0
    guard parts.tm_hour < 24, parts.tm_min < 60, parts.tm_sec < 60 else { return nil }
    let (wantedDay, wantedMonth) = (parts.tm_mday, parts.tm_mon)
    var seconds = Double(timegm(&parts))
    guard parts.tm_mday == wantedDay, parts.tm_mon == wantedMonth else { return nil }
    if let zone, zone != "Z" {
      let hours = Double(zone.dropFirst().prefix(2))!
      let minutes = Double(zone.suffix(2))!
      seconds -= (hours * 60 + minutes) * 60 * (zone.first == "-" ? -1 : 1)
    }
    return (seconds + (fraction.flatMap { Double("0" + $0) } ?? 0), hour == nil)
  }

  private func age(_ text: String) -> Double? {
    let words = text.split(separator: " ")
    guard words.count == 2, let count = Int(words[0]) else { return nil }
    return age(count, String(words[1]))
  }

  private func age(_ count: Int, _ unit: String) -> Double? {
    var parts = tm()
    var seconds = time_t(now)
    gmtime_r(&seconds, &parts)
    switch unit {
    case "day", "days": return now - Double(count) * day
    case "week", "weeks": return now - Double(count) * 7 * day
    // `now` is the 15th, a day that every month has.
    case "month", "months": parts.tm_mon -= Int32(count)
    case "year", "years": parts.tm_year -= Int32(count)
    default: return nil
    }
    return Double(timegm(&parts))
  }

  // MARK: Properties

  private func parsed(_ value: JSONValue) -> JSONValue? {
    guard let text = value.string else { return value.isNull ? nil : value }
    if let known = documents[text] { return known }
    let document = try? JSONValue(Array(text.utf8))
    documents[text] = .some(document)
    return document
  }

  private func property(_ c: JSONValue, _ object: JSONValue?) -> Bool {
    let value = object?[c["propertyName"]?.string ?? ""] ?? .null
    let operation = c["operator"]?.string ?? ""
    switch operation {
    case "isNull": return value.isNull
    case "isNotNull": return !value.isNull
    case "isEmpty": return value.isNull || value == ""
    case "isNotEmpty": return !value.isNull && value != ""
    case "isNot": return value.isNull ? negativeMatchesNull : !propertyHolds(c, "is", value)
    case "doesNotContain":
      return value.isNull ? negativeMatchesNull : !propertyHolds(c, "contains", value)
    default: return !value.isNull && propertyHolds(c, operation, value)
    }
  }

  private func propertyHolds(_ c: JSONValue, _ operation: String, _ value: JSONValue) -> Bool {
    switch operation {
    case "contains", "startsWith", "endsWith":
      return value.string.map { text(c, operation, $0) } ?? false
    case "greaterThan", "lowerThan", "between":
      let bounds =
        [list(c, "value")[0]] + (operation == "between" ? [c["otherValue"] ?? .null] : [])
      if bounds.allSatisfy({ compare($0, 0) != nil }) {
        guard value.double != nil else { return false }
        let orders = bounds.map { compare(value, $0) ?? 9 }
        return operation == "greaterThan"
          ? orders[0] == 1
          : operation == "lowerThan"
            ? orders[0] == -1
            : (0...1).contains(orders[0]) && (-1...0).contains(orders[1])
      }
      return date(c, operation, value, first: "value", last: "otherValue")
    default:
      return list(c, "value").contains { wanted in
        if wanted.double != nil { return value.double != nil && compare(value, wanted) == 0 }
        if let text = wanted.string, let other = value.string {
          return Array(text.utf8) == Array(other.utf8)
        }
        return wanted == value
      }
    }
  }

  // MARK: Beyond the record

  private func segment(_ c: JSONValue, _ row: Row, _ model: FilterModel) -> Bool {
    let uuid = c["segmentUuid"]?.string ?? ""
    let ids = ids(ofSegment: uuid)
    let isOwn = fixture.segments[uuid]?.modelUUID == model.uuid
    let rows = isOwn ? [row] : related(row, model).0
    return rows.contains { ids.contains($0["_id"]?.string ?? "") } == (c["operator"] == "in")
  }

  private func ids(ofSegment uuid: String) -> Set<String> {
    if let known = members[uuid] { return known }
    guard let segment = fixture.segments[uuid] else { return [] }
    let isDeal = segment.modelUUID == "m-deals"
    var rows = (isDeal ? deals : companies).filter {
      matches(segment.filter, $0, isDeal ? fixture.deals : fixture.companies)
    }
    if let limit = segment.limit {
      rows = Array(
        sorted(rows, by: segment.sort?[0]?["columnSlug"]?.string ?? "").prefix(Int(limit)))
    }
    members[uuid] = Set(rows.compactMap { $0["_id"]?.string })
    return members[uuid] ?? []
  }

  /// Descending by a column of numbers, nulls last, then by id.
  private func sorted(_ rows: [Row], by slug: String) -> [Row] {
    rows.sorted { a, b in
      let (x, y) = (a[slug] ?? .null, b[slug] ?? .null)
      if x.isNull != y.isNull { return y.isNull }
      let order = x.isNull ? 0 : compare(x, y) ?? 0
      return order == 0 ? a["_id"]!.string! < b["_id"]!.string! : order == 1
    }
  }

  private func occurrence(_ c: JSONValue, _ row: Row, _ model: FilterModel) -> Bool {
    let (rows, other) = related(row, model)
    let count = rows.filter { row in
      let results = (c["conditions"]?.array ?? []).map { condition($0, row, other) }
      guard results.isEmpty || join(c["conjonction"]?.string ?? "and", results) else {
        return false
      }
      guard let period = c["period"], let column = other.timeColumn else { return true }
      return row[column]?.string.flatMap(time).map { self.period(period, $0.seconds) } ?? false
    }.count
    return frequency(c["frequency"], count)
  }

  private func enrollment(_ c: JSONValue, _ row: Row) -> Bool {
    let activity = FilterActivity(rawValue: c["activityKind"]?.string ?? "")!
    let count = (fixture.events[activity] ?? []).filter { event in
      event.workflow == c["workflowUuid"]?.string && event.record == row["_id"]?.string
        && (activity != .workflowNodeExecuted || event.node == c["nodeSlug"]?.string)
        && (c["period"].map { period($0, Double(event.time) / 1e3) } ?? true)
    }.count
    return frequency(c["frequency"], count)
  }

  private func frequency(_ f: JSONValue?, _ count: Int) -> Bool {
    let value = Int(f?["value"]?.integer ?? 0)
    switch f?["operator"]?.string {
    case "not": return count == 0
    case "moreThan": return count > value
    case "lessThan": return count < value
    default: return count == value
    }
  }

  private func period(_ p: JSONValue, _ moment: Double) -> Bool {
    let count = Int(p["value"]?.integer ?? 0)
    guard let border = age(count, p["unit"]?.string ?? "") else { return false }
    switch p["operator"]?.string {
    case "moreThan": return count == 0 ? moment <= now : moment < border
    case "lessThan": return moment > border && moment <= now
    default: return floor(moment / day) == floor(border / day)
    }
  }
}
