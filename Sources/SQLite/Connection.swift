import CSQLite
import Glibc

/// One connection to a SQLite file. Belongs to one thread at a time.
public final class Connection {
  /// How a file is opened.
  public struct Options: Sendable {
    /// Only reads; the file must exist.
    public var isReadOnly: Bool
    /// Creates the file, readable and writable by its owner alone, when there is none.
    public var creates: Bool
    /// Write-ahead log: readers and one writer at the same time.
    public var usesWAL: Bool
    /// How much the disk is waited for.
    public var synchronous: Synchronous
    /// Milliseconds to wait for another connection's lock.
    public var busyTimeout: Int32

    /// `PRAGMA synchronous`.
    public enum Synchronous: String, Sendable { case off = "OFF", normal = "NORMAL", full = "FULL" }

    /// Options that survive a crash at any moment, unless said otherwise.
    public init(
      isReadOnly: Bool = false, creates: Bool = true, usesWAL: Bool = true,
      synchronous: Synchronous = .full, busyTimeout: Int32 = 5_000
    ) {
      self.isReadOnly = isReadOnly
      self.creates = creates
      self.usesWAL = usesWAL
      self.synchronous = synchronous
      self.busyTimeout = busyTimeout
    }

    /// For reading a file that others write.
    public static var readOnly: Options { Options(isReadOnly: true, creates: false) }
  }

  /// The file.
  public var path: String { handle.path }
  let handle: Handle
  private var cache: [String: Statement] = [:]
  var authorizer: AuthorizerBox?
  var progress: ProgressBox?
  var functions: Set<String> = []
  var savepointDepth = 0
  private let busyTimeout: Int32

  /// Opens a file.
  /// - Throws: `SQLiteError`; also when the file is not a database.
  public init(path: String, options: Options = Options()) throws {
    if !options.isReadOnly && options.creates { Connection.createOwnerOnly(path) }
    var flags = SQLITE_OPEN_NOMUTEX
    if options.isReadOnly {
      flags |= SQLITE_OPEN_READONLY
    } else {
      flags |= SQLITE_OPEN_READWRITE | (options.creates ? SQLITE_OPEN_CREATE : 0)
    }
    var pointer: OpaquePointer?
    let code = sqlite3_open_v2(path, &pointer, flags, nil)
    guard let pointer else {
      throw SQLiteError(code: SQLITE_NOMEM, message: "out of memory", path: path)
    }
    handle = Handle(pointer: pointer, path: path)
    guard code == SQLITE_OK else { throw handle.error() }
    sqlite3_extended_result_codes(pointer, 1)
    busyTimeout = options.busyTimeout
    sqlite3_busy_timeout(pointer, busyTimeout)
    if options.usesWAL && !options.isReadOnly { try execute("PRAGMA journal_mode = WAL") }
    try execute("PRAGMA synchronous = \(options.synchronous.rawValue)")
    // Savepoints keep the old pages of a group in memory, not in a temporary file. A reader has none;
    // what it sorts may be larger than memory.
    if !options.isReadOnly { try execute("PRAGMA temp_store = MEMORY") }
    // Reads the header, so that a foreign file is found out here and not at the first query.
    try execute("SELECT 1 FROM sqlite_schema LIMIT 1")
  }

  /// SQLite would create the file for everyone to read; `-wal` and `-shm` take the file's mode.
  private static func createOwnerOnly(_ path: String) {
    let descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
    if descriptor >= 0 { Glibc.close(descriptor) }
  }

  /// Prepares a statement.
  public func prepare(_ sql: String) throws -> Statement {
    try Statement(handle: handle, sql: sql, persistent: false)
  }

  /// A statement kept prepared for the connection's life. Never handed out twice at once: a caller
  /// that asks while another stands on its rows gets a fresh one.
  public func cached(_ sql: String) throws -> Statement {
    if let statement = cache[sql], !statement.isBusy { return statement }
    let statement = try Statement(handle: handle, sql: sql, persistent: true)
    cache[sql] = statement
    return statement
  }

  /// Forgets the kept statements, as after a change of the schema.
  public func clearCache() { cache.removeAll() }

  /// Runs one statement to its end.
  public func execute(_ sql: String, _ values: [SQLiteValue] = []) throws {
    let statement = try prepare(sql)
    try statement.bind(values)
    try statement.run()
  }

  /// Runs a kept statement to its end.
  public func run(_ sql: String, _ values: [SQLiteValue] = []) throws {
    let statement = try cached(sql)
    try statement.bind(values)
    try statement.run()
  }

  /// Runs several statements separated by semicolons (a schema).
  public func executeScript(_ sql: String) throws {
    guard sqlite3_exec(handle.pointer, sql, nil, nil, nil) == SQLITE_OK else {
      throw handle.error(sql: sql)
    }
  }

  /// Calls `row` for each row of a kept statement.
  public func query(
    _ sql: String, _ values: [SQLiteValue] = [], row: (Statement) throws -> Void
  ) throws {
    let statement = try cached(sql)
    defer {
      statement.reset()
      statement.clearBindings()
    }
    try statement.bind(values)
    while try statement.step() { try row(statement) }
  }

  /// What `row` makes of the first row of a kept statement; nil when there is none.
  public func first<R>(
    _ sql: String, _ values: [SQLiteValue] = [], row: (Statement) throws -> R
  ) throws -> R? {
    let statement = try cached(sql)
    defer {
      statement.reset()
      statement.clearBindings()
    }
    try statement.bind(values)
    return try statement.step() ? try row(statement) : nil
  }

  /// Rows that the last statement changed.
  public var changes: Int { Int(sqlite3_changes(handle.pointer)) }
  /// The rowid of the last row inserted.
  public var lastInsertRowID: Int64 { sqlite3_last_insert_rowid(handle.pointer) }
  /// Whether a transaction is open.
  public var isInTransaction: Bool { sqlite3_get_autocommit(handle.pointer) == 0 }

  /// `PRAGMA user_version`: the schema's number.
  public func userVersion() throws -> Int64 {
    try first("PRAGMA user_version") { $0.int64(0) } ?? 0
  }

  /// Runs `body` with a rollback journal in place of the write-ahead log, where no other connection has
  /// the file open: a large transaction is then written once and not twice. Others wait until it is over.
  /// Whatever ends the process, whoever opens the file next brings it back to what it was.
  public func withRollbackJournal<R>(_ body: () throws -> R) throws -> R {
    try execute("PRAGMA busy_timeout = 0")
    // Refused while others have the file open: then the log serves.
    try? execute("PRAGMA journal_mode = DELETE")
    try execute("PRAGMA busy_timeout = \(busyTimeout)")
    defer { try? execute("PRAGMA journal_mode = WAL") }
    return try body()
  }

  /// Writes the log back into the file, as far as readers allow, and empties it.
  public func checkpoint() {
    sqlite3_wal_checkpoint_v2(handle.pointer, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
  }
}
