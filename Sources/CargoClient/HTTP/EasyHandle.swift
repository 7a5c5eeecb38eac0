import CCurl
import Glibc

/// One reusable libcurl easy handle. Options that stay the same from request to request are set once.
///
/// libcurl calls back with a pointer to this object, so it lives as long as its client, in the
/// client's array. Bound to the loop's thread.
final class EasyHandle {
  let easy: UnsafeMutableRawPointer
  /// The transfer that uses the handle; nil while it lies in the pool.
  var transfer: HTTPTransfer?
  /// Where it is under way; the client owns both.
  unowned(unsafe) var multi: CurlMulti?

  private let allowsPeer: ((PeerAddress, _ port: Int) -> Bool)?
  private let poller: SocketPoller
  private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
  private var upload = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private var url: String?
  private var target: String?
  private var limits: HTTPLimits?
  private var followsRedirects = false
  private var acceptsCompression = false
  private var headers: HTTPHeaders?
  private var hasLargeBody = false
  private var customMethod: String?
  private var connectsAnew = false
  private var waitsForMultiplexing = false
  private var httpVersion = 0

  init?(configuration: HTTPClient.Configuration, poller: SocketPoller) {
    guard let easy = ccurl_easy_init() else { return nil }
    self.easy = easy
    self.poller = poller
    allowsPeer = configuration.allowsPeer
    errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    setUp(configuration)
  }

  deinit {
    ccurl_easy_cleanup(easy)
    errorText.deallocate()
    upload.deallocate()
  }

  private var context: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

  /// The object behind a pointer that libcurl gave back.
  static func from(_ context: UnsafeMutableRawPointer) -> EasyHandle {
    Unmanaged<EasyHandle>.fromOpaque(context).takeUnretainedValue()
  }

  // MARK: Options

  private func set(_ option: CURLoption, _ value: Int) { _ = ccurl_set_long(easy, option, value) }

  private func set(_ option: CURLoption, _ value: String?) {
    _ = ccurl_set_string(easy, option, value)
  }

  private func set(_ option: CURLoption, pointer value: UnsafeRawPointer?) {
    _ = ccurl_set_pointer(easy, option, value)
  }

  private func setUp(_ configuration: HTTPClient.Configuration) {
    set(CURLOPT_NOSIGNAL, 1)
    set(CURLOPT_PROTOCOLS_STR, "http,https")
    set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https")
    set(CURLOPT_MAXREDIRS, 5)
    set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
    if let path = configuration.certificateFile { set(CURLOPT_CAINFO, path) }
    if let path = configuration.certificateFolder { set(CURLOPT_CAPATH, path) }
    set(CURLOPT_TCP_KEEPALIVE, 1)
    // Load balancers close after 60 s; a connection that is as old is not trusted with a request.
    set(CURLOPT_MAXAGE_CONN, 50)
    if !configuration.usesProxyEnvironment {
      set(CURLOPT_PROXY, "")
      set(CURLOPT_NOPROXY, "")
    }

    set(CURLOPT_PRIVATE, pointer: context)
    set(CURLOPT_ERRORBUFFER, pointer: errorText)
    set(CURLOPT_WRITEDATA, pointer: context)
    _ = ccurl_set_write_function(easy) { bytes, size, count, context in
      guard let bytes, let context else { return 0 }
      let chunk = UnsafeRawBufferPointer(start: bytes, count: size * count)
      return EasyHandle.from(context).receive(chunk) ? size * count : 0
    }
    set(CURLOPT_PREREQDATA, pointer: context)
    _ = ccurl_set_prereq_function(easy) { context, _, _, _, _ in
      guard let context, EasyHandle.from(context).mayLeave() else { return CURL_PREREQFUNC_ABORT }
      return CURL_PREREQFUNC_OK
    }
    set(CURLOPT_OPENSOCKETDATA, pointer: context)
    _ = ccurl_set_open_socket_function(easy) { context, _, address in
      guard let context, let address else { return CURL_SOCKET_BAD }
      return EasyHandle.from(context).openSocket(address)
    }
    // A connection outlives the easy handle that opened it, but not the poller.
    set(CURLOPT_CLOSESOCKETDATA, pointer: Unmanaged.passUnretained(poller).toOpaque())
    _ = ccurl_set_close_socket_function(easy) { context, socket in
      if let context {
        Unmanaged<SocketPoller>.fromOpaque(context).takeUnretainedValue().willClose(socket)
      }
      return close(socket)
    }
  }

