import Testing

@testable import CargoClient

@Suite struct OperationTableTests {
  static let contract = contractNames.split(whereSeparator: \.isWhitespace).map(String.init)

  @Test func namesAreUniqueAndSnakeCase() {
    #expect(Set(OperationTable.all.map(\.name)).count == OperationTable.all.count)
    #expect(Set(OperationTable.all.map(\.fullName)).count == OperationTable.all.count)
    for operation in OperationTable.all {
      for name in [operation.name, operation.fullName] + operation.parameters.map(\.name) {
        #expect(OperationTable.canonicalName(name) == name, "\(name) is not snake_case")
      }
    }
  }

  @Test func holdsTheContractAndNothingElse() {
    let table = Set(OperationTable.all.map(\.platformName))
    let contract = Set(Self.contract)
    #expect(contract.count == Self.contract.count)
    #expect(contract.subtracting(table).sorted() == [])
    #expect(table.subtracting(contract).sorted() == [])
  }

  /// Required, or looked up among the things of the model that the call names.
  @Test func everyPathParameterIsKnownBeforeItIsSent() {
    for operation in OperationTable.all {
      let named = operation.path.split(separator: "{").dropFirst()
        .map { String($0.prefix { $0 != "}" }) }
      let declared = operation.parameters.filter { $0.location == .path }
      #expect(Set(named) == Set(declared.map(\.wireName)), "\(operation.name)")
      for parameter in declared where !parameter.isRequired {
        #expect(parameter.type == .uuid(.segment), "\(operation.name)")
        #expect(operation.parameters.contains { $0.wireName == "modelUuid" && $0.isRequired })
      }
      #expect(operation.path.hasPrefix("/"))
    }
  }

