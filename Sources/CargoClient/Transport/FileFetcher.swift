/// Fetches files that answers point to by a URL.
public protocol FileFetcher: AnyObject {
  /// Fetches a file for an operation. `completion` is called exactly once, on the loop, never from
  /// within. Returns an id for `cancel`.
  @discardableResult
  func fetch(
    _ url: String, for operation: Operation, completion: @escaping (TransportResult) -> Void
  ) -> RequestID

  /// Gives a fetch up; it completes with a `cancelled` error.
  func cancel(_ id: RequestID)
}
