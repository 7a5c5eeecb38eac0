import CCurl

// What became of a transfer: the response, or why there is none.
extension EasyHandle {
  func result(of transfer: HTTPTransfer, _ code: CURLcode) -> Result<HTTPResponse, HTTPFailure> {
    guard code == CURLE_OK else { return .failure(failure(of: transfer, code)) }
    let status = number(CURLINFO_RESPONSE_CODE)
    if transfer.body.isEmpty && headersMayBeCut(transfer, status) {
      let host = HTTPURL.host(of: transfer.request.url) ?? "the server"
      return .failure(
        HTTPFailure(
          reason: .broken, message: "\(host) closed the connection within the headers",
          mayHaveBeenSent: true))
    }
    var response = HTTPResponse(
      status: status, contentType: contentType, retryAfter: nil, location: nil, headers: [],
      body: transfer.body)
    transfer.body = []
    if status >= 300 {
      let seconds = offset(CURLINFO_RETRY_AFTER)
      // libcurl gives 0 for "none" and a date that is over as a negative number.
      if seconds != 0 { response.retryAfter = Double(max(seconds, 0)) }
      if status < 400 { response.location = string(CURLINFO_REDIRECT_URL) }
    }
    if transfer.request.collectsHeaders { response.headers = responseHeaders }
    return .success(response)
  }

  /// libcurl takes headers that end with the connection as complete. An empty answer that names
  /// neither a length nor chunks is such a one, where a body would be allowed at all.
  private func headersMayBeCut(_ transfer: HTTPTransfer, _ status: Int) -> Bool {
    guard status != 204, status != 205, status != 304, transfer.request.method != "HEAD",
      number(CURLINFO_HTTP_VERSION) <= CURL_HTTP_VERSION_1_1,
      offset(CURLINFO_CONTENT_LENGTH_DOWNLOAD_T) < 0
    else { return false }
    // A redirect is all there when its address is.
    if (300..<400).contains(status) && string(CURLINFO_REDIRECT_URL) != nil { return false }
    return !responseHeaders.contains { $0.name.lowercased() == "transfer-encoding" }
  }

  private func failure(of transfer: HTTPTransfer, _ code: CURLcode) -> HTTPFailure {
    let host = HTTPURL.host(of: transfer.request.url) ?? "the server"
    let (reason, sentence) = describe(code, transfer, host: host)
    return HTTPFailure(
      reason: reason, message: sentence, mayHaveBeenSent: transfer.hasLeft)
  }

  private func describe(
    _ code: CURLcode, _ transfer: HTTPTransfer, host: String
  ) -> (HTTPFailure.Reason, String) {
    switch code {
    case CURLE_UNSUPPORTED_PROTOCOL where transfer.hasLeft:
      return (.broken, "what \(host) answered is not HTTP")
    case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL:
      return (.invalidRequest, "this is not an http or https URL: \(transfer.request.url)")
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
      return (.unresolved, "the address of \(host) cannot be found: \(detail(code))")
    case CURLE_COULDNT_CONNECT:
      if let peer = transfer.refusedPeer {
        return (.refusedPeer, "\(host) is at \(peer), where connections are not allowed")
      }
      return (.unreachable, "\(host) cannot be reached: \(detail(code))")
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CACERT_BADFILE,
      CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS:
      return (.insecure, "no secure connection to \(host): \(detail(code))")
    case CURLE_OPERATION_TIMEDOUT:
      return (
        transfer.hasLeft ? .timedOut : .unreachable,
        transfer.hasLeft
          ? "\(host) did not answer in time: \(detail(code))"
          : "\(host) cannot be reached in time: \(detail(code))"
      )
    case CURLE_TOO_MANY_REDIRECTS:
      return (.tooManyRedirects, "\(host) redirects more than five times")
    case CURLE_FILESIZE_EXCEEDED:
      return (.tooLarge, tooLarge(transfer, host))
    case CURLE_WRITE_ERROR where transfer.isTooLarge:
      return (.tooLarge, tooLarge(transfer, host))
    case CURLE_ABORTED_BY_CALLBACK:
      // The gate closed: libcurl wanted to send it a second time.
      return (.broken, "\(host) closed the connection without an answer")
    default:
      return (
        transfer.hasLeft ? .broken : .unreachable,
        "the exchange with \(host) broke: \(detail(code))"
      )
    }
  }

  private func tooLarge(_ transfer: HTTPTransfer, _ host: String) -> String {
    let mebibytes = transfer.request.limits.responseBytes >> 20
    let limit =
      mebibytes > 0 ? "\(mebibytes) MiB" : "\(transfer.request.limits.responseBytes) bytes"
    return "the answer of \(host) is larger than \(limit)"
  }

  /// libcurl's own words.
  private func detail(_ code: CURLcode) -> String {
    let written = errorMessage
    if !written.isEmpty { return written }
    return ccurl_easy_strerror(code).map { String(cString: $0) } ?? "libcurl error \(code.rawValue)"
  }
}
