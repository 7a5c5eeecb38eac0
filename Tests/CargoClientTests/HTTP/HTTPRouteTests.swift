import Glibc
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
    let parts = try route.parts(Array(example.arguments.utf8))
    #expect(parts.target == "/v1" + example.url)
    #expect(parts.contentType == nil)
    #expect(parts.body.map { String(decoding: $0, as: UTF8.self) } == example.body)
  }

  @Test(arguments: [
    #"{}"#, #"{"uuid":""}"#, #"{"uuid":null}"#, #"{"uuid":".."}"#, #"{"uuid":"."}"#,
  ])
  func anAddressNeedsItsParameters(arguments: String) throws {
    let operation = try #require(OperationTable.named("run.get"))
    let route = HTTPRoute(operation, path: operation.path)
    let error = #expect(throws: CargoError.self) { try route.parts(Array(arguments.utf8)) }
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
        writer.string(parameter.location == .file ? "/dev/null" : "x")
      }
      writer.endObject()
      if operation.parameters.contains(where: { $0.location == .file }) {
        // A device is no file, and the error says so.
        #expect(throws: CargoError.self) { try route.parts(writer.bytes) }
        continue
      }
      let parts = try route.parts(writer.bytes)
      let (target, body) = (parts.target, parts.body)
      #expect(!target.contains("{") && !target.contains("}"), "\(operation.name): \(target)")
      #expect((body == nil) == (operation.method == .get) || operation.method == .delete)
    }
  }

  @Test func aFileTravelsInAForm() throws {
    var template = Array("/tmp/cargo-upload.XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    defer {
      close(descriptor)
      unlink(template)
    }
    #expect(write(descriptor, "a,b\n1,2\n", 8) == 8)
    let path = String(decoding: template.dropLast().map { UInt8($0) }, as: UTF8.self)
    let operation = try #require(OperationTable.named("ai.file.upload"))
    let route = HTTPRoute(operation, path: operation.path)
    let parts = try route.parts(
      Array(#"{"filePath":"\#(path)","folderUuid":"f1"}"#.utf8))
    let boundary = try #require(parts.contentType?.split(separator: "=").last)
    let name = try #require(path.split(separator: "/").last)
    let expected = """
      --\(boundary)
      Content-Disposition: form-data; name="folderUuid"

      f1
      --\(boundary)
      Content-Disposition: form-data; name="file"; filename="\(name)"
      Content-Type: application/octet-stream

      a,b
      1,2

      --\(boundary)--

      """
    let body = String(decoding: parts.body ?? [], as: UTF8.self)
    #expect(
      body.split(separator: "\r\n", omittingEmptySubsequences: false).joined(separator: "\n")
        == expected)
  }
}
