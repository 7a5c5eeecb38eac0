import CargoClient
import Testing

@testable import LocalWorkspace

/// What a malformed filter answers: status 400, the place, and the nearest word that exists.
@Suite struct FilterErrorTests {
  let fixture: FilterFixture
  init() throws { fixture = try FilterFixture() }

  private func error(_ filter: JSONValue) -> CargoError? {
    #expect(throws: CargoError.self) { try fixture.ids(filter) }
  }

  @Test(
    arguments: [
      ("text", "filter: a filter is an object with conjonction and groups"),
      (nil, "filter: a filter is an object with conjonction and groups"),
      (["conjonction": "and"], "groups: groups is a list of groups of conditions"),
      (["conjonction": "xor", "groups": []], "conjonction: conjonction is \"and\" or \"or\""),
      (
        ["conjonction": "and", "groups": [1]],
        "groups[0]: a group is an object with conjonction and conditions"
      ),
      (
        ["conjonction": "and", "groups": [["conjonction": "and", "conditions": ["x"]]]],
        "groups[0].conditions[0]: a condition is an object with kind, columnSlug and operator"
      ),
      (
        ["conjonction": "and", "groups": [["conjonction": 1, "conditions": []]]],
        "groups[0].conjonction: conjonction is \"and\" or \"or\""
      ),
    ] as [(JSONValue, String)])
  func ofStructure(filter: JSONValue, message: String) {
    let error = error(filter)
    #expect(error?.message == message)
    #expect(error?.status == 400)
    #expect(error?.code == "invalidFilter")
  }

  /// Messages start with `groups[1].conditions[0]`.
  @Test(
    arguments: [
      (["columnSlug": "s"], ".kind: kind is missing"),
      (
        ["kind": "strin", "columnSlug": "s"],
        ".kind: there is no \"strin\", did you mean \"string\"?"
      ),
      (["kind": 1], ".kind: kind is a text"),
      (["kind": "string", "operator": "is"], ".columnSlug: columnSlug is missing"),
      (["kind": "string", "columnSlug": "s"], ".operator: operator is missing"),
      (
        ["kind": "string", "columnSlug": "s", "operator": "contain"],
        ".operator: kind \"string\" has no operator \"contain\", did you mean \"contains\"?"
      ),
      (
        ["kind": "string", "columnSlug": "s", "operator": "equals"],
        ".operator: kind \"string\" has no operator \"equals\", did you mean \"is\"?"
      ),
      (
        ["kind": "number", "columnSlug": "n", "operator": "lessThan"],
        ".operator: kind \"number\" has no operator \"lessThan\", did you mean \"lowerThan\"?"
      ),
      (
        ["kind": "number", "columnSlug": "n", "operator": "isEmpty"],
        ".operator: kind \"number\" has no operator \"isEmpty\"; it has is, isNot, greaterThan, "
          + "lowerThan, between, isNull, isNotNull"
      ),
      (
        ["kind": "boolean", "columnSlug": "b", "operator": "isTru"],
        ".operator: kind \"boolean\" has no operator \"isTru\", did you mean \"isTrue\"?"
      ),
      (["kind": "string", "columnSlug": "s", "operator": "is"], ".values: values is missing"),
      (
        ["kind": "string", "columnSlug": "s", "operator": "is", "values": nil],
        ".values: values is null; ask for null by \"isNull\""
      ),
      (
        ["kind": "string", "columnSlug": "s", "operator": "is", "values": ["x", [:]]],
        ".values[1]: a condition on texts wants texts"
      ),
      (
        ["kind": "number", "columnSlug": "n", "operator": "is", "value": "many"],
        ".value: a condition on numbers wants a number"
      ),
      (
        ["kind": "number", "columnSlug": "n", "operator": "is", "value": "nan"],
        ".value: a condition on numbers wants a number"
      ),
      (
        ["kind": "number", "columnSlug": "n", "operator": "greaterThan", "value": [1, 2]],
        ".value: value is one value, not 2"
      ),
      (
        ["kind": "number", "columnSlug": "n", "operator": "between", "firstValue": 1],
        ".lastValue: lastValue is missing"
      ),
      (
        ["kind": "date", "columnSlug": "d", "operator": "is", "value": "2024-02-30"],
        ".value: a condition on dates wants a date (\"2024-12-31\") or an age (\"3 months\")"
      ),
      (
        ["kind": "date", "columnSlug": "d", "operator": "is", "value": 5],
        ".value: a condition on dates wants a date (\"2024-12-31\") or an age (\"3 months\")"
      ),
      (
        ["kind": "object", "columnSlug": "o", "operator": "matchConditions"],
        ".conditions: matchConditions wants a list of conditions"
      ),
      (
        [
          "kind": "object", "columnSlug": "o", "operator": "matchConditions",
          "conditions": [["kind": "string"]],
        ],
        ".conditions[0].kind: matchConditions takes conditions of kind \"objectProperty\""
      ),
      (
        [
          "kind": "object", "columnSlug": "o", "operator": "matchConditions",
          "conditions": [["kind": "objectProperty", "operator": "is", "value": 1]],
        ],
        ".conditions[0].propertyName: propertyName is missing"
      ),
      (
        [
          "kind": "objectProperty", "columnSlug": "o", "propertyName": "k",
          "operator": "greaterThan",
          "value": "big",
        ], ".value: \"greaterThan\" on a property wants a number or a date"
      ),
      (
        [
          "kind": "objectProperty", "columnSlug": "o", "propertyName": "k", "operator": "is",
          "value": [[:]],
        ],
        ".value[0]: a property is compared with a text, a number or a truth value"
      ),
      (
        ["kind": "segment", "operator": "inn", "segmentUuid": "s-big"],
        ".operator: there is no \"inn\", did you mean \"in\"?"
      ),
      (
        ["kind": "segment", "operator": "in", "segmentUuid": "s-loop"],
        "segment s-loop: groups[0].conditions[0].segmentUuid: segment s-loop leads back to itself"
      ),
      (
        [
          "kind": "enrollment", "workflowUuid": "w", "activityKind": "entered",
          "frequency": ["operator": "not"],
        ],
        ".activityKind: there is no \"entered\"; it is one of workflowEntered, "
          + "workflowNodeExecuted, workflowLeft"
      ),
      (
        [
          "kind": "enrollment", "workflowUuid": "w", "activityKind": "workflowNodeExecuted",
          "frequency": ["operator": "not"],
        ], ".nodeSlug: nodeSlug is missing"
      ),
      (
        ["kind": "enrollment", "workflowUuid": "w", "activityKind": "workflowLeft"],
        ".frequency: frequency is {\"operator\": \"not\"} or has a value"
      ),
      (
        [
          "kind": "occurrence", "relatedModelUuid": "m-deals",
          "frequency": ["operator": "moreThan"],
        ],
        ".frequency.value: value is missing"
      ),
      (
        [
          "kind": "occurrence", "relatedModelUuid": "m-deals",
          "frequency": ["operator": "moreThan", "value": -1],
        ],
        ".frequency.value: value is a whole number from 0 on"
      ),
      (
        [
          "kind": "occurrence", "relatedModelUuid": "m-deals",
          "frequency": ["operator": "moreThen"],
        ],
        ".frequency.operator: there is no \"moreThen\", did you mean \"moreThan\"?"
      ),
      (
        [
          "kind": "occurrence", "relatedModelUuid": "m-deals", "frequency": ["operator": "not"],
          "period": ["operator": "lessThan", "value": 3, "unit": "fortnight"],
        ],
        ".period.unit: there is no \"fortnight\"; it is one of day, week, month, year"
      ),
      (["kind": "sql", "name": "x"], ".clause: clause is missing"),
    ] as [(JSONValue, String)])
  func ofAConditionNameThePlace(condition: JSONValue, message: String) {
    let all: JSONValue = ["conjonction": "and", "conditions": []]
    let error = error([
      "conjonction": "and", "groups": [all, ["conjonction": "and", "conditions": [condition]]],
    ])
    let expected =
      message.hasPrefix(".") ? "groups[1].conditions[0]" + message : message
    #expect(error?.message == expected)
    #expect(error?.code == "invalidFilter")
    #expect(error?.status == 400)
  }

