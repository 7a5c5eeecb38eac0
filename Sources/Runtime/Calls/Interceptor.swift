public import CargoClient

/// One step of a call between the recipe and the workspace: permission, budget, intent
/// (`design.md` §2, "The way of a call").
///
/// Bound to the loop's thread. `completion` is called exactly once and never from within
/// `intercept`; passing the call and its completion on to `next` keeps that promise.
public protocol Interceptor: AnyObject {
  /// Lets the call go on to `next`, or ends it; may look at what comes back.
  func intercept(
    _ call: OperationCall, next: any CallHandler,
    completion: @escaping (CallResult) -> Void)
}

/// Is told when work that was started earlier has ended and what it cost: `run.wait` on a run that
/// `run.create` returned pending.
protocol WorkObserver: AnyObject {
  /// The run, batch or message `uuid` has ended.
  func workEnded(uuid: String, credits: Credits)
}

/// The interceptors of a run over the waiter, as one handler.
public final class CallChain: CallHandler {
  private let first: any CallHandler
  private let last: any CallHandler
  private let observers: [any WorkObserver]
  /// What the run has done so far.
  public let report: RunReport

  /// Assembles a chain; the first interceptor sees a call first.
  public init(
    _ interceptors: [any Interceptor], over handler: any CallHandler,
    report: RunReport = RunReport()
  ) {
    last = handler
    observers = interceptors.compactMap { $0 as? any WorkObserver }
    first = interceptors.reversed().reduce(handler) { next, interceptor in
      Link(interceptor, next: next)
    }
    self.report = report
  }

  /// Handles a call. What only looks goes straight to the workspace.
  public func handle(_ call: OperationCall, completion: @escaping (CallResult) -> Void) {
    call.noteActionName()
    guard call.effect != .read else {
      return last.handle(call) { [self] result in
        report.note(call, result)
        tellObservers(call)
        completion(result)
      }
    }
    var uuid: String?
    let accepted = call.onAccepted
    call.onAccepted = {
      uuid = $0
      accepted?($0)
    }
    first.handle(call) { [self] result in
      report.note(call, result)
      if let uuid, call.credits == nil { report.expect(costOf: uuid, startedBy: call) }
      completion(result)
    }
  }

  private func tellObservers(_ call: OperationCall) {
    guard let credits = call.credits.flatMap({ Credits($0) }), let uuid = call.uuid
    else { return }
    report.workEnded(uuid: uuid, credits: credits)
    for observer in observers { observer.workEnded(uuid: uuid, credits: credits) }
  }

  private final class Link: CallHandler {
    private let interceptor: any Interceptor
    private let next: any CallHandler

    init(_ interceptor: any Interceptor, next: any CallHandler) {
      self.interceptor = interceptor
      self.next = next
    }

    func handle(_ call: OperationCall, completion: @escaping (CallResult) -> Void) {
      interceptor.intercept(call, next: next, completion: completion)
    }
  }
}
