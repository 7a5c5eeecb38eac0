public import CargoClient

/// All rows of a `segment.fetch` or a `storage.query`, where the workspace gives them page by page.
///
/// All pages are read into a temporary file before the first row is given: what the recipe then does to
/// the rows moves none of them between pages (`design.md` §4.1, "Paging"). Rows of SQL cannot be told
/// apart; what others write while its pages are read may shift them.
public final class PagedRows: RowSource {
  private let request: OperationRequest
  private let calls: any CallHandler
  private let loop: EventLoop
  private var arguments: JSONObject
  private let statement: PagedStatement?
  private var reader: PageReader
  private var spool: SpoolFile?
  private var isSpooled = false
  private var idColumn: String?
  private var call: OperationCall?
  private var completion: ((Result<RowPiece, CargoError>) -> Void)?
  private var isClosed = false

  /// Prepares; nothing is asked before the first `next`.
  /// - Throws: An error of the kind `argument` about the statement.
  public init(
    _ request: OperationRequest, calls: any CallHandler, loop: EventLoop
  ) throws(CargoError) {
    self.request = request
    self.calls = calls
    self.loop = loop
    arguments = try JSONValue(request.arguments, kind: .argument).object ?? JSONObject()
    if let query = arguments["query"]?.string {
      statement = try PagedStatement(query)
      reader = PageReader(maximum: statement?.limit, tellsApart: false)
    } else {
      statement = nil
      reader = PageReader(maximum: arguments["fetchingLimit"]?.integer, tellsApart: true)
    }
  }

  /// Gives the next rows.
  public func next(completion: @escaping (Result<RowPiece, CargoError>) -> Void) {
    self.completion = completion
    if isClosed {
      finish(.failure(CargoError(.cancelled, "the rows were closed")))
    } else if isSpooled {
      give()
    } else if statement == nil {
      learnIdentity()
    } else {
      ask(reader.step)
    }
  }

  /// Lets the file go, and gives up the page under way.
  public func close() {
    isClosed = true
    spool = nil
    call?.cancel()
  }

  /// Answers once the caller is back from whatever it does.
  private func finish(_ result: Result<RowPiece, CargoError>) {
    guard let completion else { return }
    self.completion = nil
    loop.schedule(after: 0) { completion(result) }
  }

  private func give() {
    do throws(CargoError) {
      let piece = try spool?.next() ?? (Array("[]".utf8), 0)
      if piece.count == 0 { spool = nil }
      finish(.success(RowPiece(.json, piece.bytes, count: piece.count)))
    } catch {
      finish(.failure(error))
    }
  }

  // MARK: - Pages

  private func send(
    _ operation: Operation, _ arguments: JSONObject,
    then use: @escaping (JSONDocument) throws(CargoError) -> Void
  ) throws(CargoError) {
    let bytes = try JSONValue.object(arguments).canonicalBytes()
    let call = OperationCall(operation: operation, arguments: bytes, waits: false)
    self.call = call
    calls.handle(call) { [self] result in
      self.call = nil
      do throws(CargoError) {
        let answer = try result.get()
        if isClosed { throw CargoError(.cancelled, "the rows were closed") }
        try use(try JSONDocument(answer.body))
      } catch {
        finish(.failure(error))
      }
    }
  }

  /// Asks which column tells records apart, and makes it the last to sort by: without an order that
  /// leaves nothing open, a server may give one record on two pages.
  private func learnIdentity() {
    do throws(CargoError) {
      guard let operation = OperationTable.named("model.get"), let model = arguments["modelUuid"]
      else { return ask(reader.step) }
      var look = JSONObject()
      look["uuid"] = model
      try send(operation, look) { [self] document throws(CargoError) in
        if let column = (document["model"] ?? document.root)["idColumnSlug"]?.string {
          idColumn = column
          var sort = arguments["sort"]?.array ?? []
          if !sort.contains(where: { $0["columnSlug"]?.string == column }) {
            sort.append(["columnSlug": .string(column), "kind": "asc"])
          }
          arguments["sort"] = .array(sort)
        }
        ask(reader.step)
      }
    } catch {
      finish(.failure(error))
    }
  }

  private func ask(_ step: PageReader.Step) {
    switch step {
    case .done:
      isSpooled = true
      give()
    case .lost:
      finish(
        .failure(
          CargoError(
            .cargo, "the records change faster than they can be read",
            hint: "sort by columns that do not change, or try again later")))
    case .ask(let offset, let limit):
      var page = arguments
      if let statement {
        page["query"] = .string(statement.page(limit: limit, offset: offset))
      } else {
        page["fetchingLimit"] = .int(limit)
        page["fetchingOffset"] = .int(offset)
      }
      do throws(CargoError) {
        try send(request.operation, page) { [self] document throws(CargoError) in
          try take(document)
        }
      } catch {
        finish(.failure(error))
      }
    }
  }

  private func take(_ document: JSONDocument) throws(CargoError) {
    let key = statement == nil ? "records" : "rows"
    guard let elements = document[key]?.array else {
      throw CargoError(.http, "\(request.operation.name) answered without '\(key)'")
    }
    let rows = Array(elements)
    let (new, step) = reader.take(rows.map { identity(of: $0) })
    if !new.isEmpty {
      var bytes: [UInt8] = [UInt8(ascii: "[")]
      for position in new {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
        bytes += rows[position].bytes
      }
      bytes.append(UInt8(ascii: "]"))
      let file: SpoolFile
      if let spool { file = spool } else { file = try SpoolFile() }
      spool = file
      try file.append(bytes, count: new.count)
    }
    ask(step)
  }

  private func identity(of row: JSONView) -> Int {
    guard statement == nil else { return 0 }
    guard let idColumn, let id = row[idColumn] else { return row.bytes.hashValue }
    return id.bytes.hashValue
  }
}
