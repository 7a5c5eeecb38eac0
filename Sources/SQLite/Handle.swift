import CSQLite

/// Owns one `sqlite3*`. Statements hold it too, so that the library outlives the last of them.
final class Handle {
  let pointer: OpaquePointer
  let path: String

  init(pointer: OpaquePointer, path: String) {
    self.pointer = pointer
    self.path = path
  }

  deinit { sqlite3_close_v2(pointer) }

  /// The error of the call that just failed.
  func error(code: Int32? = nil, sql: String? = nil) -> SQLiteError {
    SQLiteError(
      code: code ?? sqlite3_extended_errcode(pointer),
      message: sqlite3_errmsg(pointer).map { String(cString: $0) } ?? "unknown error",
      sql: sql, path: path)
  }
}
