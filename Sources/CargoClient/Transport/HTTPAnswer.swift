import CPlatform
import Glibc

/// What an HTTP response says, by the rules of `cargo-platform.md` §2.2: JSON, or an error. Pure.
/// A class, because one serves all requests of a row.
final class HTTPAnswer {
  let operation: Operation
  /// The server's name, for messages.
  let host: String
  let token: Secret
  /// Whether the call only looks. Of others, an answer that cannot be used leaves open what was done.
  let isRead: Bool

  init(operation: Operation, host: String, token: Secret, isRead: Bool) {
    self.operation = operation
    self.host = host
    self.token = token
    self.isRead = isRead
  }

  /// The answer's JSON, or why it cannot be used. A token that the server sends back ends here: rows,
  /// prints, files and the journal are all made of what this lets through.
  func interpret(_ response: HTTPResponse) -> TransportResult {
    var response = response
    response.body = token.redacted(response.body)
    return switch response.status {
    case 200..<300: success(response)
    case 300..<400: .failure(redirect(response))
    default: .failure(refusal(response))
    }
  }

  // MARK: 2xx

  private func success(_ response: HTTPResponse) -> TransportResult {
    let body = response.body
    if response.status == 204 || body.isEmpty { return .success(Array("{}".utf8)) }
    if operation.result == .text && !isJSON(response.contentType) {
      var writer = JSONWriter(capacity: body.count + 16)
      writer.string(String(decoding: body, as: UTF8.self))
      return .success(writer.bytes)
    }
    guard isJSON(response.contentType) || response.contentType == nil else {
      let type = token.redacted(response.contentType ?? "")
      return .failure(unusable(response, "\(host) answered with \(type) instead of JSON"))
    }
    guard HTTPAnswer.looksWhole(body) else {
      return .failure(unusable(response, "the answer of \(host) is not whole JSON"))
    }
    if let error = notQueried(response) { return .failure(error) }
    return .success(body)
  }

  private func unusable(_ response: HTTPResponse, _ message: String) -> CargoError {
    CargoError(
      isRead ? .http : .unknown, message, status: response.status, operation: operation.name,
      hint: isRead ? nil : HTTPAnswer.unknownHint)
  }

  /// Streams of lines (`application/x-ndjson`) and downloads of unnamed type count as JSON.
  private func isJSON(_ type: String?) -> Bool {
    guard let type else { return false }
    if type == "application/json" { return true }
    let lowercased = type.lowercased()
    return lowercased.contains("json") || lowercased.hasPrefix("application/octet-stream")
  }

  /// A look at both ends; the decoder looks at the rest.
  private static func looksWhole(_ body: [UInt8]) -> Bool {
    func isBlank(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }
    guard let first = body.first(where: { !isBlank($0) }),
      let last = body.last(where: { !isBlank($0) })
    else { return false }
    switch first {
    case UInt8(ascii: "{"): return last == UInt8(ascii: "}")
    case UInt8(ascii: "["): return last == UInt8(ascii: "]")
    case UInt8(ascii: "<"): return false
    default: return true
    }
  }

  /// The error that some queries answer with status 200.
  private func notQueried(_ response: HTTPResponse) -> CargoError? {
    let body = response.body
    let mark: StaticString = "notQueried"
    guard body.count < 16_384 else { return nil }
    let isMarked = body.withUnsafeBytes {
      memmem($0.baseAddress, $0.count, mark.utf8Start, mark.utf8CodeUnitCount) != nil
    }
    guard isMarked, let document = try? JSONDocument(body),
      document["outcome"]?.string == "notQueried"
    else { return nil }
    return platformError(response, document)
  }

  // MARK: 3xx to 5xx

  private func redirect(_ response: HTTPResponse) -> CargoError {
    let target = response.location.flatMap(HTTPURL.host) ?? "nowhere"
    return CargoError(
      .http, "\(host) redirects to \(token.redacted(target))", status: response.status,
      operation: operation.name,
      hint: "redirects are not followed, so that the token goes to no other place; check "
        + "CARGO_API_URL")
  }

  private func refusal(_ response: HTTPResponse) -> CargoError {
    if let document = try? JSONDocument(response.body), document.root.object != nil {
      return platformError(response, document)
    }
    let phrase = HTTPAnswer.phrase(response.status)
    return CargoError(
      .http, "\(host) answered \(response.status) \(phrase)", status: response.status,
      operation: operation.name, hint: hint(response.status))
  }

  private func platformError(_ response: HTTPResponse, _ document: JSONDocument) -> CargoError {
    let reason = document["reason"]?.string
    let text = document["errorMessage"]?.string
    let code = reason ?? text.flatMap { HTTPAnswer.isCode($0) ? $0 : nil }
    let message = text ?? reason ?? HTTPAnswer.phrase(response.status)
    return CargoError(
      .cargo, token.redacted(message), code: code.map(token.redacted), status: response.status,
      operation: operation.name, hint: hint(response.status), body: response.body)
  }

  private func hint(_ status: Int) -> String? {
    switch status {
    case 401: "the token is missing, expired or of another workspace; check CARGO_API_TOKEN"
    case 403: "the token lacks a permission that \(operation.name) needs"
    default: nil
    }
  }

  /// Whether a message is a code: one word in lowerCamelCase.
  private static func isCode(_ text: String) -> Bool {
    guard let first = text.utf8.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first)
    else { return false }
    return text.utf8.allSatisfy { byte in
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
  }

  // MARK: No answer

  /// The error for a request that was certainly or possibly not answered.
  func failure(_ failure: HTTPFailure) -> CargoError {
    let message = token.redacted(failure.message)
    if failure.reason == .cancelled {
      return CargoError(
        .cancelled, "\(operation.name) was cancelled", operation: operation.name)
    }
    let isAway = failure.reason == .unreachable || failure.reason == .unresolved
    return CargoError(
      .http, message, operation: operation.name,
      hint: isAway ? "check the network, and CARGO_API_URL if it is set" : nil)
  }

  /// The error for a request that may have had its effect: `why` tells what is known.
  func unknown(_ why: String, status: Int?) -> CargoError {
    CargoError(
      .unknown, "nobody knows whether \(operation.name) was done: \(token.redacted(why))",
      status: status, operation: operation.name, hint: HTTPAnswer.unknownHint)
  }

  /// The error for a server that asks for a longer pause than is waited for.
  func tooLate(_ response: HTTPResponse, after seconds: Double) -> CargoError {
    let moment = HTTPAnswer.clock(after: seconds)
    return CargoError(
      .http,
      "\(host) answered \(response.status) \(HTTPAnswer.phrase(response.status)) and takes requests "
        + "again at \(moment)", status: response.status, operation: operation.name,
      hint: "run it again then")
  }

  static let unknownHint = "it may have been charged, so it is not sent again by itself"

  private static func clock(after seconds: Double) -> String {
    var moment = time(nil) + Int(min(seconds, 1e9))
    var parts = tm()
    gmtime_r(&moment, &parts)
    func two(_ number: Int32) -> String { (number < 10 ? "0" : "") + String(number) }
    return "\(1900 + parts.tm_year)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday)) "
      + "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)) UTC"
  }

  static func phrase(_ status: Int) -> String {
    switch status {
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 408: "Request Timeout"
    case 409: "Conflict"
    case 413: "Content Too Large"
    case 422: "Unprocessable Content"
    case 429: "Too Many Requests"
    case 500: "Internal Server Error"
    case 501: "Not Implemented"
    case 502: "Bad Gateway"
    case 503: "Service Unavailable"
    case 504: "Gateway Timeout"
    default: status < 500 ? "client error" : "server error"
    }
  }
}