  /// Takes a transfer on: sets what differs from the last one.
  func prepare(_ transfer: HTTPTransfer) {
    let request = transfer.request
    self.transfer = transfer
    errorText[0] = 0
    setAddress(request)
    let isLarge = (request.body?.count ?? 0) > 1 << 20
    if request.headers !== headers || isLarge != hasLargeBody {
      set(CURLOPT_HTTPHEADER, pointer: request.headers.list(withLargeBody: isLarge))
      headers = request.headers
      hasLargeBody = isLarge
    }
    if request.limits != limits { apply(request.limits) }
    if request.followsRedirects != followsRedirects {
      followsRedirects = request.followsRedirects
      set(CURLOPT_FOLLOWLOCATION, followsRedirects ? 1 : 0)
    }
    if request.acceptsCompression != acceptsCompression {
      acceptsCompression = request.acceptsCompression
      set(CURLOPT_ACCEPT_ENCODING, acceptsCompression ? "gzip" : nil)
    }
    setMethod(request)
    // HTTP/2 where ALPN offers it, but never without TLS (libcurl 7.88 breaks on a reused connection)
    // and never for what may be sent only once (`HTTPClient.onceOnly`).
    let version = request.isReplayable ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1
    if version != httpVersion {
      httpVersion = version
      set(CURLOPT_HTTP_VERSION, version)
    }
    // At the start, wait and see whether the first connection speaks HTTP/2 instead of opening one for
    // each request. Elsewhere libcurl would wait for the whole first answer.
    let waits = request.isReplayable && request.url.hasPrefix("https:")
    if waits != waitsForMultiplexing {
      waitsForMultiplexing = waits
      set(CURLOPT_PIPEWAIT, waits ? 1 : 0)
    }
    // On a reused connection that dies libcurl sends a request without a body again on its own, and
    // the gate below would turn that into "unknown"; a fresh connection does not have the question.
    let anew = !request.isReplayable && (request.body ?? []).isEmpty
    if anew != connectsAnew {
      connectsAnew = anew
      set(CURLOPT_FRESH_CONNECT, anew ? 1 : 0)
    }
  }

  /// libcurl takes a URL apart, normalises it and puts it together again for each request; a short one
  /// that stays the same, with the rest as the target, costs a tenth less of the whole request.
  private func setAddress(_ request: HTTPRequest) {
    if request.url != url {
      url = request.url
      set(CURLOPT_URL, request.url)
    }
    if request.target != nil || target != nil {
      set(CURLOPT_REQUEST_TARGET, request.target)
      target = request.target
    }
  }

  private func apply(_ limits: HTTPLimits) {
    self.limits = limits
    set(CURLOPT_CONNECTTIMEOUT_MS, Int(limits.connectTimeout * 1000))
    set(CURLOPT_TIMEOUT_MS, Int(limits.totalTimeout * 1000))
    set(CURLOPT_LOW_SPEED_LIMIT, limits.stallTimeout == nil ? 0 : 1)
    set(CURLOPT_LOW_SPEED_TIME, Int((limits.stallTimeout ?? 0).rounded(.up)))
    _ = ccurl_set_offset(easy, CURLOPT_MAXFILESIZE_LARGE, Int64(limits.responseBytes))
  }

