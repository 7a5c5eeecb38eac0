/// Where an operation's request goes over HTTP, and which of its arguments travel where. Worked out
/// once per row.
struct HTTPRoute {
  private enum Piece {
    case literal(String)
    case parameter(String)
  }

  private enum Body {
    case none
    /// The arguments as they are: none of them travels elsewhere.
    case arguments
    /// The arguments that do not travel elsewhere.
    case remaining
    /// One argument is the body.
    case whole(String)
    /// A form with the file that an argument names, and the other arguments as fields.
    case form(file: String)
  }

  /// What goes out for a call.
  struct Parts {
    /// The target of the request: `/v1/orchestration/runs/…`.
    var target: String
    /// The body; nil for none.
    var body: [UInt8]?
    /// The body's type, when it is not JSON.
    var contentType: String?
  }

  let operation: Operation
  private let pieces: [Piece]
  private let query: [String]
  private let body: Body
  /// `{"uuid":"`, when that parameter is the only one, in the path: such arguments need no parser.
  private let soleParameter: [UInt8]?

  /// The route of a row by one of its paths.
  init(_ operation: Operation, path: String) {
    self.operation = operation
    pieces = HTTPRoute.pieces(of: "/v1" + path)
    let sent = operation.parameters.filter { $0.location != .host }
    query = sent.filter { $0.location == .query }.map(\.wireName)
    let inBody = sent.filter { $0.location == .body }
    if let file = sent.first(where: { $0.location == .file }) {
      body = .form(file: file.wireName)
    } else if let whole = sent.first(where: { $0.location == .wholeBody }) {
      body = .whole(whole.wireName)
    } else if operation.method == .get || (operation.method == .delete && inBody.isEmpty) {
      body = .none
    } else {
      body = inBody.count == sent.count ? .arguments : .remaining
    }
    if case .none = body, sent.count == 1, sent[0].location == .path {
      soleParameter = Array("{\"\(sent[0].wireName)\":\"".utf8)
    } else {
      soleParameter = nil
    }
  }

  private static func pieces(of path: String) -> [Piece] {
    var pieces: [Piece] = []
    var literal = ""
    for part in path.split(separator: "{", omittingEmptySubsequences: false) {
      guard let end = part.firstIndex(of: "}") else {
        literal += part
        continue
      }
      pieces.append(.literal(literal))
      pieces.append(.parameter(String(part[..<end])))
      literal = String(part[part.index(after: end)...])
    }
    if !literal.isEmpty { pieces.append(.literal(literal)) }
    return pieces
  }

  /// Where canonical arguments go.
  func parts(_ arguments: [UInt8]) throws(CargoError) -> Parts {
    if let value = soleValue(arguments), case .literal(var target) = pieces[0] {
      target += value
      if pieces.count > 2, case .literal(let rest) = pieces[2] { target += rest }
      return Parts(target: target)
    }
    if case .arguments = body, case .literal(let target) = pieces[0] {
      return Parts(target: target, body: arguments)
    }
    let document = try JSONDocument(arguments, kind: .argument)
    var parts = Parts(target: try target(document))
    try addBody(to: &parts, document)
    return parts
  }

  /// The value of the only parameter, when it can stand in a URL as it is.
  private func soleValue(_ arguments: [UInt8]) -> String? {
    guard let soleParameter, arguments.count > soleParameter.count + 2,
      arguments.starts(with: soleParameter), arguments.suffix(2).elementsEqual("\"}".utf8)
    else { return nil }
    let value = arguments[soleParameter.count..<(arguments.count - 2)]
    guard value.allSatisfy({ HTTPURL.isUnreserved($0) && $0 != UInt8(ascii: ".") }) else {
      return nil
    }
    return String(decoding: value, as: UTF8.self)
  }

  private func target(_ document: JSONDocument) throws(CargoError) -> String {
    var target = ""
    for piece in pieces {
      switch piece {
      case .literal(let text): target += text
      case .parameter(let name):
        guard let value = document[name].flatMap(HTTPRoute.text), !value.isEmpty,
          value != ".", value != ".."
        else {
          throw CargoError(
            .argument, "\(operation.name) needs '\(name)' for its address",
            operation: operation.name)
        }
        HTTPURL.appendEncoded(value.utf8, to: &target)
      }
    }
    var separator = "?"
    func append(_ name: String, _ value: JSONView) {
      guard let text = HTTPRoute.text(value) else { return }
      target += separator + name + "="
      HTTPURL.appendEncoded(text.utf8, to: &target)
      separator = "&"
    }
    for name in query {
      guard let value = document[name] else { continue }
      if let elements = value.array {
        for element in elements { append(name, element) }
      } else {
        append(name, value)
      }
    }
    return target
  }

  /// A value as a URL carries it; nil for null, which stands for "not given".
  private static func text(_ value: JSONView) -> String? {
    if value.isNull { return nil }
    return value.string ?? String(decoding: value.bytes, as: UTF8.self)
  }

  private func addBody(to parts: inout Parts, _ document: JSONDocument) throws(CargoError) {
    switch body {
    case .none: break
    case .whole(let name): parts.body = try member(name, document).bytes
    case .arguments, .remaining:
      var writer = JSONWriter()
      writer.beginObject()
      for (key, value) in remaining(document) {
        writer.key(key)
        writer.value(value)
      }
      writer.endObject()
      parts.body = writer.bytes
    case .form(let file):
      guard let path = try member(file, document).string else {
        throw CargoError(.argument, "\(operation.name): '\(file)' is the path of a file")
      }
      var form = MultipartForm()
      for (key, value) in remaining(document) {
        if let text = HTTPRoute.text(value) { form.add(key, text) }
      }
      try form.addFile("file", path: path)
      form.end()
      parts.body = form.body
      parts.contentType = form.contentType
    }
  }

  private func member(_ name: String, _ document: JSONDocument) throws(CargoError) -> JSONView {
    guard let value = document[name] else {
      throw CargoError(.argument, "\(operation.name) needs '\(name)'", operation: operation.name)
    }
    return value
  }

  /// The arguments that travel nowhere else.
  private func remaining(_ document: JSONDocument) -> [(key: String, value: JSONView)] {
    let elsewhere = Set(operation.parameters.filter { $0.location != .body }.map(\.wireName))
    return (document.root.object.map { Array($0) } ?? []).filter { !elsewhere.contains($0.key) }
  }
}
