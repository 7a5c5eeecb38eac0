import CargoClient

/// A request under way: completed exactly once.
///
/// Bound to the loop's thread.
final class Request {
  let id: UInt64
  let operation: Operation
  let arguments: [UInt8]
  let waits: Bool
  /// Told how many runs of a batch have ended, and how many there are.
  let onProgress: ((Int64, Int64) -> Void)?
  /// What may be paid for it; nil for no limit.
  let ceiling: CreditCeiling?
  /// Called when the caller gives up; returns whether the request may be completed as cancelled.
  var onGiveUp: () -> Bool = { true }
  private weak var workspace: LocalWorkspace?
  private var completion: ((TransportResult) -> Void)?

  init(
    id: UInt64, request: OperationRequest, workspace: LocalWorkspace,
    completion: @escaping (TransportResult) -> Void
  ) {
    self.id = id
    operation = request.operation
    arguments = request.arguments
    waits = request.waits
    onProgress = request.onProgress
    ceiling = request.maxCredits.map { CreditCeiling(credits: $0) }
    self.workspace = workspace
    self.completion = completion
  }

  func succeed(_ body: [UInt8]) { complete(.success(body)) }

  func fail(_ error: CargoError) { complete(.failure(error)) }

  func complete(_ result: Result<[UInt8], CargoError>) {
    guard let completion else { return }
    self.completion = nil
    // It holds the work, which holds this request.
    onGiveUp = { false }
    workspace?.forget(self)
    completion(
      result.mapError { error in
        var error = error
        if error.operation == nil { error.operation = operation.name }
        return error
      })
  }

  func giveUp() -> Bool { completion != nil && onGiveUp() }
}
