/// A look at remote work with a lifecycle, in whatever answer it stands: `cargo-platform.md` §3, §4.
struct RemoteWork {
  /// The states of `cargo-platform.md` §4.1, as far as a waiter tells them apart. A status that is not
  /// known counts as going on.
  enum State {
    case goingOn
    case succeeded
    /// `error` or `cancelled`.
    case failed
  }

  let kind: Operation.Awaited
  let uuid: String
  let status: String
  /// Whether the answer is what the `get` of the kind answers, and not the short form of a creation.
  let isComplete: Bool
  private let view: JSONView
  private let document: JSONDocument

  /// Finds the work in an answer; nil when there is none, or it has no uuid.
  init?(_ kind: Operation.Awaited, in document: JSONDocument) {
    let found: JSONView?
    let isComplete: Bool
    switch kind {
    case .run:
      found = document["run"]
      isComplete = document["runContext"] != nil
    case .batch:
      found = document["batch"]
      isComplete = found?["runsCount"] != nil
    case .message:
      // `message.create` answers with both sides of the chat, `message.get` with one message.
      found = document["message"] ?? document["assistantMessage"]
      isComplete = document["message"] != nil
    }
    guard let found, let uuid = found["uuid"]?.string else { return nil }
    self.kind = kind
    self.document = document
    self.uuid = uuid
    self.isComplete = isComplete
    view = found
    status = found["status"]?.string ?? ""
  }

  var state: State {
    switch status {
    case "success": .succeeded
    case "error", "cancelled": .failed
    case "skipped" where kind == .batch: .succeeded
    default: .goingOn
    }
  }

  /// How many runs a batch has, as far as it is known.
  var runsCount: Int64 { view["runsCount"]?.integer ?? 0 }

  /// How many of them have ended, in success or error.
  var executedRunsCount: Int64 { view["executedRunsCount"]?.integer ?? 0 }

  /// Credits that finished work has cost; nil when the answer does not say.
  var credits: Double? {
    switch kind {
    case .run:
      guard let executions = view["executions"]?.array else { return nil }
      return executions.reduce(0) { $0 + ($1["creditsUsedCount"]?.double ?? 0) }
    case .batch: return view["creditsUsedCount"]?.double
    case .message: return view["usage"]?["creditsUsedCount"]?.double
    }
  }

  /// Why it failed, in the platform's words: the work's own, or those of the first step that failed.
  var errorMessage: String? {
    if let message = view["errorMessage"]?.string, !message.isEmpty { return message }
    guard kind == .run, let executions = view["executions"]?.array else { return nil }
    for execution in executions where execution["status"]?.string == "error" {
      guard let message = execution["errorMessage"]?.string else { continue }
      let slug = execution["nodeSlug"]?.string
      return slug.map { "\(message) (in step \($0))" } ?? message
    }
    return nil
  }
}

extension Operation.Awaited {
  /// What recipes call it.
  var noun: String {
    switch self {
    case .run: "run"
    case .batch: "batch"
    case .message: "message"
    }
  }
}
