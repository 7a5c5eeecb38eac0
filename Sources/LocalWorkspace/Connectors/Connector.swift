/// Answers the actions of one integration: the bundled demo, or a Lua file of the workspace.
///
/// Bound to the loop's thread: `execute` is called there and calls back there, exactly once, never
/// from within.
public protocol Connector: AnyObject {
  /// The integration it answers for.
  var integration: Integration { get }
  /// Runs one try of an action.
  func execute(
    _ call: ConnectorCall, completion: @escaping (Result<ConnectorAnswer, ConnectorFailure>) -> Void
  )
}

/// One try of an action.
public struct ConnectorCall {
  /// The action's slug.
  public let action: String
  /// The input: a JSON object that has the action's required fields.
  public let data: [UInt8]
  /// The connector's settings (`connector.config`), a JSON object; nil when it has none.
  public let config: [UInt8]?
  /// Which try it is, from 1.
  public let attempt: Int

  /// Makes a call.
  public init(action: String, data: [UInt8], config: [UInt8]? = nil, attempt: Int = 1) {
    self.action = action
    self.data = data
    self.config = config
    self.attempt = attempt
  }
}

/// What an action answered.
public struct ConnectorAnswer: Sendable {
  /// The output: JSON.
  public let output: [UInt8]
  /// Whether something was found; an action that is paid per hit costs nothing else.
  public let isHit: Bool
  /// How many records came back; an action that is paid per returned record costs by it.
  public let returnedCount: Int

  /// Makes an answer.
  public init(output: [UInt8], isHit: Bool = true, returnedCount: Int = 1) {
    self.output = output
    self.isHit = isHit
    self.returnedCount = returnedCount
  }
}

/// Why an action gave no answer. It costs nothing.
public struct ConnectorFailure: Error, Sendable {
  /// One sentence for `errorMessage`.
  public let message: String
  /// Whether another try may help (a 429, a fault of the provider).
  public let isRetryable: Bool
  /// Seconds that the provider wants to be left alone.
  public let retryAfter: Double?

  /// Makes a failure.
  public init(_ message: String, isRetryable: Bool, retryAfter: Double? = nil) {
    self.message = message
    self.isRetryable = isRetryable
    self.retryAfter = retryAfter
  }
}
