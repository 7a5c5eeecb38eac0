import CPlatform
import Glibc
import Synchronization

/// The loop of the one thread that owns the Lua state, the scheduler and the curl multi handle.
///
/// It knows timers, jobs handed over by other threads, and one pluggable poller (curl). Everything
/// else in the program runs on its thread and needs no locks (`design.md` §3).
public final class EventLoop {
  /// Waits for sockets on the loop's behalf; curl's multi interface is the one there is.
  public protocol Poller: AnyObject {
    /// Waits at most `milliseconds` (−1: without end) for own sockets or for `wakeDescriptor` to
    /// become readable, and does the work that is then due. Zero looks without waiting.
    func poll(milliseconds: Int32, wakeDescriptor: Int32)
    /// Whether there is anything under way that a wait could be for.
    var isActive: Bool { get }
  }

  /// Names a timer.
  public struct TimerID: Hashable {
    fileprivate let sequence: UInt64
  }

  private struct Timer {
    let deadline: UInt64
    let sequence: UInt64
    let body: () -> Void
  }

  /// Takes jobs from other threads.
  public let mailbox: Mailbox
  /// Set by the HTTP client at its first request.
  public var poller: (any Poller)?

  private var heap: [Timer] = []
  private var cancelled: Set<UInt64> = []
  private var nextSequence: UInt64 = 0

  /// Makes a loop for the calling thread.
  public init() {
    mailbox = Mailbox()
  }

  /// Monotonic nanoseconds.
  public static func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// Calls `body` on the loop after `seconds`; zero means at the next turn, in order.
  @discardableResult
  public func schedule(after seconds: Double, _ body: @escaping () -> Void) -> TimerID {
    let delay = seconds > 0 ? UInt64(min(seconds, 1e9) * 1e9) : 0
    let timer = Timer(deadline: EventLoop.now() + delay, sequence: nextSequence, body: body)
    nextSequence += 1
    push(timer)
    return TimerID(sequence: timer.sequence)
  }

  /// Forgets a timer; one that has fired or is unknown is ignored.
  public func cancel(_ id: TimerID) {
    cancelled.insert(id.sequence)
    if cancelled.count > 64 && cancelled.count > heap.count { compact() }
  }

  /// One turn: runs what is due; when nothing was and `block` is true, waits for the next event.
  public func turn(block: Bool) {
    let ran = runDueTimers() || mailbox.drain()
    let milliseconds: Int32 = ran || !block ? 0 : millisecondsToNextTimer()
    if let poller, poller.isActive {
      poller.poll(milliseconds: milliseconds, wakeDescriptor: mailbox.wakeDescriptor)
    } else if milliseconds != 0 {
      var descriptor = pollfd(fd: mailbox.wakeDescriptor, events: Int16(POLLIN), revents: 0)
      _ = poll(&descriptor, 1, milliseconds)
    }
    mailbox.drain()
    _ = runDueTimers()
  }

  private func millisecondsToNextTimer() -> Int32 {
    dropCancelled()
    guard let first = heap.first else { return -1 }
    let now = EventLoop.now()
    if first.deadline <= now { return 0 }
    return Int32(clamping: (first.deadline - now + 999_999) / 1_000_000)
  }

  private func runDueTimers() -> Bool {
    let now = EventLoop.now()
    let limit = nextSequence
    var ran = false
    dropCancelled()
    while let first = heap.first, first.deadline <= now, first.sequence < limit {
      removeFirst()
      ran = true
      first.body()
      dropCancelled()
    }
    return ran
  }

  private func dropCancelled() {
    while let first = heap.first, cancelled.remove(first.sequence) != nil { removeFirst() }
  }

  private func compact() {
    let live = heap.filter { !cancelled.contains($0.sequence) }
    cancelled.removeAll(keepingCapacity: true)
    heap.removeAll(keepingCapacity: true)
    for timer in live { push(timer) }
  }

  // A binary heap: thousands of sleeping tasks come and go, in no order.
  private func push(_ timer: Timer) {
    heap.append(timer)
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard EventLoop.isEarlier(heap[child], heap[parent]) else { break }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  private func removeFirst() {
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < heap.count && EventLoop.isEarlier(heap[child], heap[least]) {
        least = child
      }
      if least == parent { break }
      heap.swapAt(parent, least)
      parent = least
    }
  }

  private static func isEarlier(_ a: Timer, _ b: Timer) -> Bool {
    a.deadline != b.deadline ? a.deadline < b.deadline : a.sequence < b.sequence
  }
}

/// Jobs from other threads to the loop. Safe to use from any thread.
public final class Mailbox: Sendable {
  private let jobs = Mutex<[@Sendable () -> Void]>([])
  /// An eventfd that is readable while jobs wait; also written by signal handlers.
  public let wakeDescriptor: Int32

  init() {
    wakeDescriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
  }

  deinit { close(wakeDescriptor) }

  /// Hands a job to the loop and wakes it.
  public func post(_ job: @escaping @Sendable () -> Void) {
    let wasEmpty = jobs.withLock { jobs in
      jobs.append(job)
      return jobs.count == 1
    }
    if wasEmpty { wake() }
  }

  /// Ends the loop's wait without a job.
  public func wake() {
    var one: UInt64 = 1
    _ = write(wakeDescriptor, &one, 8)
  }

  /// Runs the waiting jobs, on the loop's thread. Returns whether there were any.
  @discardableResult
  func drain() -> Bool {
    var count: UInt64 = 0
    _ = read(wakeDescriptor, &count, 8)
    let due = jobs.withLock { jobs in
      let due = jobs
      jobs.removeAll()
      return due
    }
    for job in due { job() }
    return !due.isEmpty
  }
}

/// Carries a value that belongs to the loop's thread through another thread and back.
///
/// `@unchecked Sendable` is safe because the value is put in and taken out on the loop's thread only;
/// the thread in between holds the box and never looks inside.
public struct LoopBound<Value>: @unchecked Sendable {
  /// The value; touch it on the loop's thread only.
  public let value: Value

  /// Boxes a value of the loop's thread.
  public init(_ value: Value) { self.value = value }
}