  @Test func parametersAreWellFormed() {
    for operation in OperationTable.all {
      var names = Set<String>()
      for parameter in operation.parameters {
        let here = "\(operation.name).\(parameter.name)"
        for name in [parameter.name] + parameter.aliases {
          #expect(names.insert(name).inserted, "\(here): \(name) twice")
        }
        #expect(!parameter.wireName.contains("_"), "\(here) is not camelCase on the wire")
        #expect(parameter.wireName.first?.isUppercase == false, "\(here)")
        #expect(!parameter.help.isEmpty && parameter.help.last == ".", "\(here)")
        if parameter.location == .host { #expect(!parameter.isRequired, "\(here)") }
        if operation.method == .get {
          #expect(![.body, .wholeBody, .file].contains(parameter.location), "\(here) in a GET")
        }
      }
      #expect(operation.summary.last == ".", "\(operation.name)")
      let whole = operation.parameters.filter { $0.location == .wholeBody }
      #expect(whole.count <= 1)
      if !whole.isEmpty { #expect(!operation.parameters.contains { $0.location == .body }) }
    }
  }

  @Test func hostOptionsFollowWaitingAndEffect() throws {
    for operation in OperationTable.all {
      let host = Set(operation.parameters.filter { $0.location == .host }.map(\.name))
      let waitOptions: Set = ["timeout", "polling_interval", "raise", "on_poll"]
      switch operation.waiting {
      case .never: #expect(host.isDisjoint(with: waitOptions.union(["wait"])))
      case .only: #expect(host.isSuperset(of: waitOptions) && !host.contains("wait"))
      case .onRequest, .byDefault: #expect(host.isSuperset(of: waitOptions.union(["wait"])))
      }
      #expect(host.contains("nulls") == (operation.effect == .read))
      if operation.effect == .pay { #expect(host.contains("max_credits")) }
      if operation.effect == .write { #expect(!host.contains("max_credits")) }
      if operation.method == .put || operation.method == .delete {
        #expect(operation.effect == .write, "\(operation.name)")
      }
    }
    let execute = try #require(OperationTable.named("action.execute"))
    #expect(execute.parameter(named: "wait")?.defaultJSON == "true")
    #expect(execute.parameter(named: "wait_until_finished")?.name == "wait")
    let create = try #require(OperationTable.named("run.create"))
    #expect(create.parameter(named: "wait")?.defaultJSON == "false")
  }

  @Test func payingOperationsAreTheSixOfTheContract() throws {
    let paying = OperationTable.all.filter { $0.effect == .pay }.map(\.name).sorted()
    #expect(
      paying == [
        "action.execute", "action.execute_batch", "batch.create", "message.create",
        "node.execute", "run.create",
      ])
    let fetch = try #require(OperationTable.named("segment.fetch"))
    #expect(fetch.effect == .read)
    #expect(fetch.effectsOfArguments == [.init("enrich", .pay), .init("sync", .write)])
    #expect(fetch.parameter(named: "max_credits") != nil)
  }

  @Test(arguments: [
    ("action.execute_batch", "action.execute_batch"),
    ("orchestration.action.execute_batch", "action.execute_batch"),
    ("orchestration.action.executeBatch", "action.execute_batch"),
    ("orchestration action execute-batch", "action.execute_batch"),
    ("action executeBatch", "action.execute_batch"),
    ("orchestration run create", "run.create"),
    ("orchestration draft-release deploy", "draft_release.deploy"),
    ("storage.query.execute", "storage.query"),
    ("storage query download", "storage.download"),
    ("storage record update-bulk", "storage.record.update_bulk"),
    ("system-of-record client get-documentation", "sor.get_documentation"),
    ("systemOfRecord.client.query", "sor.query"),
    ("workspaceManagement token create", "token.create"),
    ("content file list", "ai.file.list"),
    ("billing usage get-metrics", "billing.usage"),
    ("connection native-integration get", "native_integration.get"),
    ("whoami", "whoami"),
  ])
  func isFoundByEverySpelling(spelling: String, name: String) {
    #expect(OperationTable.named(spelling)?.name == name)
  }

  @Test(arguments: ["", ".", "run", "run.", "run.creat", "orchestration", "execute"])
  func unknownNamesAreNotFound(name: String) {
    #expect(OperationTable.named(name) == nil)
  }

  @Test func suggestsOperations() {
    #expect(OperationTable.suggestion(for: "segment.fech") == "segment.fetch")
    #expect(OperationTable.suggestion(for: "action.executeBatchs") == "action.execute_batch")
    #expect(OperationTable.suggestion(for: "zzz.qqq") == nil)
  }

  @Test func referencesHaveShortAliases() throws {
    let fetch = try #require(OperationTable.named("segment.fetch"))
    #expect(fetch.parameter(named: "model")?.name == "model_uuid")
    #expect(fetch.parameter(named: "modelUuid")?.name == "model_uuid")
    let get = try #require(OperationTable.named("segment.get"))
    #expect(get.parameter(named: "segment")?.name == "uuid")
    let run = try #require(OperationTable.named("run.create"))
    #expect(run.parameter(named: "tool")?.name == "workflow_uuid")
    #expect(run.parameter(named: "nonsense") == nil)
  }

  @Test(arguments: [
    ("run.get", "uuid"), ("storage.query", "query"), ("segment.list", "model_uuid"),
    ("batch.wait", "uuid"), ("integration.get", "slug"), ("segment.get", "uuid"),
  ])
  func bareValuesStandForTheOneParameter(operation: String, parameter: String) {
    #expect(OperationTable.named(operation)?.bareParameter?.name == parameter)
  }

  @Test(arguments: ["whoami", "batch.download", "action.execute", "action.list"])
  func bareValuesAreRefusedWhereTheyWouldBeAmbiguous(operation: String) {
    #expect(OperationTable.named(operation)?.bareParameter == nil)
  }

  @Test func executeBatchHasAnotherRoute() {
    #expect(
      OperationTable.named("action.execute_batch")?.alternativePath
        == "/orchestration/actions/executeBatch")
  }

  @Test func nestedShapesTellListsFromObjects() throws {
    let filter = try #require(
      OperationTable.named("segment.fetch")?.parameter(named: "filter")?.type)
    guard case .object(let fields) = filter, case .array(.object(let group)) = fields[1].type,
      case .array(.object(let conditions)) = group[1].type
    else {
      Issue.record("filter is not two levels deep")
      return
    }
    #expect(fields.map(\.key) == ["conjonction", "groups"])
    #expect(group.map(\.key) == ["conjonction", "conditions"])
    #expect(conditions.contains { $0.key == "values" && $0.type == .array(.any) })
  }
}

/// `cargo-platform.md` §2.5 with §3 and §9, less the legacy tool route and the event stream of
/// `ai.message.stream`, plus the three waits of `design.md` §4.1.
private let contractNames = """
  orchestration.action.execute orchestration.action.executeBatch
  orchestration.action.getOutputSchema orchestration.action.list
  orchestration.run.create orchestration.run.get orchestration.run.wait orchestration.run.list
  orchestration.run.count orchestration.run.cancel orchestration.run.download
  orchestration.run.downloadOutputs orchestration.run.getMetrics
  orchestration.batch.create orchestration.batch.get orchestration.batch.wait
  orchestration.batch.list orchestration.batch.cancel orchestration.batch.download
  orchestration.record.list orchestration.record.count orchestration.record.download
  orchestration.record.downloadOutputs orchestration.record.getMetrics orchestration.record.cancel
  orchestration.node.validate orchestration.node.compute orchestration.node.execute
  orchestration.play.list orchestration.play.get orchestration.play.create
  orchestration.play.update orchestration.play.remove
  orchestration.tool.list orchestration.tool.get orchestration.tool.create
  orchestration.tool.update orchestration.tool.remove
  orchestration.workflow.list orchestration.workflow.get
  orchestration.template.list orchestration.template.get
  orchestration.release.list orchestration.release.get orchestration.release.getDeployed
  orchestration.draftRelease.get orchestration.draftRelease.update
  orchestration.draftRelease.deploy orchestration.trace.list orchestration.query.execute
  expression.eval.evaluate
  segmentation.segment.list segmentation.segment.get segmentation.segment.create
  segmentation.segment.update segmentation.segment.remove segmentation.segment.fetch
  segmentation.segment.download segmentation.change.list segmentation.change.fetch
  storage.dataset.list storage.dataset.get
  storage.model.list storage.model.get storage.model.create storage.model.update
  storage.model.remove storage.model.getDdl
  storage.column.list storage.column.create storage.column.update storage.column.remove
  storage.column.reorder storage.relationship.list storage.relationship.set
  storage.record.list storage.record.updateBulk storage.record.ingest
  storage.query.execute storage.query.download
  systemOfRecord.sor.list systemOfRecord.client.query systemOfRecord.client.fetch
  systemOfRecord.client.download systemOfRecord.client.getDocumentation
  connection.connector.list connection.connector.get connection.connector.create
  connection.connector.update connection.connector.remove connection.connector.existsBySlug
  connection.connector.autocomplete connection.integration.list connection.integration.get
  connection.integration.getDocumentation connection.nativeIntegration.get
  ai.agent.list ai.agent.get ai.agent.create ai.agent.update ai.agent.remove
  ai.release.list ai.release.get ai.release.getDraft ai.release.updateDraft
  ai.release.deployDraft ai.template.list ai.template.get
  ai.chat.create ai.chat.list ai.chat.get
  ai.message.create ai.message.list ai.message.get ai.message.wait
  ai.file.list ai.file.get ai.file.upload ai.file.remove
  ai.mcpServer.list ai.mcpServer.create ai.mcpServer.update ai.mcpServer.remove
  ai.memory.list ai.memory.update ai.memory.remove
  billing.usage.getMetrics billing.subscription.get billing.subscription.getInvoices
  billing.subscription.getCreditCard billing.subscription.createPortalSession
  workspace.user.list workspace.user.getCurrent workspace.user.create workspace.user.update
  workspace.user.remove workspace.role.list
  workspace.token.list workspace.token.create workspace.token.remove
  workspace.folder.list workspace.folder.get workspace.folder.create workspace.folder.update
  workspace.folder.remove workspace.file.upload workspace.file.listColumns whoami
  """
