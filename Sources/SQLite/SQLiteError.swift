import CSQLite

/// What SQLite refused: its code, its sentence, and the statement without the values bound to it
/// (they may be secrets or people's data).
public struct SQLiteError: Error, Sendable, Equatable {
  /// SQLite's extended result code.
  public let code: Int32
  /// SQLite's own sentence.
  public let message: String
  /// The statement's text, with `?` where values were bound; nil when no statement was involved.
  public let sql: String?
  /// The database file.
  public let path: String

  /// Makes an error.
  public init(code: Int32, message: String, sql: String? = nil, path: String) {
    self.code = code
    self.message = message
    self.sql = sql
    self.path = path
  }

  /// The code without its extension.
  public var primaryCode: Int32 { code & 0xFF }
  /// A text, row or statement is larger than the limit.
  public var isTooBig: Bool { primaryCode == SQLITE_TOOBIG }
  /// Another connection held the file longer than the busy timeout.
  public var isBusy: Bool { primaryCode == SQLITE_BUSY || primaryCode == SQLITE_LOCKED }
  /// The file is damaged, or is no database at all.
  public var isCorrupt: Bool { primaryCode == SQLITE_CORRUPT || primaryCode == SQLITE_NOTADB }
  /// The file cannot be opened.
  public var isCannotOpen: Bool { primaryCode == SQLITE_CANTOPEN }
  /// The file or its folder cannot be written.
  public var isReadOnly: Bool { primaryCode == SQLITE_READONLY }
  /// The disk is full.
  public var isFull: Bool { primaryCode == SQLITE_FULL }
  /// Reading or writing the file failed.
  public var isInputOutput: Bool { primaryCode == SQLITE_IOERR }
  /// A constraint (unique, foreign key, not null, check) was violated.
  public var isConstraint: Bool { primaryCode == SQLITE_CONSTRAINT }
  /// The progress handler or `interrupt` ended the statement.
  public var isInterrupted: Bool { primaryCode == SQLITE_INTERRUPT }
  /// The authorizer refused the statement.
  public var isDenied: Bool { primaryCode == SQLITE_AUTH }
}

extension SQLiteError: CustomStringConvertible {
  /// Message, code and statement in one line.
  public var description: String {
    let place = sql.map { " in: \($0)" } ?? ""
    return "\(message) (SQLite code \(code), \(path))\(place)"
  }
}
