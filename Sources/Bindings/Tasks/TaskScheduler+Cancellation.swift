// Cancelling tasks and all below them.
extension TaskScheduler {
  /// Cancels a task and all below it. Once is enough: again changes nothing, so that the waits of a
  /// clean-up are left alone.
  public mutating func cancel(_ task: TaskID) {
    guard isCurrent(task) else { return }
    cancelTask(task.index)
  }

  /// Cancels what is in a scope because its time is over.
  public mutating func timeOut(_ scope: ScopeID) {
    guard scopes[Int(scope.index)].generation == scope.generation,
      scopes[Int(scope.index)].live > 0, scopes[Int(scope.index)].decider < 0
    else { return }
    scopes[Int(scope.index)].timedOut = true
    cancelScope(scope.index)
  }

  mutating func cancelTask(_ index: Int32) {
    let slot = Int(index)
    guard records[slot].state != .finished, records[slot].state != .free,
      !records[slot].cancelled
    else { return }
    records[slot].cancelled = true
    cancelChildren(index)
    guard records[slot].state == .waiting else { return }
    switch records[slot].wait {
    case .external:
      actions.append(
        .abandonExternal(id(index)))
      makeReady(index, .cancelled)
    case .task(let target):
      removeAwaiter(index, of: target)
      makeReady(index, .cancelled)
    case .semaphore:
      makeReady(index, .cancelled)
    case .scope, .nothing:
      // It goes on when what it waits for has unwound.
      break
    }
  }

  mutating func cancelChildren(_ index: Int32) {
    var scope = records[Int(index)].firstScope
    while scope >= 0 {
      cancelScope(scope)
      scope = scopes[Int(scope)].nextScope
    }
  }

  mutating func cancelScope(_ scope: Int32) {
    var child = scopes[Int(scope)].firstChild
    while child >= 0 {
      let next = records[Int(child)].nextSibling
      cancelTask(child)
      child = next
    }
  }

  mutating func removeAwaiter(_ awaiter: Int32, of target: Int32) {
    var link = records[Int(target)].firstAwaiter
    if link == awaiter {
      records[Int(target)].firstAwaiter = records[Int(awaiter)].nextAwaiter
    } else {
      while link >= 0 && records[Int(link)].nextAwaiter != awaiter {
        link = records[Int(link)].nextAwaiter
      }
      if link >= 0 { records[Int(link)].nextAwaiter = records[Int(awaiter)].nextAwaiter }
    }
    records[Int(awaiter)].nextAwaiter = -1
    unpin(target)
  }
}
