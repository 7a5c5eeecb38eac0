/// One row of the table of operations: everything that is known of an operation, once.
///
/// The Lua functions and their argument checks, "did you mean", `cargo-script call`, the reference
/// page, the local workspace's dispatch, permission names and HTTP routes all read these rows
/// (`design.md` §2, "One table of operations"). No second list may exist.
public struct Operation: Sendable {
  /// The domain of the full name, `orchestration`; empty for `whoami`.
  public let domain: String
  /// The short name that recipes use, in snake_case: `action.execute_batch`.
  public let name: String
  /// One sentence of help.
  public let summary: String
  /// The HTTP method (`cargo-platform.md` §2.5).
  public let method: Method
  /// The path under `/v1`, with `{wireName}` for a parameter: `/orchestration/runs/{uuid}`.
  public let path: String
  /// The parameters, in the order help shows them.
  public let parameters: [Parameter]
  /// How the answer becomes the value that the recipe gets.
  public let result: ResultShape
  /// What may be waited for after it, and whether that is the default.
  public let waiting: Waiting
  /// What it does to the world.
  public let effect: Effect

  /// An HTTP method.
  public enum Method: String, Sendable {
    case get = "GET", post = "POST", put = "PUT", delete = "DELETE"
  }

  /// How an answer becomes a value.
  public enum ResultShape: Sendable, Equatable {
    /// The whole answer, as it is.
    case whole
    /// The value under one key: `segment.list()` is the array under `segments`.
    case unwrap(String)
    /// `{run, runContext, runComputedConfigs}` becomes the run plus `context` and `configs`.
    case run
    /// A finished run becomes `{output, run, context, configs, credits}`.
    case execution
    /// A finished batch and its rows become `{results, errors, batch, credits}`.
    case batchExecution
    /// `{userMessage, assistantMessage}`; after waiting, the finished assistant message.
    case message
  }

  /// What is waited for.
  public enum Waiting: Sendable, Equatable {
    /// The operation answers at once.
    case never
    /// Starts `what`; the recipe gets it pending unless it says `wait = true`.
    case onRequest(Awaited)
    /// Starts `what`; the recipe gets the finished value unless it says `wait = false`.
    case byDefault(Awaited)
    /// `run.wait` and its like: no request of its own, only the polls of `what`.
    case only(Awaited)
  }

  /// The kinds of work with a lifecycle (`cargo-platform.md` §4).
  public enum Awaited: Sendable, Equatable { case run, batch, message }

  /// What an operation does to the world; permission, budget and journal go by it.
  public enum Effect: Sendable, Equatable {
    /// Looks only.
    case read
    /// Changes something in the workspace and costs nothing.
    case write
    /// May cost credits.
    case pay
  }

  /// Makes a row.
  public init(
    domain: String, name: String, summary: String, method: Method, path: String,
    parameters: [Parameter], result: ResultShape, waiting: Waiting = .never, effect: Effect
  ) {
    self.domain = domain
    self.name = name
    self.summary = summary
    self.method = method
    self.path = path
    self.parameters = parameters
    self.result = result
    self.waiting = waiting
    self.effect = effect
  }

  /// The full name: `orchestration.action.execute_batch`.
  public var fullName: String { domain.isEmpty ? name : domain + "." + name }
}
