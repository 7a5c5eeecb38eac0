import CargoClient

@testable import LocalWorkspace

/// The rows, segments and events of `FilterFixture`, and the values that random conditions draw from.
enum FilterRows {
  static let strings: [String] = [
    "", " ", "Acme", "acme", "ACME Corp", "Straße", "STRASSE", "strasse", "Ärger GmbH",
    "ärger gmbh",
    "Ωμέγα Σ", "ωμέγα ς", "100%", "100 %", "a_b", "aXb", "it's", "\"quoted\"", "東京", "naïve",
    "nai\u{308}ve", "ı", "I", "İ", "null", "0", "5", "5.0", "🇫🇷", "back\\slash", "new\nline",
    "nul\u{0}byte", "US", "FR", "2024-01-01", "%", "_", "ﬁn", "Kelvin \u{212A}",
  ]
  static let numbers: [JSONValue] = [
    0, 1, -1, 5, 500, 1200, 0.5, -0.25, 5.5, 1e300, -1e300, .int(.max), .int(.min),
    .int(9_007_199_254_740_993), 9_007_199_254_740_992.0, 1e-9,
  ]
  static let dates: [String] = [
    "2024-01-01", "2024-01-01T00:00:00Z", "2024-01-01T00:00:00.000Z", "2023-12-31T23:59:59.999999Z",
    "2024-02-29", "2024-07-15", "2024-07-15T12:00:00.000Z", "2024-07-15T11:59:59.999Z",
    "2024-07-14T23:30:00-02:00", "2024-07-15T14:00:00+02:00", "2024-04-15T12:00:00Z",
    "2024-04-15 11:59", "2024-07-08T12:00:00Z", "2025-01-01", "1969-12-31T23:00:00Z",
    "0001-01-01", "9999-12-31", "2024-06-15T12:00:00.5Z", "2024-07-01T00:00+14:00",
  ]
  /// In a date column, but no dates.
  static let brokenDates: [String] = [
    "", "soon", "2024-02-30", "2024-13-01", "2024-1-1", "2024-01-01T25:00Z", "2024-01-01x",
    "20240101",
  ]
  static let objects: [JSONValue] = [
    [:], ["k": "Acme"], ["k": "acme corp"], ["k": 5], ["k": "5"], ["k": 5.5], ["k": true],
    ["k": false], ["k": nil], ["k": ""], ["k": [1, 2]], ["k": ["k": 1]], ["other": 1],
    ["k": "2024-04-15T12:00:00Z"], ["k": "2024-07-15"], ["a.b": "x", "k": 500],
    ["we\"ird": 7, "é": "Straße"], ["k": 1, "": 3], ["k": .int(.max)], ["k": "100%"],
  ]
  static let properties = ["k", "other", "a.b", "we\"ird", "é", "", "nothing"]
  static let stages = ["won", "lost", "open", "Won", ""]
  static let workflows = ["w-1", "w-2"]

  /// Sixty companies: every value of every pool is used.
  static let companies: [JSONValue] = {
    (0..<60).map { index in
      var row: JSONValue = ["_id": .string(index < 10 ? "c-0\(index)" : "c-\(index)")]
      func pick(_ pool: [JSONValue], _ step: Int) -> JSONValue {
        let place = (index * step) % (pool.count + 4)
        return place < pool.count ? pool[place] : .null
      }
      let allDates = (dates + brokenDates).map { JSONValue.string($0) }
      let arrays: [JSONValue] = (0..<objects.count).map {
        .array([objects[$0], objects[($0 * 7 + 3) % objects.count], "scalar", nil])
      }
      row["s"] = pick(strings.map { .string($0) }, 1)
      row["n"] = pick(numbers, 3)
      row["d"] = pick(allDates, 1)
      row["b"] = pick([true, false], 1)
      row["o"] = pick(objects + ["not json", "[1]", "{\"k\":"], 1)
      row["a"] = pick(arrays + [[], ["x"], "{}", "nonsense"], 1)
      row["v"] = pick([[0.1, 0.2]], 1)
      row["x"] = pick(["any", 5, [:], ""], 1)
      return row
    }
  }()

  /// Eighty deals; some companies have several, many have none, some deals have no company.
  static let deals: [JSONValue] = {
    (0..<80).map { index in
      let company = (index * index) % 37
      var row: JSONValue = ["_id": .string("d-\(index)")]
      row["company"] =
        company % 9 == 0 ? .null : .string(company < 10 ? "c-0\(company)" : "c-\(company)")
      row["stage"] = index % 6 == 5 ? .null : .string(stages[index % stages.count])
      row["amount"] = index % 7 == 6 ? .null : .int(Int64(index * 10))
      row["closed"] = index % 5 == 4 ? .null : .string(dates[index % dates.count])
      row["info"] = index % 3 == 0 ? objects[index % objects.count] : .null
      return row
    }
  }()

  static let segments: [String: FilterSegment] = [
    "s-big": FilterSegment(
      modelUUID: "m-companies",
      filter: FilterFixture.filter(
        ["kind": "number", "columnSlug": "n", "operator": "greaterThan", "value": 1])),
    "s-first": FilterSegment(
      modelUUID: "m-companies",
      filter: FilterFixture.filter(["kind": "string", "columnSlug": "s", "operator": "isNotNull"]),
      sort: [["columnSlug": "n", "kind": "desc"]], limit: 7),
    "s-won": FilterSegment(
      modelUUID: "m-deals",
      filter: FilterFixture.filter(
        ["kind": "string", "columnSlug": "stage", "operator": "is", "values": ["won"]])),
    "s-both": FilterSegment(
      modelUUID: "m-companies",
      filter: [
        "conjonction": "or",
        "groups": [
          [
            "conjonction": "and",
            "conditions": [["kind": "segment", "operator": "in", "segmentUuid": "s-first"]],
          ],
          [
            "conjonction": "and",
            "conditions": [["kind": "segment", "operator": "notIn", "segmentUuid": "s-big"]],
          ],
        ],
      ]),
    "s-loop": FilterSegment(
      modelUUID: "m-companies",
      filter: FilterFixture.filter(
        ["kind": "segment", "operator": "in", "segmentUuid": "s-loop"])),
  ]

  static let events:
    [FilterActivity: [(workflow: String, record: String, node: String?, time: Int64)]] = {
      let now = FilterFixture.now.microseconds / 1_000
      let day: Int64 = 86_400_000
      let ages: [Int64] = [
        0, 1, day - 1, day, day + 1, 3 * day, 30 * day, 31 * day, 400 * day, -day,
      ]
      var events:
        [FilterActivity: [(workflow: String, record: String, node: String?, time: Int64)]] = [:]
      for (index, age) in (ages + ages + ages).enumerated() {
        let company = (index * 5) % 23
        let record = company < 10 ? "c-0\(company)" : "c-\(company)"
        let workflow = workflows[index % 2]
        events[.workflowEntered, default: []].append((workflow, record, nil, now - age))
        if index % 3 != 0 {
          events[.workflowLeft, default: []].append((workflow, record, nil, now - age / 2))
        }
        events[.workflowNodeExecuted, default: []].append(
          (workflow, record, index % 2 == 0 ? "enrich" : "score", now - age))
      }
      return events
    }()
}