  @Test(
    arguments: [
      (
        ["kind": "string", "columnSlug": "S", "operator": "isNull"],
        "columnSlug: companies has no column \"S\", did you mean \"s\"?", "columnNotFound"
      ),
      (
        ["kind": "string", "columnSlug": "contry", "operator": "isNull"],
        "columnSlug: companies has no column \"contry\"", "columnNotFound"
      ),
      (
        [
          "kind": "string", "columnSlug": "stag", "operator": "isNull",
          "relatedModelUuid": "m-deals",
        ],
        "columnSlug: deals has no column \"stag\", did you mean \"stage\"?", "columnNotFound"
      ),
      (
        ["kind": "string", "columnSlug": "s", "operator": "isNull", "relatedModelUuid": "m-none"],
        "relatedModelUuid: there is no model m-none", "modelNotFound"
      ),
      (
        ["kind": "segment", "operator": "in", "segmentUuid": "s-none"],
        "segmentUuid: there is no segment s-none", "segmentNotFound"
      ),
    ] as [(JSONValue, String, String)])
  func ofUnknownThings(condition: JSONValue, message: String, code: String) {
    let error = error(FilterFixture.filter(condition))
    #expect(error?.message == "groups[0].conditions[0]." + message)
    #expect(error?.code == code)
    #expect(error?.status == 400)
  }

  @Test(
    arguments: [
      ("x", "sort: a sort is a list of {columnSlug, kind}", "invalidFilter"),
      ([1], "sort[0]: a sort is a list of {columnSlug, kind}", "invalidFilter"),
      ([["columnSlug": "n"]], "sort[0].kind: kind is missing", "invalidFilter"),
      (
        [["columnSlug": "n", "kind": "descending"]],
        "sort[0].kind: there is no \"descending\", did you mean \"desc\"?", "invalidFilter"
      ),
      (
        [["columnSlug": "n", "kind": "asc"], ["columnSlug": "zz", "kind": "asc"]],
        "sort[1].columnSlug: companies has no column \"zz\"", "columnNotFound"
      ),
    ] as [(JSONValue, String, String)])
  func ofASort(sort: JSONValue, message: String, code: String) {
    let error = #expect(throws: CargoError.self) {
      try fixture.ids(["conjonction": "and", "groups": []], sort: sort)
    }
    #expect(error?.message == message)
    #expect(error?.code == code)
  }
}
