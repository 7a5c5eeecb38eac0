import CPlatform
import Glibc

/// Waits for the sockets of all HTTP clients of a loop with one epoll instance.
///
/// libcurl stops watching a socket when a transfer ends and watches it again when the next one starts;
/// told to epoll each time, that costs two system calls a request. So a connection that goes idle
/// stays registered, and is taken out only if it becomes readable while nobody wants it (the server
/// closed it): measured, as fast as `curl_multi_poll` when every socket is ready and without its cost
/// per idle socket when few are.
final class SocketPoller: EventLoop.Poller {
  /// What owns sockets and one timer: a curl multi handle.
  protocol Source: AnyObject {
    /// When `fireTimer` is due, in nanoseconds of `EventLoop.now()`; `.max` for never.
    var deadline: UInt64 { get }
    /// Whether transfers are under way.
    var isActive: Bool { get }
    /// Does what is due by the timer.
    func fireTimer()
    /// Does what is due on a socket.
    func socketIsReady(_ descriptor: Int32, readable: Bool, writable: Bool)
    /// Hands over what has ended. Returns whether there was anything.
    func completeFinished() -> Bool
  }

  private struct Interest {
    /// The epoll events the source wants; 0 for none.
    var wanted: UInt32 = 0
    /// The epoll events the kernel knows of; 0 for none.
    var registered: UInt32 = 0
    /// Whether the registration may outlive the wish: a connection whose closing is announced.
    var isConnection = false
    unowned(unsafe) var source: (any Source)?
  }

  private let descriptor: Int32
  private var interests: [Interest] = []
  private var sources: [any Source] = []
  private var wakeDescriptor: Int32 = -1
  private var events = [epoll_event](repeating: epoll_event(), count: 128)

  init() {
    descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
  }

  deinit { close(descriptor) }

  /// The poller of a loop, made and installed if it has none yet.
  static func shared(on loop: EventLoop) -> SocketPoller {
    if let poller = loop.poller as? SocketPoller { return poller }
    let poller = SocketPoller()
    loop.poller = poller
    return poller
  }

  func add(_ source: any Source) { sources.append(source) }

  func remove(_ source: any Source) {
    sources.removeAll { $0 === source }
    for index in interests.indices where interests[index].source === source {
      forget(Int32(index))
    }
  }

  var isActive: Bool { sources.contains { $0.isActive } }

  // MARK: Interests

  /// Sets which events of a socket `source` wants from now on.
  func watch(_ socket: Int32, readable: Bool, writable: Bool, for source: any Source) {
    let wanted =
      (readable ? EPOLLIN.rawValue : 0) | (writable ? EPOLLOUT.rawValue : 0)
    grow(to: socket)
    let index = Int(socket)
    interests[index].wanted = wanted
    interests[index].source = source
    if wanted == 0 && interests[index].isConnection { return }
    register(socket, wanted)
  }

  /// Notes that a socket is a connection whose closing `willClose` announces.
  func didOpen(_ socket: Int32) {
    grow(to: socket)
    interests[Int(socket)] = Interest(isConnection: true, source: nil)
  }

  /// Forgets a socket that is about to be closed; its number may come back as another socket.
  func willClose(_ socket: Int32) {
    guard Int(socket) < interests.count else { return }
    forget(socket)
  }

  private func forget(_ socket: Int32) {
    register(socket, 0)
    interests[Int(socket)] = Interest()
  }

  private func grow(to socket: Int32) {
    while interests.count <= Int(socket) { interests.append(Interest()) }
  }

  private func register(_ socket: Int32, _ wanted: UInt32) {
    let registered = interests[Int(socket)].registered
    if registered == wanted { return }
    var event = epoll_event(events: wanted, data: epoll_data_t(fd: socket))
    let operation =
      wanted == 0 ? EPOLL_CTL_DEL : registered == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD
    // A failure means that the descriptor is closed already: the kernel has then forgotten it.
    let failed = epoll_ctl(descriptor, operation, socket, &event) != 0
    interests[Int(socket)].registered = failed ? 0 : wanted
  }

  // MARK: Waiting

  func poll(milliseconds: Int32, wakeDescriptor: Int32) {
    if self.wakeDescriptor != wakeDescriptor { watchWake(wakeDescriptor) }
    // New transfers start by an expired timer, and may end at once; what has ended is handed over
    // before the wait, or it would lie there until the wait ends.
    let hasEnded = fireTimers() && completeFinished()
    let timeout = hasEnded ? 0 : shorter(milliseconds)
    let count = epoll_wait(descriptor, &events, Int32(events.count), timeout)
    if count > 0 {
      for index in 0..<Int(count) { dispatch(events[index]) }
    }
    if count > 0 || fireTimers() { _ = completeFinished() }
  }

  private func watchWake(_ wakeDescriptor: Int32) {
    self.wakeDescriptor = wakeDescriptor
    var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(fd: wakeDescriptor))
    _ = epoll_ctl(descriptor, EPOLL_CTL_ADD, wakeDescriptor, &event)
  }

  private func dispatch(_ event: epoll_event) {
    let socket = event.data.fd
    // The loop reads its wake descriptor itself.
    if socket == wakeDescriptor { return }
    let interest = interests[Int(socket)]
    guard interest.wanted != 0, let source = interest.source else {
      register(socket, 0)
      return
    }
    let failed = event.events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0
    source.socketIsReady(
      socket,
      readable: failed || event.events & EPOLLIN.rawValue != 0,
      writable: event.events & EPOLLOUT.rawValue != 0)
  }

  private func fireTimers() -> Bool {
    var fired = false
    for source in sources where source.deadline != .max {
      if source.deadline == 0 || source.deadline <= EventLoop.now() {
        source.fireTimer()
        fired = true
      }
    }
    return fired
  }

  private func completeFinished() -> Bool {
    var any = false
    for source in sources where source.completeFinished() { any = true }
    return any
  }

  /// The loop's wait, cut to the next timer of a source, rounded up.
  private func shorter(_ milliseconds: Int32) -> Int32 {
    guard let next = sources.map(\.deadline).min(), next != .max, milliseconds != 0 else {
      return milliseconds
    }
    let now = EventLoop.now()
    if next <= now { return 0 }
    let until = Int32(clamping: (next - now + 999_999) / 1_000_000)
    return milliseconds < 0 ? until : min(milliseconds, until)
  }
}
