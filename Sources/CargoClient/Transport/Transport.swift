/// What travels to a workspace: an operation and its arguments.
public struct OperationRequest {
  /// The row.
  public let operation: Operation
  /// The arguments that are sent: one JSON object in UTF-8, wire names as keys, keys sorted. Path and
  /// query parameters are in it too; a transport puts each where the row says.
  public let arguments: [UInt8]
  /// The caller will wait for the end of what this starts. A transport that is told of the end may
  /// answer with the finished value (the body of the `get`) instead of the pending one.
  public let waits: Bool
  /// Called by a transport that is told of it as the runs of a batch end, until the answer: with how
  /// many have ended and how many there are.
  public let onProgress: ((Int64, Int64) -> Void)?
  /// The most that what this starts may cost, in credits, where the caller gave a limit. A transport that
  /// is told of it stops before it pays more.
  public let maxCredits: Double?

  /// Makes a request.
  public init(
    operation: Operation, arguments: [UInt8], waits: Bool = false,
    onProgress: ((Int64, Int64) -> Void)? = nil, maxCredits: Double? = nil
  ) {
    self.maxCredits = maxCredits
    self.operation = operation
    self.arguments = arguments
    self.waits = waits
    self.onProgress = onProgress
  }
}

/// The outcome of a request: the answer's JSON bytes, or the error.
public typealias TransportResult = Result<[UInt8], CargoError>

/// Carries requests to a workspace: over HTTP, or into the embedded one.
///
/// Bound to the loop's thread: `send` is called there and `completion` is called there, exactly once,
/// never from within `send`.
public protocol Transport: AnyObject {
  /// Sends a request. Returns an id for `cancel`.
  @discardableResult
  func send(
    _ request: OperationRequest, completion: @escaping (TransportResult) -> Void
  ) -> RequestID

  /// Gives up a request: its completion is called with a `cancelled` error, unless the request may
  /// pay and has left: then it runs to its end and completes as if never cancelled.
  func cancel(_ id: RequestID)
}

/// Names a request under way.
public struct RequestID: Hashable, Sendable {
  /// A number that is not used again in this process.
  public let rawValue: UInt64

  /// Wraps a number.
  public init(_ rawValue: UInt64) { self.rawValue = rawValue }
}
