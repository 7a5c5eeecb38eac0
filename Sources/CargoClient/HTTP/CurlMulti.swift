import CCurl
import Glibc

/// Owns a libcurl multi handle and drives it by the sockets and the timer that it asks for.
final class CurlMulti: SocketPoller.Source {
  let poller: SocketPoller
  /// Called for each transfer that has ended, after its handle has been taken out.
  var onFinished: ((EasyHandle, CURLcode) -> Void)?
  private(set) var deadline: UInt64 = .max
  private let multi: UnsafeMutableRawPointer?
  private var added = 0

  init(poller: SocketPoller, maximumConnections: Int) {
    self.poller = poller
    multi = ccurl_multi_init()
    let context = Unmanaged.passUnretained(self).toOpaque()
    _ = ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, maximumConnections)
    _ = ccurl_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, maximumConnections)
    _ = ccurl_multi_set_pointer(multi, CURLMOPT_SOCKETDATA, context)
    _ = ccurl_multi_set_socket_function(multi) { _, socket, what, context, _ in
      guard let context else { return 0 }
      let multi = Unmanaged<CurlMulti>.fromOpaque(context).takeUnretainedValue()
      multi.poller.watch(
        socket, readable: what == CURL_POLL_IN || what == CURL_POLL_INOUT,
        writable: what == CURL_POLL_OUT || what == CURL_POLL_INOUT, for: multi)
      return 0
    }
    _ = ccurl_multi_set_pointer(multi, CURLMOPT_TIMERDATA, context)
    _ = ccurl_multi_set_timer_function(multi) { _, milliseconds, context in
      guard let context else { return 0 }
      Unmanaged<CurlMulti>.fromOpaque(context).takeUnretainedValue().setTimer(milliseconds)
      return 0
    }
    poller.add(self)
  }

  /// Closes the connections. The handles must have been taken out.
  func close() {
    if let multi { _ = ccurl_multi_cleanup(multi) }
    poller.remove(self)
  }

  var isActive: Bool { added > 0 }

  func add(_ handle: EasyHandle) {
    added += 1
    handle.multi = self
    _ = ccurl_multi_add_handle(multi, handle.easy)
  }

  func remove(_ handle: EasyHandle) {
    added -= 1
    handle.multi = nil
    _ = ccurl_multi_remove_handle(multi, handle.easy)
  }

  private func setTimer(_ milliseconds: Int) {
    deadline =
      milliseconds < 0
      ? .max : milliseconds == 0 ? 0 : EventLoop.now() + UInt64(milliseconds) * 1_000_000
  }

  func fireTimer() {
    // libcurl sets the next one while it runs, or none.
    deadline = .max
    act(CURL_SOCKET_TIMEOUT, 0)
  }

  func socketIsReady(_ descriptor: Int32, readable: Bool, writable: Bool) {
    act(
      descriptor, (readable ? CURL_CSELECT_IN : 0) | (writable ? CURL_CSELECT_OUT : 0))
  }

  private func act(_ socket: Int32, _ events: Int32) {
    var running: Int32 = 0
    _ = ccurl_multi_socket_action(multi, socket, events, &running)
  }

  func completeFinished() -> Bool {
    var any = false
    var left: Int32 = 0
    while let message = ccurl_multi_info_read(multi, &left) {
      guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else {
        continue
      }
      // The message is gone once its handle is taken out.
      let code = message.pointee.data.result
      var context: UnsafeMutableRawPointer?
      _ = ccurl_info_pointer(easy, CURLINFO_PRIVATE, &context)
      guard let context else { continue }
      let handle = EasyHandle.from(context)
      remove(handle)
      any = true
      onFinished?(handle, code)
    }
    return any
  }
}
