import Synchronization

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
  /// The full name in snake_case: `orchestration.action.execute_batch`, `storage.query.execute`.
  public let fullName: String
  /// One sentence of help.
  public let summary: String
  /// The HTTP method (`cargo-platform.md` §2.5).
  public let method: Method
  /// The path under `/v1`, with `{wireName}` for a parameter: `/orchestration/runs/{uuid}`.
  public let path: String
  /// Where to turn when `path` answers 404: sources disagree on the spelling of some routes.
  public let alternativePath: String?
  /// The parameters, in the order help shows them. Made when first asked for: a recipe that starts
  /// looks at every row's name and at few rows' parameters.
  public var parameters: [Parameter] { lazyParameters.value }
  /// How the answer becomes the value that the recipe gets.
  public let result: ResultShape
  /// What may be waited for after it, and whether that is the default.
  public let waiting: Waiting
  /// What it does to the world.
  public let effect: Effect
  /// Arguments that make it do more than `effect` says when they are true: `enrich` of
  /// `segment.fetch` pays.
  public let effectsOfArguments: [ArgumentEffect]
  private let lazyParameters: LazyParameters

  /// An HTTP method.
  public enum Method: String, Sendable {
    case get = "GET", post = "POST", put = "PUT", delete = "DELETE"
  }

  /// How an answer becomes a value.
  public enum ResultShape: Sendable, Equatable {
    /// The whole answer, as it is.
    case whole
    /// The value under one key: `segment.list()` is the array under `segments`. An answer without
    /// the key is an error.
    case unwrap(String)
    /// Plain text, which a transport hands over as a JSON string (`get_documentation`).
    case text
    /// `{run, runContext, runComputedConfigs}` becomes the run plus `context` and `configs`, as far
    /// as the answer has them.
    case run
    /// A finished run becomes `{output, run, context, configs, credits}`.
    case execution
    /// A list of rows, which the answer has or points to by a `url` (`batch.download`).
    case rows
    /// A finished batch and its rows become `{results, errors, batch, credits}`.
    case batchExecution
    /// `{userMessage, assistantMessage}`; after waiting, the finished assistant message.
    case message
    /// An iterator over the rows that the operation of that name gives page by page.
    case iterator(over: String)
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

  /// An argument that, when true, changes what the operation does to the world.
  public struct ArgumentEffect: Sendable, Equatable {
    /// The argument's name on the wire.
    public let wireName: String
    /// What the call then does.
    public let effect: Effect

    /// Names the argument and what it does.
    public init(_ wireName: String, _ effect: Effect) {
      self.wireName = wireName
      self.effect = effect
    }
  }

  /// Makes a row; the full name is domain and name unless given.
  public init(
    domain: String, name: String, fullName: String? = nil, summary: String, method: Method,
    path: String, alternativePath: String? = nil,
    parameters: @autoclosure @escaping @Sendable () -> [Parameter], result: ResultShape,
    waiting: Waiting = .never, effect: Effect, effectsOfArguments: [ArgumentEffect] = []
  ) {
    self.domain = domain
    self.name = name
    self.fullName = fullName ?? (domain.isEmpty ? name : domain + "." + name)
    self.summary = summary
    self.method = method
    self.path = path
    self.alternativePath = alternativePath
    lazyParameters = LazyParameters(parameters)
    self.result = result
    self.waiting = waiting
    self.effect = effect
    self.effectsOfArguments = effectsOfArguments
  }

  /// The platform's own spelling of the full name: `orchestration.action.executeBatch`.
  public var platformName: String { Parameter.camelCase(fullName) }

  /// The parameter that a bare value stands for (`run.get(uuid)`, `storage.query("SELECT …")`): the
  /// only one that is required and has no default, or the only one there is; nil when there is no
  /// such.
  public var bareParameter: Parameter? {
    let sent = parameters.filter { $0.location != .host }
    let required = sent.filter { $0.isRequired && $0.defaultJSON == nil }
    if required.count == 1 { return required[0] }
    return sent.count == 1 ? sent[0] : nil
  }

  /// The parameter of that name: in snake_case, as on the wire, or an alias.
  public func parameter(named name: String) -> Parameter? {
    parameters.first { $0.name == name || $0.wireName == name || $0.aliases.contains(name) }
  }
}

/// Parameters that are made once, at the first look.
private final class LazyParameters: Sendable {
  private enum State {
    case unmade(@Sendable () -> [Parameter])
    case made([Parameter])
  }

  private let state: Mutex<State>

  init(_ make: @escaping @Sendable () -> [Parameter]) {
    state = Mutex(.unmade(make))
  }

  var value: [Parameter] {
    state.withLock { state in
      switch state {
      case .made(let parameters): return parameters
      case .unmade(let make):
        let parameters = make()
        state = .made(parameters)
        return parameters
      }
    }
  }
}
