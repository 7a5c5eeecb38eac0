// How tasks end, and what their end means to those around them.
extension TaskScheduler {
  mutating func finishIfDrained(_ index: Int32) {
    let slot = Int(index)
    guard records[slot].state == .draining else { return }
    let heir = unobservedFailure(index)
    if records[slot].failed || heir != nil { cancelChildren(index) }
    var scope = records[slot].firstScope
    while scope >= 0 {
      if scopes[Int(scope)].live > 0 { return }
      scope = scopes[Int(scope)].nextScope
    }
    guard records[slot].state == .draining else { return }
    if let heir, !records[slot].failed {
      actions.append(.inheritFailure(id(index), from: id(heir)))
    }
    end(index, failed: records[slot].failed || heir != nil, isCancellation: false)
  }

  func unobservedFailure(_ index: Int32) -> Int32? {
    var scope = records[Int(index)].firstScope
    while scope >= 0 {
      let decider = scopes[Int(scope)].decider
      if decider >= 0 && records[Int(decider)].failed { return decider }
      scope = scopes[Int(scope)].nextScope
    }
    return nil
  }

  func id(_ index: Int32) -> TaskID {
    TaskID(index: index, generation: records[Int(index)].generation)
  }

  mutating func end(_ index: Int32, failed: Bool, isCancellation: Bool) {
    let slot = Int(index)
    records[slot].failed = failed
    records[slot].state = .finished
    liveCount -= 1
    let awaited = records[slot].firstAwaiter >= 0
    resumeAwaiters(index)
    leaveScope(
      index, counts: !isCancellation && !(failed && records[slot].cancelled), awaited: awaited)
    unpinFinished(index)
  }

  mutating func resumeAwaiters(_ index: Int32) {
    let task = id(index)
    var awaiter = records[Int(index)].firstAwaiter
    records[Int(index)].firstAwaiter = -1
    while awaiter >= 0 {
      let next = records[Int(awaiter)].nextAwaiter
      records[Int(awaiter)].nextAwaiter = -1
      makeReady(awaiter, .ended(task))
      awaiter = next
    }
  }

  mutating func leaveScope(_ index: Int32, counts: Bool, awaited: Bool) {
    let slot = Int(index)
    let scope = Int(records[slot].scope)
    let (previous, next) = (records[slot].previousSibling, records[slot].nextSibling)
    if previous >= 0 {
      records[Int(previous)].nextSibling = next
    } else {
      scopes[scope].firstChild = next
    }
    if next >= 0 { records[Int(next)].previousSibling = previous }
    records[slot].previousSibling = -1
    records[slot].nextSibling = -1
    scopes[scope].live -= 1
    let decides =
      switch scopes[scope].policy {
      case .failFast: records[slot].failed
      case .firstWins: true
      }
    // What was awaited is the awaiter's to handle; were the awaiter cancelled with the scope, its own
    // failure would pass for that cancellation and be lost.
    if counts && decides && !awaited && scopes[scope].decider < 0 && !scopes[scope].timedOut {
      scopes[scope].decider = index
      records[slot].pins += 1
      cancelScope(Int32(scope))
    }
    guard scopes[scope].live == 0 else {
      if scopes[scope].owner >= 0 { finishIfDrained(scopes[scope].owner) }
      return
    }
    let owner = scopes[scope].owner
    guard owner >= 0 else { return }
    if records[Int(owner)].wait == .scope(Int32(scope)) {
      makeReady(owner, scopeResumption(Int32(scope)))
    } else {
      finishIfDrained(owner)
    }
  }

  func scopeResumption(_ index: Int32) -> Resumption {
    let scope = scopes[Int(index)]
    if scope.owner >= 0, records[Int(scope.owner)].cancelled, scope.decider < 0 {
      return .cancelled
    }
    let decider = scope.decider < 0 ? nil : id(scope.decider)
    return .scopeEnded(
      ScopeID(index: index, generation: scope.generation), decider: decider,
      timedOut: scope.timedOut)
  }

  mutating func unpin(_ index: Int32) {
    records[Int(index)].pins -= 1
    unpinFinished(index)
  }

  mutating func unpinFinished(_ index: Int32) {
    let slot = Int(index)
    guard records[slot].state == .finished, records[slot].pins == 0 else { return }
    var scope = records[slot].firstScope
    while scope >= 0 {
      let next = scopes[Int(scope)].nextScope
      scopes[Int(scope)].owner = -1
      closeScope(scope)
      scope = next
    }
    actions.append(.release(id(index)))
    let generation = records[slot].generation &+ 1
    records[slot] = Record()
    records[slot].generation = generation
    freeRecords.append(index)
  }

  mutating func closeScope(_ index: Int32) {
    let slot = Int(index)
    let owner = scopes[slot].owner
    if owner >= 0 {
      var link = records[Int(owner)].firstScope
      if link == index {
        records[Int(owner)].firstScope = scopes[slot].nextScope
      } else {
        while link >= 0 && scopes[Int(link)].nextScope != index {
          link = scopes[Int(link)].nextScope
        }
        if link >= 0 { scopes[Int(link)].nextScope = scopes[slot].nextScope }
      }
    }
    let decider = scopes[slot].decider
    let generation = scopes[slot].generation &+ 1
    scopes[slot] = Scope()
    scopes[slot].generation = generation
    freeScopes.append(index)
    if decider >= 0 { unpin(decider) }
  }
}
