import Testing

@testable import CargoClient

/// What the columns of a model make of an expression.
@Suite struct WhereExpressionTests {
  static let catalog = FilterCatalog(
    uuids: [
      .init(.model, "contacts"): "u-contacts", .init(.segment, "Big ones"): "u-segment",
      .init(.workflow, "Outreach", alias: "play"): "u-workflow",
    ],
    models: [
      "m": .init(
        uuid: "m", slug: "companies",
        columns: [
          "name": "string", "size": "number", "founded": "date", "active": "boolean",
          "meta": "object", "tags": "array", "vec": "vector", "odd": "geography",
        ]),
      "u-contacts": .init(
        uuid: "u-contacts", slug: "contacts", columns: ["email": "string", "age": "number"]),
    ])

  private static func column(
    _ slug: String, property: String? = nil, related: String? = nil
  ) -> JSONValue {
    var value: JSONValue = ["cargo.where": "column", "cargo.column": .string(slug)]
    if let property { value["cargo.property"] = .string(property) }
    if let related { value["cargo.related"] = .string(related) }
    return value
  }

  static func says(
    _ slug: String, _ operation: String, _ values: JSONValue..., property: String? = nil,
    related: String? = nil
  ) -> JSONValue {
    [
      "cargo.where": "condition", "of": column(slug, property: property, related: related),
      "operator": .string(operation), "values": .array(values),
    ]
  }

  static func join(_ kind: String, _ items: JSONValue...) -> JSONValue {
    ["cargo.where": .string(kind), "items": .array(items)]
  }

  static func not(_ item: JSONValue) -> JSONValue { ["cargo.where": "not", "item": item] }

  static func matches(_ slug: String, _ filter: JSONValue) -> JSONValue {
    ["cargo.where": "matches", "of": column(slug), "filter": filter]
  }

  private func filter(_ expression: JSONValue) throws(CargoError) -> JSONValue {
    try WhereExpression(expression).filter(model: "m", catalog: Self.catalog)
  }

  /// The conditions of a filter in one group, and how they are joined.
  private func conditions(_ expression: JSONValue) throws -> (String?, [JSONValue]) {
    let groups = try #require(try filter(expression)["groups"]?.array)
    #expect(groups.count == 1)
    return (
      groups[0]["conjonction"]?.string, try #require(groups[0]["conditions"]?.array)
    )
  }

