import CargoClient
import Testing

@testable import LocalWorkspace

@Suite struct StrictBodyTests {
  struct Case: CustomTestStringConvertible {
    let operation: String
    let body: String
    let status: Int
    let message: String
    var testDescription: String { operation + " " + body }
  }

  static let unknown = "0b6c0f5e-7d2a-4c11-8f3a-1a2b3c4d5e01"

  static let cases: [Case] = [
    Case(operation: "whoami", body: "[]", status: 400, message: "must be an object"),
    Case(operation: "whoami", body: "{", status: 400, message: "invalid JSON"),
    Case(operation: "whoami", body: #"{"x":1}"#, status: 400, message: "unknown key \"x\""),
    Case(operation: "run.get", body: "{}", status: 400, message: "\"uuid\" is required"),
    Case(operation: "run.get", body: #"{"uuid":"x"}"#, status: 400, message: "a UUID (version 4)"),
    Case(
      operation: "run.get", body: #"{"uuid":"0b6c0f5e-7d2a-1c11-8f3a-1a2b3c4d5e01"}"#, status: 400,
      message: "a UUID (version 4)"),
    Case(
      operation: "run.get", body: #"{"uuid":"\#(unknown)"}"#, status: 404, message: "Run not found"),
    Case(
      operation: "batch.get", body: #"{"uuid":"\#(unknown)"}"#, status: 404,
      message: "Batch not found"),
    Case(
      operation: "model.get", body: #"{"uuid":"\#(unknown)"}"#, status: 404,
      message: "Model not found"),
    Case(
      operation: "segment.get", body: #"{"uuid":"\#(unknown)"}"#, status: 404,
      message: "Segment not found"),
    Case(
      operation: "connector.get", body: #"{"uuid":"\#(unknown)"}"#, status: 404,
      message: "Connector not found"),
    Case(
      operation: "segment.fetch", body: #"{"modelUuid":"\#(unknown)","filter":{}}"#, status: 404,
      message: "Model not found"),
    Case(
      operation: "integration.get", body: #"{"slug":"clearbit"}"#, status: 404,
      message: "Integration not found"),
    Case(
      operation: "segment.fetch", body: #"{"modelUuid":"\#(unknown)"}"#, status: 400,
      message: "\"filter\" is required"),
    Case(
      operation: "segment.fetch",
      body: #"{"modelUuid":"\#(unknown)","filter":{},"fetchingLimit":-1}"#, status: 400,
      message: "\"fetchingLimit\" must be an integer from 0"),
    Case(
      operation: "action.execute", body: #"{"action":{"kind":"connector"},"data":{}}"#, status: 400,
      message: "integrationSlug"),
    Case(
      operation: "action.execute", body: #"{"action":{"kind":"robot"},"data":{}}"#, status: 400,
      message: "needs a kind"),
    Case(
      operation: "action.execute", body: #"{"action":"prospeo.findEmail","data":{}}"#, status: 400,
      message: "\"action\" must be an object"),
    Case(
      operation: "action.execute",
      body:
        #"{"action":{"kind":"connector","integrationSlug":"prospero","actionSlug":"x"},"data":{}}"#,
      status: 400, message: "Integration not found: prospero"),
    Case(
      operation: "action.execute",
      body:
        #"{"action":{"kind":"connector","integrationSlug":"prospeo","actionSlug":"find"},"data":{}}"#,
      status: 400, message: "Action not found: prospeo.find"),
    Case(
      operation: "action.execute",
      body: """
        {"action":{"kind":"connector","integrationSlug":"prospeo","actionSlug":"findEmail",\
        "connectorUuid":"\(unknown)"},"data":{}}
        """, status: 400, message: "Connector not found"),
    Case(
      operation: "action.execute_batch",
      body: """
        {"action":{"kind":"connector","integrationSlug":"prospeo","actionSlug":"findEmail"},\
        "records":[{},1]}
        """, status: 400, message: "element 1"),
  ]

  let harness: WorkspaceHarness

  init() throws { harness = try WorkspaceHarness() }

  @Test(arguments: cases)
  func refuses(one: Case) throws {
    let error = try harness.error(one.operation, one.body)
    #expect(error.kind == .cargo)
    #expect(error.status == one.status)
    #expect(error.message.contains(one.message), "\(error.message)")
    #expect(error.operation == one.operation)
    let body = try JSONValue(#require(error.body))
    #expect(body["errorMessage"]?.string == error.message)
  }

  @Test func whatIsNotAvailableOfflineSaysSo() throws {
    for name in ["play.list", "agent.list", "node.execute"] {
      let error = try harness.error(name)
      #expect(error.code == "notAvailableOffline")
      #expect(error.message.contains(name))
    }
    let error = try harness.error(
      "action.execute", #"{"action":{"kind":"native","actionSlug":"agent"},"data":{}}"#)
    #expect(error.code == "notAvailableOffline")
  }

  @Test func everyHandlerHasARow() {
    for name in Handlers.all.keys {
      #expect(OperationTable.named(name)?.name == name, "\(name) is in no row")
    }
  }
}

@Suite struct HandlerCoverageTests {
  /// Resources that a local workspace does not have: workflows, agents, warehouses, the administration
  /// of a workspace.
  static let resources: Set<String> = [
    "agent", "ai.file", "ai.mcp_server", "ai.memory", "ai.release", "ai.template", "change", "chat",
    "draft_release", "folder", "message", "native_integration", "orchestration", "play", "release",
    "role", "sor", "template", "token", "tool", "trace",
    "workflow",
  ]

  /// Single operations of resources that it has.
  static let operations: Set<String> = [
    "billing.create_portal_session", "billing.credit_card", "billing.invoices",
    "billing.subscription", "connector.autocomplete", "node.execute", "record.download",
    "record.download_outputs",
    "run.download", "run.download_outputs", "user.create", "user.list", "user.remove",
    "user.update",
  ]

  private func resource(_ name: String) -> String {
    name.split(separator: ".").dropLast().joined(separator: ".")
  }

  /// A new row of the table is either handled or named here.
  @Test func everyRowIsHandledOrKnownToBeUnavailable() {
    let unhandled = Set(OperationTable.all.map(\.name)).subtracting(Handlers.all.keys)
    let unexpected = unhandled.filter {
      !Self.resources.contains(resource($0)) && !Self.operations.contains($0)
    }
    #expect(unexpected == [], "neither handled nor named")
    #expect(Self.operations.subtracting(unhandled) == [], "named, but handled or in no row")
    #expect(Self.resources.intersection(Handlers.all.keys.map(resource)) == [])
  }
}

@Suite struct IdentifierTests {
  @Test func newOnesAreValidDifferentAndInOrder() {
    let made = (0..<1_000).map { _ in Identifier.make() }
    #expect(made.allSatisfy(Identifier.isValid))
    #expect(Set(made).count == made.count)
    // By the millisecond: the order of the index is the order of time.
    let times = made.map { $0.prefix(13) }
    #expect(times == times.sorted())
  }
}
