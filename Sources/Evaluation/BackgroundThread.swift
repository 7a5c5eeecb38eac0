import CPlatform
import Glibc
import Synchronization

/// A thread that takes jobs in order, for what would hold up the loop.
///
/// `@unchecked Sendable` is safe because the queue is behind a mutex and the descriptor and the
/// thread's id are set before anybody else sees the object.
final class BackgroundThread: @unchecked Sendable {
  private struct State {
    var jobs: [@Sendable () -> Void] = []
    var isClosed = false
  }

  private let state = Mutex(State())
  /// Counts the jobs that wait: an eventfd as a semaphore.
  private let waiting = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_SEMAPHORE))
  private var thread = pthread_t()

  /// Starts the thread; nil when the system has none left.
  init?() {
    // Signals belong to the main thread.
    var all = sigset_t()
    var previous = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &previous)
    defer { pthread_sigmask(SIG_SETMASK, &previous, nil) }
    let context = Unmanaged.passRetained(self)
    let code = pthread_create(
      &thread, nil,
      { context in
        if let context {
          Unmanaged<BackgroundThread>.fromOpaque(context).takeRetainedValue().work()
        }
        return nil
      }, context.toOpaque())
    if code != 0 {
      context.release()
      return nil
    }
  }

  deinit { close(waiting) }

  /// Adds a job; after `finish` it is forgotten.
  func submit(_ job: @escaping @Sendable () -> Void) {
    let isTaken = state.withLock { state in
      if !state.isClosed { state.jobs.append(job) }
      return !state.isClosed
    }
    if isTaken { wake() }
  }

  /// Runs one last job after the others that have been started, forgets those that have not, and
  /// waits for the end of the thread.
  func finish(_ last: @escaping @Sendable () -> Void) {
    state.withLock { state in
      state.jobs = [last]
      state.isClosed = true
    }
    wake()
    pthread_join(thread, nil)
  }

  private func wake() {
    var one: UInt64 = 1
    _ = write(waiting, &one, 8)
  }

  private func work() {
    while true {
      var count: UInt64 = 0
      if read(waiting, &count, 8) < 0 && errno == EINTR { continue }
      let (job, isLast) = state.withLock { state in
        let job = state.jobs.isEmpty ? nil : state.jobs.removeFirst()
        return (job, state.isClosed && state.jobs.isEmpty)
      }
      job?()
      if isLast { return }
    }
  }
}
