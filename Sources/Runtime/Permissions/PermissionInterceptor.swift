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
        ?? refusalOfNodes(call) ?? refusalOfFiles(call)
    else {
      next.handle(call, completion: completion)
      return
    }
    loop.schedule(after: 0) { completion(.failure(error)) }
  }

  /// A graph may do no more than its actions may by themselves.
  private func refusalOfNodes(_ call: OperationCall) -> CargoError? {
    guard call.effect != .read else { return nil }
    return call.actionsOfNodes.lazy.compactMap { action in
      self.permissions.refusal(of: call.operation, effect: call.effect, action: action)
    }.first
  }

  /// Files that an operation takes to the workspace are read, like those of `fs.read`: regular files
  /// that are not the host's own. They are opened once more when they are sent.
  private func refusalOfFiles(_ call: OperationCall) -> CargoError? {
    let files = call.operation.parameters.filter { $0.location == .file }
    guard !files.isEmpty, let document = try? JSONDocument(call.arguments) else { return nil }
    for file in files {
      guard let path = document.root[file.wireName]?.string else { continue }
      do throws(CargoError) {
        try RecipeFiles(permissions).open(path).close()
      } catch {
        var error = error
        error.operation = call.operation.name
        return error
      }
    }
    return nil
  }
}
