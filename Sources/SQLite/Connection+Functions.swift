import CSQLite

final class FunctionBox {
  let body: (Connection.FunctionCall) -> Void
  init(_ body: @escaping (Connection.FunctionCall) -> Void) { self.body = body }
}

extension Connection {
  /// One call of a SQL function: its arguments, and where the result goes. Valid during the call.
  public struct FunctionCall {
    let context: OpaquePointer
    let arguments: UnsafeMutablePointer<OpaquePointer?>?
    let count: Int32

    /// The text of an argument as UTF-8, without a copy: valid only inside `body`. Nil when the
    /// argument is no text.
    public func withText<R>(_ index: Int, _ body: (UnsafeRawBufferPointer) -> R) -> R? {
      guard index < count, let value = arguments?[index], sqlite3_value_type(value) == SQLITE_TEXT
      else { return nil }
      let text = sqlite3_value_text(value)
      return body(UnsafeRawBufferPointer(start: text, count: Int(sqlite3_value_bytes(value))))
    }

    /// What `make` makes of an argument that is the same in every row, made once per statement.
    public func constant<T: AnyObject>(
      _ index: Int, _ type: T.Type, _ make: (UnsafeRawBufferPointer) -> T
    ) -> T? {
      if let kept = sqlite3_get_auxdata(context, Int32(index)) {
        return unsafeDowncast(
          Unmanaged<AnyObject>.fromOpaque(kept).takeUnretainedValue(), to: type)
      }
      guard let made = withText(index, make) else { return nil }
      sqlite3_set_auxdata(context, Int32(index), Unmanaged<AnyObject>.passRetained(made).toOpaque())
      { pointer in
        if let pointer { Unmanaged<AnyObject>.fromOpaque(pointer).release() }
      }
      return made
    }

    /// Gives true or false as 1 or 0.
    public func result(_ value: Bool) { sqlite3_result_int(context, value ? 1 : 0) }

    /// Gives an integer; nil gives `NULL`. Without a call of `result` the function gives `NULL`.
    public func result(_ value: Int64?) {
      if let value { sqlite3_result_int64(context, value) } else { sqlite3_result_null(context) }
    }
  }

  /// Makes a function callable from SQL on this connection. It must give the same result for the
  /// same arguments.
  public func createFunction(
    _ name: String, argumentCount: Int, _ body: @escaping (FunctionCall) -> Void
  ) throws {
    // SQLite owns the box and lets it go with the connection, or here when it refuses.
    let box = Unmanaged.passRetained(FunctionBox(body)).toOpaque()
    let flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS
    let code = sqlite3_create_function_v2(
      handle.pointer, name, Int32(argumentCount), flags, box,
      { context, count, arguments in
        guard let context, let data = sqlite3_user_data(context) else { return }
        Unmanaged<FunctionBox>.fromOpaque(data).takeUnretainedValue().body(
          FunctionCall(context: context, arguments: arguments, count: count))
      }, nil, nil,
      { data in
        if let data { Unmanaged<FunctionBox>.fromOpaque(data).release() }
      })
    guard code == SQLITE_OK else { throw handle.error(code: code) }
    functions.insert(name)
  }

  /// Whether `createFunction` made a function of that name.
  public func hasFunction(_ name: String) -> Bool { functions.contains(name) }

  /// The run-time limits of a connection.
  public enum Limit: Sendable {
    /// The largest text, blob or row, in bytes.
    case length

    var code: Int32 {
      switch self {
      case .length: SQLITE_LIMIT_LENGTH
      }
    }
  }

  /// Sets a limit and returns what it was.
  @discardableResult
  public func setLimit(_ limit: Limit, _ value: Int32) -> Int32 {
    sqlite3_limit(handle.pointer, limit.code, value)
  }
}
