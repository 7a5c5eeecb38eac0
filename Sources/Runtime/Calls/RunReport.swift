import CargoClient

/// What a run has done: calls, errors and credits per operation and per action, for the last line on
/// standard error and for `--json`.
public final class RunReport {
  /// Counts of one operation or action.
  public struct Tally: Sendable, Equatable {
    /// Calls that have ended.
    public var calls = 0
    /// Those that ended in an error.
    public var errors = 0
    /// What they cost, as far as known.
    public var credits = Credits.zero
  }

  /// By the operation's short name.
  public private(set) var operations: [String: Tally] = [:]
  /// By the action's name.
  public private(set) var actions: [String: Tally] = [:]

  /// Starts with nothing.
  public init() {}

  /// Everything together.
  public var total: Tally {
    operations.values.reduce(into: Tally()) { total, tally in
      total.calls += tally.calls
      total.errors += tally.errors
      total.credits += tally.credits
    }
  }

  /// Counts a call that has ended.
  func note(_ call: OperationCall, _ result: CallResult) {
    // Looking at a finished run again tells its cost, but does not cost anything.
    let credits = call.effect == .read ? nil : call.credits.flatMap { Credits($0) }
    func add(to tally: inout Tally) {
      tally.calls += 1
      if case .failure = result { tally.errors += 1 }
      tally.credits += credits ?? .zero
    }
    add(to: &operations[call.operation.name, default: Tally()])
    if let action = call.actionName { add(to: &actions[action, default: Tally()]) }
  }
}
