internal import CLua
internal import CLuaHost
import CargoClient
import Runtime

/// The options of `http.request`, read from the table at index 1.
struct HTTPArguments {
  /// What is to be sent.
  private(set) var request: WebRequest
  /// Whether a status that is no success raises.
  private(set) var raises = false

  private let host: LuaHost
  private let arguments: Arguments
  private var stack: LuaStack { arguments.stack }

  /// Why there is no request.
  enum Refusal: Error {
    case error(CargoError)
    /// The error is on top of the Lua stack.
    case value
  }

  private static let names = [
    "url", "method", "headers", "body", "json", "form", "timeout", "retries", "max_bytes",
    "redirects", "raise",
  ]
  private static let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

  init(host: LuaHost, stack: LuaStack) throws(Refusal) {
    self.host = host
    arguments = Arguments(function: "http.request", stack: stack)
    guard stack.type(at: 1) == .table else {
      throw .error(arguments.wrongType("options", "a table with a url", at: 1))
    }
    try HTTPArguments.checkNames(arguments)
    request = WebRequest(try HTTPArguments.url(arguments))
    do throws(CargoError) {
      try readMethod()
      try readLimits()
      try readHeaders()
    } catch {
      throw .error(error)
    }
    try readBody()
  }

  private static func checkNames(_ arguments: Arguments) throws(Refusal) {
    let stack = arguments.stack
    stack.pushNil()
    while lua_next(stack.state, 1) != 0 {
      stack.pop()
      let name = stack.string(at: -1) ?? "?"
      if names.contains(name) { continue }
      let suggestion = NearestName.suggest(name, among: names)
      throw .error(
        arguments.refusal(
          "unknown option '\(name)'",
          hint: suggestion.map { "did you mean '\($0)'?" }
            ?? "there are \(names.joined(separator: ", "))"))
    }
  }

  private static func url(_ arguments: Arguments) throws(Refusal) -> WebURL {
    arguments.stack.pushField("url", ofTableAt: 1)
    defer { arguments.stack.pop() }
    do throws(CargoError) {
      return try WebURL(try arguments.string(-1, "url"))
    } catch {
      throw .error(error)
    }
  }

  /// Reads a number within bounds; nil when the option is not given.
  private func number(
    _ name: StaticString, _ bounds: ClosedRange<Double>, isWhole: Bool = true
  ) throws(CargoError) -> Double? {
    stack.pushField(name, ofTableAt: 1)
    defer { stack.pop() }
    guard let number = try arguments.optionalNumber(-1, "\(name)") else { return nil }
    guard bounds.contains(number), !isWhole || number == number.rounded() else {
      func short(_ value: Double) -> String { Int64(exactly: value).map(String.init) ?? "\(value)" }
      let kind = isWhole ? "a whole number" : "a number"
      throw arguments.refusal(
        "'\(name)' must be \(kind) from \(short(bounds.lowerBound)) to \(short(bounds.upperBound)), "
          + "got \(short(number))")
    }
    return number
  }

  private mutating func readMethod() throws(CargoError) {
    stack.pushField("method", ofTableAt: 1)
    defer { stack.pop() }
    guard let method = try arguments.optionalString(-1, "method") else { return }
    guard HTTPArguments.methods.contains(method.uppercased()) else {
      throw arguments.refusal(
        "'\(method)' is no method",
        hint: "there are \(HTTPArguments.methods.joined(separator: ", "))")
    }
    request.method = method.uppercased()
  }

  private mutating func readLimits() throws(CargoError) {
    if let seconds = try number("timeout", 0.001...3_600, isWhole: false) {
      request.timeout = seconds
    }
    if let retries = try number("retries", 0...10) { request.retries = Int(retries) }
    if let bytes = try number("max_bytes", 0...1_073_741_824) { request.maximumBytes = Int(bytes) }
    if let redirects = try number("redirects", 0...20) { request.maximumRedirects = Int(redirects) }
    if stack.pushField("raise", ofTableAt: 1) != .nil {
      guard let flag = stack.boolean(at: -1) else {
        throw arguments.wrongType("raise", "true or false", at: -1)
      }
      raises = flag
    }
    stack.pop()
  }

  private mutating func readHeaders() throws(CargoError) {
    let type = stack.pushField("headers", ofTableAt: 1)
    let table = stack.top
    defer { stack.setTop(table - 1) }
    if type == .nil { return }
    guard type == .table else { throw arguments.wrongType("headers", "a table", at: table) }
    for (name, value) in try texts(table, "headers") { request.headers.append((name, value)) }
  }

  /// The texts by name of the table at `table`, sorted by name; numbers and booleans become texts.
  private func texts(
    _ table: Int32, _ option: String
  ) throws(CargoError) -> [(name: String, value: String)] {
    var texts: [(name: String, value: String)] = []
    stack.pushNil()
    while lua_next(stack.state, table) != 0 {
      guard let name = stack.string(at: -2) else {
        throw arguments.refusal("'\(option)' must have values by name")
      }
      let value: String
      switch stack.type(at: -1) {
      case .string: value = stack.string(at: -1) ?? ""
      case .number:
        value = stack.integer(at: -1).map(String.init) ?? "\(stack.number(at: -1) ?? 0)"
      case .boolean: value = stack.boolean(at: -1) == true ? "true" : "false"
      default: throw arguments.wrongType("\(option).\(name)", "a text", at: -1)
      }
      texts.append((name, value))
      stack.pop()
    }
    return texts.sorted { $0.name < $1.name }
  }

  private mutating func readBody() throws(Refusal) {
    var given: [String] = []
    for option: StaticString in ["body", "json", "form"] {
      let type = stack.pushField(option, ofTableAt: 1)
      let index = stack.top
      if type != .nil { given.append("\(option)") }
      switch "\(option)" {
      case _ where type == .nil: break
      case "body":
        do throws(CargoError) {
          setBody(try arguments.bytes(index, "body"), "text/plain; charset=utf-8")
        } catch {
          throw .error(error)
        }
      case "json":
        var bytes: [UInt8] = []
        guard host.encode(stack, index, shape: nil, into: &bytes) else { throw .value }
        setBody(bytes, "application/json")
      default:
        guard type == .table else {
          throw .error(arguments.wrongType("form", "a table", at: index))
        }
        do throws(CargoError) {
          setBody(FormText.encode(try texts(index, "form")), FormText.contentType)
        } catch {
          throw .error(error)
        }
      }
      stack.setTop(index - 1)
    }
    if given.count > 1 {
      throw .error(
        arguments.refusal("'\(given[0])' and '\(given[1])' are both bodies", hint: "give one"))
    }
    if !given.isEmpty && (request.method == "GET" || request.method == "HEAD") {
      throw .error(
        arguments.refusal(
          "a \(request.method) has no body", hint: "method = \"POST\", or put it into the url"))
    }
  }

  private mutating func setBody(_ bytes: [UInt8], _ type: String) {
    request.body = bytes
    if !request.headers.contains(where: { $0.name.lowercased() == "content-type" }) {
      request.headers.append(("Content-Type", type))
    }
  }
}