  @Test(
    arguments: [
      (
        says("name", "is", "A", "B"),
        #"{"columnSlug":"name","kind":"string","operator":"is","values":["A","B"]}"#
      ),
      (
        says("size", "greaterThan", 5),
        #"{"columnSlug":"size","kind":"number","operator":"greaterThan","value":5}"#
      ),
      (
        says("founded", "between", "2020-01-01", "3 months"),
        #"{"columnSlug":"founded","firstValue":"2020-01-01","kind":"date","lastValue":"3 months","operator":"between"}"#
      ),
      (
        says("active", "is", true), #"{"columnSlug":"active","kind":"boolean","operator":"isTrue"}"#
      ),
      (
        says("founded", "isEmpty"), #"{"columnSlug":"founded","kind":"date","operator":"isNull"}"#
      ),
      (says("odd", "isNotNull"), #"{"columnSlug":"odd","kind":"any","operator":"isNotNull"}"#),
      (
        says("email", "isNull", related: "contacts"),
        #"{"columnSlug":"email","kind":"string","operator":"isNull","relatedModelUuid":"u-contacts"}"#
      ),
      (
        says("meta", "between", 1, 2, property: "seats"),
        #"{"columnSlug":"meta","kind":"objectProperty","operator":"between","otherValue":2,"propertyName":"seats","value":1}"#
      ),
      (
        says("tags", "is", "x", property: "name"),
        #"{"columnSlug":"tags","conditions":[{"columnSlug":"tags","kind":"objectProperty","operator":"is","propertyName":"name","value":"x"}],"conjonction":"and","kind":"array","operator":"matchConditions"}"#
      ),
      (
        ["cargo.where": "segment", "segment": "Big ones", "is_in": true],
        #"{"kind":"segment","operator":"in","segmentUuid":"u-segment"}"#
      ),
      (
        not(["cargo.where": "segment", "segment": "Big ones", "is_in": true]),
        #"{"kind":"segment","operator":"notIn","segmentUuid":"u-segment"}"#
      ),
      (
        ["cargo.where": "sql", "name": "big", "clause": "size > 1"],
        #"{"clause":"size > 1","kind":"sql","name":"big"}"#
      ),
      (
        ["cargo.where": "enrollment", "options": ["play": "Outreach", "activity": "left"]],
        #"{"activityKind":"workflowLeft","frequency":{"operator":"moreThan","value":0},"kind":"enrollment","period":{"operator":"moreThan","unit":"day","value":0},"workflowUuid":"u-workflow"}"#
      ),
      (
        not([
          "cargo.where": "enrollment",
          "options": [
            "play": "Outreach", "frequency": ["more_than": 2], "period": ["less_than": 30],
          ],
        ]),
        #"{"activityKind":"workflowEntered","frequency":{"operator":"lessThan","value":3},"kind":"enrollment","period":{"operator":"lessThan","unit":"day","value":30},"workflowUuid":"u-workflow"}"#
      ),
      (
        [
          "cargo.where": "occurrence",
          "options": [
            "model": "contacts", "frequency": "never",
            "filter": join("or", says("email", "isNull"), says("age", "lowerThan", 3)),
          ],
        ],
        #"{"conditions":[{"columnSlug":"email","kind":"string","operator":"isNull"},{"columnSlug":"age","kind":"number","operator":"lowerThan","value":3}],"conjonction":"or","frequency":{"operator":"not"},"kind":"occurrence","period":{"operator":"moreThan","unit":"day","value":0},"relatedModelUuid":"u-contacts"}"#
      ),
    ] as [(JSONValue, String)])
  func oneCondition(expression: JSONValue, condition: String) throws {
    let found = try conditions(expression).1
    #expect(found.count == 1)
    #expect(String(decoding: try found[0].canonicalBytes(), as: UTF8.self) == condition)
  }

  @Test(arguments: [
    (says("size", "greaterOrEqual", 5), "or", ["greaterThan", "is"]),
    (says("size", "is", 1, 2), "or", ["is", "is"]),
    (says("size", "isNot", 1, 2), "and", ["isNot", "isNot"]),
    (not(says("size", "greaterThan", 5)), "or", ["isNull", "lowerThan", "is"]),
    (not(says("size", "between", 1, 2)), "or", ["isNull", "lowerThan", "greaterThan"]),
    (not(says("active", "isTrue")), "or", ["isNull", "isFalse"]),
    (says("active", "isNot", true), "or", ["isFalse", "isNull"]),
    (not(says("name", "contains", "x")), "and", ["doesNotContain"]),
    (
      not(join("and", says("name", "isNull"), says("name", "is", "x"))), "or",
      ["isNotNull", "isNot"]
    ),
    (join("and", says("name", "isNull"), says("name", "isNull")), "and", ["isNull"]),
    (
      matches("tags", join("or", says("a", "is", 1), says("b", "is", 2))), "and",
      ["matchConditions"]
    ),
    (
      matches(
        "tags", join("and", says("c", "is", 0), join("or", says("a", "is", 1), says("b", "is", 2)))),
      "or", ["matchConditions", "matchConditions"]
    ),
  ])
  func severalConditions(expression: JSONValue, joiner: String, operators: [String]) throws {
    let (found, list) = try conditions(expression)
    #expect(found == joiner || list.count == 1)
    #expect(list.map { $0["operator"]?.string } == operators)
  }

  @Test func nothingIsEverything() throws {
    let everything: JSONValue = ["conjonction": "and", "groups": []]
    #expect(try filter(["cargo.where": "all"]) == everything)
    #expect(
      try filter(Self.join("or", ["cargo.where": "all"], Self.says("name", "isNull"))) == everything
    )
    #expect(
      try filter(Self.join("and", ["cargo.where": "all"], Self.says("name", "isNull")))
        == filter(Self.says("name", "isNull")))
  }

  @Test(
    arguments: [
      (
        says("nmae", "isNull"), "where.nmae: companies has no column 'nmae'", "did you mean 'name'?"
      ),
      (says("name", "greaterThan", "x"), "where.name: a string column has no gt", nil),
      (says("vec", "is", 1), "where.vec: a vector column has no is", nil),
      (
        says("name", "is", 5), #"where.name is a string column: a value must be a text, got 5"#, nil
      ),
      (
        says("size", "is", "5"),
        #"where.size is a number column: a value must be a number, got "5""#, nil
      ),
      (
        says("founded", "is", "yesterday"),
        #"where.founded is a date column: a value must be a date ("2024-12-31") or an age ("3 months"), got "yesterday""#,
        nil
      ),
      (says("founded", "is", "2024-13-01"), nil, nil),
      (
        says("active", "is", "yes"), "where.active is a boolean column: is takes true or false", nil
      ),
      (
        says("name", "is", "x", property: "y"), "where.name.y: a string column has no properties",
        nil
      ),
      (
        says("fax", "isNull", related: "contacts"),
        #"where.related("contacts").fax: contacts has no column 'fax'"#, nil
      ),
      (
        not(says("name", "startsWith", "x")),
        "where.name:starts_with has no opposite on the platform: ~ cannot turn it", nil
      ),
      (
        not(says("founded", "greaterThan", "2024-01-01")),
        "where.founded:gt has no opposite on the platform: ~ cannot turn it", nil
      ),
      (not(["cargo.where": "all"]), "~where would match nothing", nil),
      (
        ["cargo.where": "column", "cargo.column": "name"],
        "where.name is a column and no condition", nil
      ),
      (
        ["cargo.where": "enrollment", "options": [:]], "where.enrollment: the workflow is missing",
        nil
      ),
      (
        ["cargo.where": "occurrence", "options": ["model": "contacts", "freqency": 1]],
        "where.occurrence: there is no 'freqency'", "did you mean 'frequency'?"
      ),
      (
        [
          "cargo.where": "enrollment",
          "options": ["play": "Outreach", "activity": "node_executed"],
        ],
        "where.enrollment: node_slug is missing", nil
      ),
    ] as [(JSONValue, String?, String?)])
  func refused(expression: JSONValue, message: String?, hint: String?) {
    let error = #expect(throws: CargoError.self) { try filter(expression) }
    #expect(error?.kind == .argument)
    if let message { #expect(error?.message == message) }
    if let hint { #expect(error?.hint == hint) }
  }

  @Test func thereAreAtMost200Conditions() throws {
    func filter(_ count: Int) throws -> JSONValue {
      let items = (0..<count).map { Self.says("size", "is", .int(Int64($0))) }
      return try self.filter(["cargo.where": "or", "items": .array(items)])
    }
    #expect(try filter(200)["groups"]?[0]?["conditions"]?.array?.count == 200)
    let error = #expect(throws: CargoError.self) { try filter(201) }
    #expect(error?.message.contains("more than 200 conditions") == true)
  }
}
