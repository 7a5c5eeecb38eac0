import CargoClient
import Runtime

/// The workspace of a run, opened at its first call: a recipe that calls nothing pays for nothing.
///
/// The way of a call is assembled here (`design.md` §2).
final class RunWorkspace: CallHandler {
  /// What the run has done there.
  struct Summary {
    /// The run's id; nil when no call was made.
    var runID: String?
    var isLive: Bool
    var name: String
    var report: RunReport?
    var spent: Credits
    var budget: Credits?
  }

  private let choice: WorkspaceChoice
  private let prepared: PreparedRecipe
  private let options: RunOptions
  private let loop: EventLoop
  private let terminal: Terminal

  init(
    _ choice: WorkspaceChoice, recipe: PreparedRecipe, options: RunOptions, loop: EventLoop,
    terminal: Terminal
  ) throws(CargoError) {
    self.choice = choice
    prepared = recipe
    self.options = options
    self.loop = loop
    self.terminal = terminal
  }

  func handle(_ call: OperationCall, completion: @escaping (CallResult) -> Void) {
    loop.schedule(after: 0) {
      completion(.failure(CargoError(.cargo, "there is no workspace yet")))
    }
  }

  /// The price of an action, from the workspace's catalogue.
  func price(of action: String, completion: @escaping (Result<Credits?, CargoError>) -> Void) {
    loop.schedule(after: 0) { completion(.success(nil)) }
  }

  /// Lets paying calls that have left come to their end.
  func settle() {}

  /// Notes in the journal how the run ended.
  func finish(_ ending: RunEnding) {}

  var summary: Summary {
    Summary(
      runID: nil, isLive: choice.isLive, name: choice.isLive ? "live" : "local", report: nil,
      spent: .zero, budget: nil)
  }
}
