public import CargoClient

/// Refuses calls that the recipe was not granted.
public final class PermissionInterceptor: Interceptor {
  private let permissions: Permissions
  private let loop: EventLoop

  /// Makes the interceptor for a run's permissions.
  public init(_ permissions: Permissions, loop: EventLoop) {
    self.permissions = permissions
    self.loop = loop
  }

  /// Lets a call through that is granted.
  public func intercept(
    _ call: OperationCall, next: any CallHandler, completion: @escaping (CallResult) -> Void
  ) {
    guard
      let error = permissions.refusal(
        of: call.operation, effect: call.effect, action: call.actionName)
    else {
      next.handle(call, completion: completion)
      return
    }
    loop.schedule(after: 0) { completion(.failure(error)) }
  }
}
