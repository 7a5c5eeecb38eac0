import CSQLite

final class AuthorizerBox {
  let body: (Connection.Access) -> Connection.Decision
  init(_ body: @escaping (Connection.Access) -> Connection.Decision) { self.body = body }
}

final class ProgressBox {
  let body: () -> Bool
  init(_ body: @escaping () -> Bool) { self.body = body }
}

extension Connection {
  /// What a statement is about to be compiled to do (`sqlite3_set_authorizer`).
  public struct Access {
    /// The kind of access.
    public let action: Action
    /// The first name: a table, for `function` empty.
    public let first: String?
    /// The second name: a column, or a function.
    public let second: String?
    /// The database (`main`, `temp`).
    public let database: String?
  }

  /// The kinds of access that a guard tells apart.
  public enum Action: Sendable, Equatable {
    /// Reads `second` (a column) of `first` (a table).
    case read
    /// A SELECT.
    case select
    /// Calls the function `second`.
    case function
    /// A recursive common table expression.
    case recursive
    /// Anything else, by SQLite's number.
    case other(Int32)
  }

  /// What an authorizer answers.
  public enum Decision: Sendable, Equatable {
    /// Goes on.
    case allow
    /// Refuses the statement.
    case deny
    /// Reads `NULL` instead.
    case ignore
  }

  /// Asks `body` about everything that later statements are compiled to do; nil asks no one.
  public func setAuthorizer(_ body: ((Access) -> Decision)?) {
    authorizer = body.map(AuthorizerBox.init)
    guard let box = authorizer else {
      sqlite3_set_authorizer(handle.pointer, nil, nil)
      return
    }
    sqlite3_set_authorizer(
      handle.pointer,
      { context, code, first, second, database, _ in
        guard let context else { return SQLITE_DENY }
        let box = Unmanaged<AuthorizerBox>.fromOpaque(context).takeUnretainedValue()
        let access = Access(
          action: Connection.action(code), first: first.map { String(cString: $0) },
          second: second.map { String(cString: $0) }, database: database.map { String(cString: $0) }
        )
        switch box.body(access) {
        case .allow: return SQLITE_OK
        case .deny: return SQLITE_DENY
        case .ignore: return SQLITE_IGNORE
        }
      }, Unmanaged.passUnretained(box).toOpaque())
  }

  private static func action(_ code: Int32) -> Action {
    switch code {
    case SQLITE_READ: .read
    case SQLITE_SELECT: .select
    case SQLITE_FUNCTION: .function
    case SQLITE_RECURSIVE: .recursive
    default: .other(code)
    }
  }

  /// Asks `body` about every `instructions` steps of SQLite's machine whether to end the statement
  /// (true ends it with an interrupted error); nil asks no one.
  public func setProgressHandler(every instructions: Int32, _ body: (() -> Bool)?) {
    progress = body.map(ProgressBox.init)
    guard let box = progress else {
      sqlite3_progress_handler(handle.pointer, 0, nil, nil)
      return
    }
    sqlite3_progress_handler(
      handle.pointer, instructions,
      { context in
        guard let context else { return 0 }
        return Unmanaged<ProgressBox>.fromOpaque(context).takeUnretainedValue().body() ? 1 : 0
      }, Unmanaged.passUnretained(box).toOpaque())
  }
}
