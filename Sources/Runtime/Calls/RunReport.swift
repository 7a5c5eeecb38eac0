public import CargoClient

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

  /// What this run started and has not seen the end of, by uuid: what it costs is added when a later
  /// look tells.
  private var started: [String: (operation: String, action: String?)] = [:]

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

  /// A call has started work and does not know yet what it costs.
  func expect(costOf uuid: String, startedBy call: OperationCall) {
    started[uuid] = (call.operation.name, call.actionName)
  }

  /// Some work has ended: perhaps what an earlier call started.
  func workEnded(uuid: String, credits: Credits) {
    guard let (operation, action) = started.removeValue(forKey: uuid) else { return }
    operations[operation, default: Tally()].credits += credits
    if let action { actions[action, default: Tally()].credits += credits }
  }

  /// Counts the opening of rows that come without calls.
  public func noteRows(of operation: Operation) {
    operations[operation.name, default: Tally()].calls += 1
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

extension RunReport: CustomStringConvertible {
  /// One line for people: "120 calls, 2 errors, 6.5 credits".
  public var description: String {
    let total = total
    func count(_ number: Int, _ noun: String) -> String {
      "\(number) \(noun)\(number == 1 ? "" : "s")"
    }
    let credits =
      "\(total.credits) \(total.credits == Credits(millionths: 1_000_000) ? "credit" : "credits")"
    return "\(count(total.calls, "call")), \(count(total.errors, "error")), \(credits)"
  }

  /// Writes the members `actions`, `calls`, `credits`, `errors`, `operations` of the machine-readable
  /// summary into an object that is open.
  public func writeMembers(to writer: inout JSONWriter) {
    let total = total
    write(actions, as: "actions", to: &writer)
    write(total, to: &writer)
    write(operations, as: "operations", to: &writer)
  }

  private func write(_ tallies: [String: Tally], as key: String, to writer: inout JSONWriter) {
    writer.key(key)
    writer.beginObject()
    for (name, tally) in tallies.sorted(by: { $0.key < $1.key }) {
      writer.key(name)
      writer.beginObject()
      write(tally, to: &writer)
      writer.endObject()
    }
    writer.endObject()
  }

  private func write(_ tally: Tally, to writer: inout JSONWriter) {
    writer.key("calls")
    writer.integer(Int64(tally.calls))
    writer.key("credits")
    // The decimal text is exact and a JSON number.
    writer.raw(tally.credits.description.utf8)
    writer.key("errors")
    writer.integer(Int64(tally.errors))
  }
}
