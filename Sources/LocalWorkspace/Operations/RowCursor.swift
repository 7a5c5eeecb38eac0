public import CargoClient
import SQLite
import Synchronization

/// Reads all records of a segment, or all rows of a query, in pieces: from one view of the data, taken
/// with the first piece, with one sort for all of them, and in bounded memory. What the recipe writes
/// meanwhile does not show (`design.md` §4.1, "Paging").
///
/// Bound to the loop's thread. The rows are read on a thread of the cursor's own.
public final class RowCursor: RowSource {
  private let operation: Operation
  private let path: String
  private let mailbox: Mailbox
  private let pool: ReaderPool
  private let reading: Reading
  private let isCancelled: Flag
  private var isClosed = false

  /// The bytes of a piece, above which no row is added.
  private static let pieceSize = 256 << 10

  init(_ request: OperationRequest, path: String, mailbox: Mailbox) {
    operation = request.operation
    self.path = path
    self.mailbox = mailbox
    pool = ReaderPool(path: path, threads: 1)
    isCancelled = Flag()
    reading = Reading(
      operation: request.operation, arguments: request.arguments, isCancelled: isCancelled)
  }

  deinit { close() }

  /// Reads the next rows.
  public func next(completion: @escaping (Result<RowPiece, CargoError>) -> Void) {
    let bound = LoopBound(completion)
    guard !isClosed else {
      let error = CargoError(.cancelled, "the rows were closed", operation: operation.name)
      return mailbox.post { bound.value(.failure(error)) }
    }
    let (reading, mailbox, path, name) = (reading, mailbox, path, operation.name)
    pool.submit { connection in
      let result = Result { try reading.piece(connection.get(), size: Self.pieceSize) }
        .mapError { error in
          var failure = WorkspaceFile.failure(error, path: path)
          if failure.operation == nil { failure.operation = name }
          return failure
        }
      mailbox.post { bound.value(result) }
    }
  }

  /// Ends the reading and lets the view of the data go; also what is being sorted just now.
  public func close() {
    guard !isClosed else { return }
    isClosed = true
    isCancelled.value.store(true, ordering: .relaxed)
    let reading = reading
    pool.submit { _ in reading.end() }
    pool.close()
  }

  /// A truth value that two threads see.
  fileprivate final class Flag: Sendable {
    let value = Atomic(false)
  }

  /// The statement and where it stands.
  ///
  /// `@unchecked Sendable` is safe because after `init` everything is used by the only thread of the
  /// cursor's pool.
  private final class Reading: @unchecked Sendable {
    private let operation: Operation
    private let arguments: [UInt8]
    private let isCancelled: Flag
    private var statement: Statement?
    private var writer: RowWriter?
    private var catalog = QueryCatalog(tables: [])
    private var hasRawSQL = false
    private var isAtEnd = false

    init(operation: Operation, arguments: [UInt8], isCancelled: Flag) {
      self.operation = operation
      self.arguments = arguments
      self.isCancelled = isCancelled
    }

    func piece(_ connection: Connection, size: Int) throws -> RowPiece {
      if isAtEnd { return RowPiece(.block, [], count: 0) }
      do {
        if statement == nil { try begin(connection) }
        // Only SQL of the recipe may be endless; a sort of many rows may just take long.
        let limit: Double = hasRawSQL ? 30 : .infinity
        let flag = isCancelled
        return try QueryGuard.limitTime(
          limit, on: connection, isCancelled: { flag.value.load(ordering: .relaxed) }
        ) { try read(size: size) }
      } catch let error as SQLiteError where hasRawSQL || error.isInterrupted {
        throw QueryError.translated(error, catalog: catalog)
      }
    }

    func end() {
      // The connection goes with its thread, and the transaction with it.
      statement = nil
    }

    private func read(size: Int) throws -> RowPiece {
      guard let statement, let writer else { return RowPiece(.block, [], count: 0) }
      var out = RowBlockWriter(columns: writer.names, capacity: size + 4_096)
      while out.size < size {
        guard try statement.step() else {
          isAtEnd = true
          self.statement = nil
          break
        }
        writer.write(statement, to: &out)
      }
      return out.piece()
    }

    private func begin(_ connection: Connection) throws {
      try connection.execute("BEGIN")
      let arguments = try Arguments(self.arguments, for: operation)
      if operation.name == "storage.query" {
        try beginQuery(arguments.text("query"), connection)
      } else {
        try beginFilter(arguments, connection)
      }
    }

    private func beginQuery(_ sql: String, _ connection: Connection) throws {
      hasRawSQL = true
      let models = try Model.all(in: connection)
      catalog = QueryCatalog(models)
      let query = try QueryRewriter.rewrite(sql, catalog: catalog)
      let statement = try QueryGuard(tables: query.tables).run(on: connection) {
        try connection.prepare(query.sql)
      }
      writer = RowWriter(statement: statement, models: models)
      self.statement = statement
    }

    private func beginFilter(_ arguments: Arguments, _ connection: Connection) throws {
      let model = try Model.find(arguments.uuid("modelUuid"), in: connection)
      let select = try model.filterCompiler(in: connection).select(
        model.columns.map(\.slug), filter: arguments["filter"].map { JSONValue($0) } ?? .null,
        sort: arguments["sort"].map { JSONValue($0) }, limit: arguments["fetchingLimit"]?.integer,
        offset: arguments["fetchingOffset"]?.integer ?? 0)
      hasRawSQL = select.hasRawSQL
      writer = RowWriter(columns: model.columns)
      let statement = try connection.prepare(select.text)
      try statement.bind(select.bindings)
      self.statement = statement
    }
  }
}

extension LocalWorkspace {
  /// Opens a cursor over everything that a `segment.fetch` (its `fetchingLimit` being the whole
  /// number of rows, none meaning all) or a `storage.query` gives. Errors in the arguments come with
  /// the first piece.
  /// - Throws: When the workspace cannot be opened.
  public func rows(_ request: OperationRequest) throws(CargoError) -> RowCursor {
    // Brings the file up to date first; in WAL mode, too, where readers hold up no writer.
    _ = try open()
    return RowCursor(request, path: path, mailbox: loop.mailbox)
  }
}
