import CargoClient
import LocalWorkspace
import Runtime

/// The way of a call, put together (`design.md` §2):
/// permission → budget → intent → waiter → HTTP or local workspace.
final class Assembly {
  let runID: String
  let chain: CallChain
  let budget: Budget
  let prices: PriceBook
  let journal: Journal
  private let choice: WorkspaceChoice
  private let local: LocalWorkspace?

  init(
    _ choice: WorkspaceChoice, transport: any Transport, recipe: PreparedRecipe,
    permissions: Permissions, redactor: Redactor, budget limit: Credits?, loop: EventLoop
  ) throws(CargoError) {
    self.choice = choice
    runID = RunID.make()
    local = transport as? LocalWorkspace
    let waiter = Waiter(transport: transport, loop: loop)
    let manifest = recipe.manifest
    budget = Budget(limit, manifest?.credits)
    prices = PriceBook(source: waiter)
    journal = Journal(
      path: choice.journalPath,
      run: Journal.Run(
        id: runID, recipe: recipe.recipe.name,
        recipeHash: SHA256.digest(recipe.recipe.source).hexadecimal, workspace: choice.name,
        inputs: try recipe.inputsJSON(), budget: budget.limit),
      redactor: redactor, mailbox: loop.mailbox)
    chain = CallChain.forRun(
      permissions: permissions, budget: budget, pricing: prices, journal: journal,
      isLive: choice.isLive, loop: loop,
      over: waiter)
  }

  /// The line that says what the run works on and what it may spend.
  var firstLine: String {
    let limit = budget.limit.map { ", budget \(Quantity.credits($0))" }
    let missing = choice.isLive ? ", no budget: nothing that costs credits can be called" : ""
    return "workspace \(choice.name)\(limit ?? missing), run \(runID)"
  }

  /// A cursor over the rows of a request, where the workspace is the embedded one.
  func localRows(_ request: OperationRequest) throws(CargoError) -> (any RowSource)? {
    guard let local else { return nil }
    let rows = try local.rows(request)
    chain.report.noteRows(of: request.operation)
    return rows
  }

  /// Writes down what is left and closes the workspace's file.
  func close() { local?.close() }
}

extension PreparedRecipe {
  /// The inputs as a JSON object with sorted keys.
  fileprivate func inputsJSON() throws(CargoError) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    for (name, value) in recipe.inputs.sorted(by: { $0.key < $1.key }) {
      writer.key(name)
      switch value {
      case .string(let text): writer.string(text)
      case .integer(let number): writer.integer(number)
      case .number(let number): try writer.double(number)
      case .boolean(let flag): writer.bool(flag)
      case .list(let items):
        writer.beginArray()
        for item in items { writer.string(item) }
        writer.endArray()
      }
    }
    writer.endObject()
    return writer.bytes
  }
}
