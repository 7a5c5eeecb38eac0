/// One call of an operation on its way from the recipe to the workspace and back.
///
/// A class, because the interceptors of a run (permission, budget, intent, …) and the waiter note on
/// it what they learn. Bound to the loop's thread.
public final class OperationCall {
  /// The row.
  public let operation: Operation
  /// The request's arguments as canonical JSON: wire names, sorted keys, names resolved.
  public var arguments: [UInt8]
  /// Whether the caller gets the finished value (`wait`).
  public var waits: Bool
  /// Seconds until the wait raises `timeout`; nil waits on.
  public var timeout: Double?
  /// Seconds between polls; nil uses the schedule of `cargo-platform.md` §4.2.
  public var pollingInterval: Double?
  /// Whether work that ends in `error` or `cancelled` makes the call fail (`raise`).
  public var raisesOnFailure = true
  /// The recipe's own upper bound for what this call may cost, in credits.
  public var maxCredits: Double?
  /// The name of the action that the call runs, `prospeo.findEmail`, `tool.<uuid>`; set by whoever
  /// looks into the arguments first, nil until then and for calls that run none.
  public var actionName: String?
  /// Called with the uuid of the remote work the moment it is known.
  public var onAccepted: ((String) -> Void)?
  /// Called with the body of each poll.
  public var onPoll: (([UInt8]) -> Void)?
  /// Called as the runs of a batch that is waited for end, with how many have and how many there are.
  public var onProgress: ((Int64, Int64) -> Void)?
  /// Gives the call up; set while something is under way that can be given up.
  public var canceller: (() -> Void)?
  /// Credits that the finished work cost; nil until known.
  public var credits: Double?

  /// Makes a call.
  public init(operation: Operation, arguments: [UInt8], waits: Bool) {
    self.operation = operation
    self.arguments = arguments
    self.waits = waits
  }

  /// Gives the call up. What may pay and has left runs to its end all the same.
  public func cancel() { canceller?() }
}

/// What a call brings back: the answer's body and, for a finished `action.execute_batch`, the JSON
/// array of its rows (`batch.download`).
public struct OperationAnswer {
  /// The answer's JSON.
  public var body: [UInt8]
  /// The rows of a finished batch, as a JSON array in record order.
  public var rows: [UInt8]?

  /// Makes an answer.
  public init(body: [UInt8], rows: [UInt8]? = nil) {
    self.body = body
    self.rows = rows
  }
}

/// The outcome of a call.
public typealias CallResult = Result<OperationAnswer, CargoError>

/// Takes a call to its end: the waiter at the bottom, interceptors above it.
public protocol CallHandler: AnyObject {
  /// Handles `call`; `completion` is called exactly once, on the loop's thread.
  func handle(_ call: OperationCall, completion: @escaping (CallResult) -> Void)
}
