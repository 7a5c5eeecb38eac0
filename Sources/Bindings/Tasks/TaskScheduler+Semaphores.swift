// Places that tasks hold for a while; who has waited longest gets the next.
extension TaskScheduler {
  /// Makes a semaphore with so many places; its number.
  public mutating func makeSemaphore(_ places: Int) -> Int {
    semaphores.append(Semaphore(available: places))
    return semaphores.count - 1
  }

  /// Takes a place. Returns false when the task has to wait for one.
  public mutating func acquire(_ semaphore: Int, for task: TaskID) -> Bool {
    if semaphores[semaphore].available > 0 {
      semaphores[semaphore].available -= 1
      return true
    }
    beginWait(task, .semaphore(semaphore))
    semaphores[semaphore].waiters.append((task.index, records[Int(task.index)].serial))
    return false
  }

  /// Gives a place back; the one that has waited longest gets it.
  public mutating func release(_ semaphore: Int) {
    while semaphores[semaphore].head < semaphores[semaphore].waiters.count {
      let (index, serial) = semaphores[semaphore].waiters[semaphores[semaphore].head]
      semaphores[semaphore].head += 1
      if semaphores[semaphore].head > 256 {
        semaphores[semaphore].waiters.removeFirst(semaphores[semaphore].head)
        semaphores[semaphore].head = 0
      }
      if records[Int(index)].wait == .semaphore(semaphore), records[Int(index)].serial == serial {
        makeReady(index, .external)
        return
      }
    }
    semaphores[semaphore].available += 1
  }
}