  private func setMethod(_ request: HTTPRequest) {
    if request.method == "HEAD" {
      set(CURLOPT_NOBODY, 1)
    } else if let body = request.body {
      hold(body)
      _ = ccurl_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, Int64(body.count))
      set(CURLOPT_POSTFIELDS, pointer: UnsafeRawPointer(upload.baseAddress))
      set(CURLOPT_POST, 1)
    } else {
      set(CURLOPT_HTTPGET, 1)
    }
    let implied = request.method == "HEAD" ? "HEAD" : request.body == nil ? "GET" : "POST"
    let custom = request.method == implied ? nil : request.method
    if custom != customMethod {
      customMethod = custom
      set(CURLOPT_CUSTOMREQUEST, custom)
    }
  }

  /// Copies a body to memory that stays where it is during the transfer.
  private func hold(_ body: [UInt8]) {
    if upload.count < max(body.count, 1) {
      upload.deallocate()
      upload = .allocate(byteCount: max(body.count, 1024), alignment: 1)
    }
    body.withUnsafeBytes { upload.copyMemory(from: $0) }
  }

  /// Lets the transfer go and keeps no memory that is out of the ordinary.
  func release() {
    transfer = nil
    if upload.count > 1 << 20 {
      set(CURLOPT_POSTFIELDS, pointer: nil)
      upload.deallocate()
      upload = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    }
  }

  // MARK: Callbacks

  /// The gate: libcurl asks before each time it sends the request. A request that must not be sent
  /// twice passes once; the silent retry on a fresh connection ends here.
  private func mayLeave() -> Bool {
    guard let transfer else { return false }
    transfer.departures += 1
    return transfer.departures == 1 || transfer.request.isReplayable
      || transfer.request.followsRedirects
  }

  private func receive(_ chunk: UnsafeRawBufferPointer) -> Bool {
    guard let transfer else { return false }
    let limit = transfer.request.limits.responseBytes
    guard transfer.body.count + chunk.count <= limit else {
      transfer.isTooLarge = true
      return false
    }
    if let accepts = transfer.request.acceptsBytes, !accepts(chunk.count) {
      transfer.isTooLarge = true
      return false
    }
    // A second chunk announces a long body: make room for all of it at once.
    if !transfer.body.isEmpty && transfer.body.capacity < transfer.body.count + chunk.count {
      let announced = offset(CURLINFO_CONTENT_LENGTH_DOWNLOAD_T)
      let doubled = 2 * (transfer.body.count + chunk.count)
      transfer.body.reserveCapacity(min(max(Int(announced), doubled), limit))
    }
    transfer.body.append(contentsOf: chunk)
    return true
  }

  private func openSocket(_ address: UnsafeMutablePointer<curl_sockaddr>) -> Int32 {
    let peer = withUnsafePointer(to: &address.pointee.addr) {
      PeerAddress.withPort($0, length: Int(address.pointee.addrlen))
    }
    if let allowsPeer {
      guard let peer, allowsPeer(peer.address, peer.port) else {
        transfer?.refusedPeer = peer?.address
        return CURL_SOCKET_BAD
      }
    }
    let descriptor = socket(
      address.pointee.family, address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue),
      address.pointee.protocol)
    if descriptor >= 0 { poller.didOpen(descriptor) }
    return descriptor
  }

  // MARK: After the transfer

  /// What libcurl wrote about an error; empty when it wrote nothing.
  var errorMessage: String { String(cString: errorText) }

  func number(_ info: CURLINFO) -> Int {
    var value = 0
    _ = ccurl_info_long(easy, info, &value)
    return value
  }

  func offset(_ info: CURLINFO) -> Int64 {
    var value: Int64 = 0
    _ = ccurl_info_offset(easy, info, &value)
    return value
  }

  func string(_ info: CURLINFO) -> String? {
    var value: UnsafePointer<CChar>?
    _ = ccurl_info_string(easy, info, &value)
    return value.map { String(cString: $0) }
  }

  /// `Content-Type`; the two usual ones without making a string.
  var contentType: String? {
    var value: UnsafePointer<CChar>?
    _ = ccurl_info_string(easy, CURLINFO_CONTENT_TYPE, &value)
    guard let value else { return nil }
    for usual in EasyHandle.usualContentTypes where strcmp(value, usual.utf8Start) == 0 {
      return usual.description
    }
    return String(cString: value)
  }

  private static let usualContentTypes: [StaticString] = [
    "application/json", "application/json; charset=utf-8",
  ]

  /// All headers of the last response.
  var responseHeaders: [(name: String, value: String)] {
    var fields: [(name: String, value: String)] = []
    var previous: UnsafeMutablePointer<curl_header>?
    while let header = ccurl_easy_nextheader(easy, UInt32(CURLH_HEADER), -1, previous) {
      if let name = header.pointee.name, let value = header.pointee.value {
        fields.append((String(cString: name), String(cString: value)))
      }
      previous = header
    }
    return fields
  }
}
