import CSQLite

/// A prepared statement. Parameters count from 1, columns from 0, as in SQLite.
///
/// Belongs to its connection's thread.
public final class Statement {
  private let handle: Handle
  private let pointer: OpaquePointer

  /// What a column of the current row holds.
  public enum Kind: Sendable, Equatable { case null, integer, real, text, blob }

  init(handle: Handle, sql: String, persistent: Bool) throws {
    self.handle = handle
    var statement: OpaquePointer?
    var rest = 0
    let flags = persistent ? UInt32(SQLITE_PREPARE_PERSISTENT) : 0
    var text = sql
    let code = text.withUTF8 { buffer -> Int32 in
      buffer.withMemoryRebound(to: CChar.self) { characters in
        var tail: UnsafePointer<CChar>?
        let code = sqlite3_prepare_v3(
          handle.pointer, characters.baseAddress, Int32(characters.count), flags, &statement, &tail)
        if let tail, let base = characters.baseAddress { rest = characters.count - (tail - base) }
        return code
      }
    }
    guard code == SQLITE_OK else { throw handle.error(sql: sql) }
    guard let statement else {
      throw SQLiteError(
        code: SQLITE_MISUSE, message: "the statement is empty", sql: sql, path: handle.path)
    }
    pointer = statement
    unparsedCount = rest
  }

  deinit { sqlite3_finalize(pointer) }

  /// How many bytes of the text come after the first statement.
  public let unparsedCount: Int
  /// The text that was prepared.
  public var sql: String { sqlite3_sql(pointer).map { String(cString: $0) } ?? "" }
  /// Whether it changes nothing in the database.
  public var isReadOnly: Bool { sqlite3_stmt_readonly(pointer) != 0 }
  /// Whether it stands on a row.
  public var isBusy: Bool { sqlite3_stmt_busy(pointer) != 0 }
  /// How many columns a row has.
  public var columnCount: Int { Int(sqlite3_column_count(pointer)) }
  /// How many parameters there are.
  public var parameterCount: Int { Int(sqlite3_bind_parameter_count(pointer)) }

  // MARK: Binding

  /// Binds `NULL`.
  public func bindNull(_ index: Int) throws { try check(sqlite3_bind_null(pointer, Int32(index))) }

  /// Binds an integer.
  public func bind(_ index: Int, _ value: Int64) throws {
    try check(sqlite3_bind_int64(pointer, Int32(index), value))
  }

  /// Binds a double.
  public func bind(_ index: Int, _ value: Double) throws {
    try check(sqlite3_bind_double(pointer, Int32(index), value))
  }

  /// Binds text.
  public func bind(_ index: Int, _ text: String) throws {
    var text = text
    try text.withUTF8 { try bind(index, utf8: UnsafeRawBufferPointer($0)) }
  }

  /// Binds text, or `NULL` for nil.
  public func bind(_ index: Int, _ text: String?) throws {
    if let text { try bind(index, text) } else { try bindNull(index) }
  }

