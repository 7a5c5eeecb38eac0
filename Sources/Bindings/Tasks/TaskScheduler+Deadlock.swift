// Tasks that wait for each other, or for a place that nobody gives back.
extension TaskScheduler {
  /// Makes a task go on that nothing will ever wake; its owner lets its wait fail. Nil while a task
  /// can be resumed or waits for something outside.
  ///
  /// The youngest is taken: of tasks that wait in a ring it is the one that closed the ring, and those
  /// before it learn of its failure. Deadlines of scopes are the owner's to know.
  public mutating func breakDeadlock() -> TaskID? {
    guard !hasReady, externalWaits == 0 else { return nil }
    for index in records.indices.reversed() where records[index].state == .waiting {
      switch records[index].wait {
      case .task(let target): removeAwaiter(Int32(index), of: target)
      case .semaphore: break
      case .nothing, .external, .scope: continue
      }
      makeReady(Int32(index), .external)
      return id(Int32(index))
    }
    return nil
  }
}
