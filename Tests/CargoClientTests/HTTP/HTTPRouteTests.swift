import Testing

@testable import CargoClient

@Suite struct HTTPRouteTests {
  struct Case: CustomTestStringConvertible {
    let operation: String
    let arguments: String
    let url: String
    let body: String?
    var testDescription: String { "\(operation) \(arguments)" }
  }

  static let cases: [Case] = [
    Case(
      operation: "action.execute", arguments: #"{"action":{"kind":"tool"},"data":{}}"#,
      url: "/orchestration/actions/execute", body: #"{"action":{"kind":"tool"},"data":{}}"#),
    Case(
      operation: "run.get", arguments: #"{"uuid":"0b6c0f5e-7d2a-4c11-8f3a-1a2b3c4d5e01"}"#,
      url: "/orchestration/runs/0b6c0f5e-7d2a-4c11-8f3a-1a2b3c4d5e01", body: nil),
    Case(
      operation: "run.get", arguments: #"{"uuid":"a/b?c #é\"%"}"#,
      url: "/orchestration/runs/a%2Fb%3Fc%20%23%C3%A9%22%25", body: nil),
    Case(
      operation: "batch.download", arguments: #"{"outputNodeSlug":"action","uuid":"x"}"#,
      url: "/orchestration/batches/x/download", body: #"{"outputNodeSlug":"action"}"#),
    Case(
      operation: "batch.cancel", arguments: #"{"uuid":"x"}"#,
      url: "/orchestration/batches/x/cancel", body: "{}"),
    Case(
      operation: "batch.list",
      arguments: #"{"limit":5,"statuses":["error","can celled"],"workflowUuids":[]}"#,
      url: "/orchestration/batches/list?statuses=error&statuses=can%20celled&limit=5", body: nil),
    Case(
      operation: "segment.list", arguments: #"{"modelUuid":null}"#,
      url: "/segmentation/segments/list", body: nil),
    Case(
      operation: "segment.remove", arguments: #"{"uuid":"x"}"#,
      url: "/segmentation/segments/x", body: nil),
    Case(
      operation: "segment.update", arguments: #"{"limit":null,"name":"A \"B\"","uuid":"x"}"#,
      url: "/segmentation/segments/x", body: #"{"limit":null,"name":"A \"B\""}"#),
    Case(
      operation: "storage.record.ingest", arguments: #"{"modelUuid":"m","records":[{"a":1}]}"#,
      url: "/models/m/records/ingest", body: #"[{"a":1}]"#),
  ]

  @Test(arguments: cases) func argumentsTravelWhereTheRowSays(_ example: Case) throws {
    let operation = try #require(OperationTable.named(example.operation))
    let route = HTTPRoute(operation, path: operation.path)
    let (target, body) = try route.address(Array(example.arguments.utf8))
    #expect(target == "/v1" + example.url)
    #expect(body.map { String(decoding: $0, as: UTF8.self) } == example.body)
  }

  @Test(arguments: [
    #"{}"#, #"{"uuid":""}"#, #"{"uuid":null}"#, #"{"uuid":".."}"#, #"{"uuid":"."}"#,
  ])
  func anAddressNeedsItsParameters(arguments: String) throws {
    let operation = try #require(OperationTable.named("run.get"))
    let route = HTTPRoute(operation, path: operation.path)
    let error = #expect(throws: CargoError.self) { try route.address(Array(arguments.utf8)) }
    #expect(error?.kind == .argument)
  }

  @Test func everyRowHasARoute() throws {
    for operation in OperationTable.all {
      let route = HTTPRoute(operation, path: operation.path)
      var writer = JSONWriter()
      writer.beginObject()
      for parameter in operation.parameters.sorted(by: { $0.wireName < $1.wireName })
      where parameter.location != .host {
        writer.key(parameter.wireName)
        writer.string("x")
      }
      writer.endObject()
      let (target, body) = try route.address(writer.bytes)
      #expect(!target.contains("{") && !target.contains("}"), "\(operation.name): \(target)")
      #expect((body == nil) == (operation.method == .get) || operation.method == .delete)
    }
  }
}