  /// Binds text given as UTF-8.
  public func bind(_ index: Int, utf8 bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try bind(index, utf8: $0) }
  }

  /// Binds text given as UTF-8; the bytes are copied.
  public func bind(_ index: Int, utf8 bytes: UnsafeRawBufferPointer) throws {
    // An empty Swift buffer may have no address, which SQLite would take for NULL.
    guard let base = bytes.baseAddress else {
      return try check(sqlite3_bind_text(pointer, Int32(index), "", 0, Self.transient))
    }
    let characters = base.assumingMemoryBound(to: CChar.self)
    try check(
      sqlite3_bind_text64(
        pointer, Int32(index), characters, UInt64(bytes.count), Self.transient, UInt8(SQLITE_UTF8)))
  }

  /// Binds bytes.
  public func bind(_ index: Int, blob bytes: [UInt8]) throws {
    if bytes.isEmpty { return try check(sqlite3_bind_zeroblob(pointer, Int32(index), 0)) }
    try bytes.withUnsafeBytes {
      try check(
        sqlite3_bind_blob64(
          pointer, Int32(index), $0.baseAddress, UInt64($0.count), Self.transient))
    }
  }

  /// Binds any value.
  public func bind(_ index: Int, _ value: SQLiteValue) throws {
    switch value {
    case .null: try bindNull(index)
    case .integer(let number): try bind(index, number)
    case .real(let number): try bind(index, number)
    case .text(let text): try bind(index, text)
    case .utf8(let bytes): try bind(index, utf8: bytes)
    case .blob(let bytes): try bind(index, blob: bytes)
    }
  }

  /// Binds values from the first parameter on.
  public func bind(_ values: [SQLiteValue]) throws {
    for (offset, value) in values.enumerated() { try bind(offset + 1, value) }
  }

  // SQLITE_TRANSIENT: SQLite copies before the call returns.
  private static var transient: sqlite3_destructor_type {
    unsafeBitCast(-1, to: sqlite3_destructor_type.self)
  }

  // MARK: Running

  /// Goes to the next row. False at the end, where the statement is reset by itself.
  public func step() throws -> Bool {
    switch sqlite3_step(pointer) {
    case SQLITE_ROW: return true
    case SQLITE_DONE:
      reset()
      return false
    default:
      let error = handle.error(sql: sql)
      reset()
      throw error
    }
  }

  /// Runs to the end, whatever rows there are, and forgets the bound values.
  public func run() throws {
    defer { clearBindings() }
    while try step() {}
  }

  /// Ends the current execution; bound values stay.
  public func reset() { sqlite3_reset(pointer) }

  /// Makes every parameter `NULL`.
  public func clearBindings() { sqlite3_clear_bindings(pointer) }

  // MARK: Columns of the current row

  /// The name of a column.
  public func columnName(_ column: Int) -> String {
    sqlite3_column_name(pointer, Int32(column)).map { String(cString: $0) } ?? ""
  }

  /// The table that a column comes from; nil for an expression.
  public func columnTable(_ column: Int) -> String? {
    sqlite3_column_table_name(pointer, Int32(column)).map { String(cString: $0) }
  }

  /// The table's own name of a column; nil for an expression.
  public func columnOrigin(_ column: Int) -> String? {
    sqlite3_column_origin_name(pointer, Int32(column)).map { String(cString: $0) }
  }

  /// What the column holds.
  public func kind(_ column: Int) -> Kind {
    switch sqlite3_column_type(pointer, Int32(column)) {
    case SQLITE_INTEGER: .integer
    case SQLITE_FLOAT: .real
    case SQLITE_TEXT: .text
    case SQLITE_BLOB: .blob
    default: .null
    }
  }

  /// Whether the column is `NULL`.
  public func isNull(_ column: Int) -> Bool { kind(column) == .null }

  /// The column as an integer, converted as SQLite converts.
  public func int64(_ column: Int) -> Int64 { sqlite3_column_int64(pointer, Int32(column)) }

  /// The column as a double, converted as SQLite converts.
  public func double(_ column: Int) -> Double { sqlite3_column_double(pointer, Int32(column)) }

  /// The column's text as UTF-8, without a copy: valid only inside `body`. Empty for `NULL`.
  public func withText<R>(_ column: Int, _ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R
  {
    // The text first: the call may convert, and only then is the count right.
    let text = sqlite3_column_text(pointer, Int32(column))
    let count = Int(sqlite3_column_bytes(pointer, Int32(column)))
    return try body(UnsafeRawBufferPointer(start: text, count: text == nil ? 0 : count))
  }

  /// The column's bytes without a copy: valid only inside `body`. Empty for `NULL`.
  public func withBlob<R>(_ column: Int, _ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R
  {
    let bytes = sqlite3_column_blob(pointer, Int32(column))
    let count = Int(sqlite3_column_bytes(pointer, Int32(column)))
    return try body(UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : count))
  }

  /// The column's text as UTF-8.
  public func bytes(_ column: Int) -> [UInt8] { withText(column) { Array($0) } }

  /// The column's text; nil for `NULL`.
  public func optionalString(_ column: Int) -> String? { isNull(column) ? nil : string(column) }

  /// The column's text; empty for `NULL`.
  public func string(_ column: Int) -> String {
    withText(column) { String(decoding: $0, as: UTF8.self) }
  }

  /// The column's value.
  public func value(_ column: Int) -> SQLiteValue {
    switch kind(column) {
    case .null: .null
    case .integer: .integer(int64(column))
    case .real: .real(double(column))
    case .text: .text(string(column))
    case .blob: .blob(withBlob(column) { Array($0) })
    }
  }

  private func check(_ code: Int32) throws {
    if code != SQLITE_OK { throw handle.error(code: code, sql: sql) }
  }
}
