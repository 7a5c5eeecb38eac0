internal import CLua
internal import CLuaHost
internal import CPrelude
import CargoClient
import Runtime

/// `http`: the hosts that were granted (`design.md` §4.4). What is Lua of it is `CPrelude/http.lua`.
final class HTTPLibrary: Library {
  private let runner: TaskRunner
  private let client: WebClient
  private let prelude: Prelude
  private let functions: LuaFunctions
  private var host: LuaHost { runner.host }

  init(runner: TaskRunner, client: WebClient, prelude: Prelude, functions: LuaFunctions) {
    self.runner = runner
    self.client = client
    self.prelude = prelude
    self.functions = functions
  }

  let globals = ["http"]

  func push(_ name: String, onto stack: LuaStack) throws(RaisedError) -> Bool {
    guard name == "http" else { return false }
    try prelude.push(cargo_prelude_http, "cargo.http", onto: stack) {
      [self] stack throws(RaisedError) in
      functions.set("http_request", waits: true, ofTableOnTop: stack) { [unowned self] stack in
        request(stack)
      }
      try pushDecoder(stack)
      stack.setField("json_decode", ofTableAt: -2)
    }
    return true
  }

  /// Pushes `json.decode`.
  private func pushDecoder(_ stack: LuaStack) throws(RaisedError) {
    guard cs_call_protected(host.pointer, stack.state, cs_open_json, 0, 1) == CS_DONE else {
      throw RaisedError()
    }
    stack.pushField("decode", ofTableAt: -1)
    lua_rotate(stack.state, -2, 1)
    stack.pop()
  }

  private func request(_ stack: LuaStack) -> Int32 {
    let size = ChargedSize(host)
    do throws(HTTPArguments.Refusal) {
      let arguments = try HTTPArguments(host: host, stack: stack)
      var request = arguments.request
      let state = host.main.state
      request.acceptsBytes = { [host] count in
        guard cs_host_has_room(host.pointer, state, count) else { return false }
        size.add(count)
        return true
      }
      return try send(request, raises: arguments.raises, size)
    } catch {
      switch error {
      case .error(let error): return host.raise(error)
      case .value: return Int32(CS_ERROR_VALUE)
      }
    }
  }

  private func send(
    _ request: WebRequest, raises: Bool, _ size: ChargedSize
  ) throws(HTTPArguments.Refusal) -> Int32 {
    var exchange: WebExchange?
    var waiter: (task: TaskScheduler.TaskID, serial: UInt32)?
    do throws(CargoError) {
      exchange = try client.send(request) { [runner] result in
        guard let waiter else { return }
        switch result {
        case .failure(let error): runner.wake(waiter, .error(error))
        case .success(let response):
          if raises && !(200..<300).contains(response.status) {
            runner.wake(waiter, .error(HTTPLibrary.error(request, response)))
          } else {
            runner.wake(waiter, .push { HTTPLibrary.push(response, onto: $0, size) })
          }
        }
      }
    } catch {
      throw .error(error)
    }
    waiter = runner.wait { exchange?.cancel() }
    return Int32(CS_WAIT)
  }

  private static func error(_ request: WebRequest, _ response: WebResponse) -> CargoError {
    let place = response.url.prefix { $0 != "?" }
    return CargoError(
      .http, "\(request.method) \(place) was answered with \(response.status)",
      status: response.status, body: response.body)
  }

  /// Pushes the answer as a table; the bytes are Lua's from then on.
  private static func push(
    _ response: WebResponse, onto stack: LuaStack, _ size: ChargedSize
  ) -> Int32 {
    guard stack.reserve(6) else { return 0 }
    stack.pushTable(fields: 5)
    stack.push(Int64(response.status))
    stack.setField("status", ofTableAt: -2)
    stack.push((200..<300).contains(response.status))
    stack.setField("ok", ofTableAt: -2)
    stack.push(response.url)
    stack.setField("url", ofTableAt: -2)
    stack.push(response.body)
    stack.setField("body", ofTableAt: -2)
    size.release()
    var headers: [String: String] = [:]
    for (name, value) in response.headers {
      let name = name.lowercased()
      headers[name] = headers[name].map { $0 + ", " + value } ?? value
    }
    stack.pushTable(fields: Int32(clamping: headers.count))
    for (name, value) in headers {
      stack.push(value)
      stack.setField(name, ofTableAt: -2)
    }
    stack.setField("headers", ofTableAt: -2)
    return 1
  }
}

/// Bytes of an answer that are counted as the recipe's memory until they are Lua's, or nobody's.
private final class ChargedSize {
  private let host: LuaHost
  private var bytes = 0

  init(_ host: LuaHost) { self.host = host }

  deinit { release() }

  func add(_ count: Int) {
    bytes += count
    cs_host_charge(host.pointer, count)
  }

  func release() {
    cs_host_charge(host.pointer, -bytes)
    bytes = 0
  }
}
