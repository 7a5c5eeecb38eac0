extension Connection {
  /// How a transaction takes its lock.
  public enum TransactionKind: String, Sendable {
    /// At the first read or write.
    case deferred = "BEGIN"
    /// The writer's lock at once, so that it cannot fail in the middle.
    case immediate = "BEGIN IMMEDIATE"
  }

  /// Runs `body` in a transaction; an error rolls it back.
  public func transaction<R>(
    _ kind: TransactionKind = .immediate, _ body: () throws -> R
  ) throws -> R {
    try begin(kind)
    do {
      let result = try body()
      try commit()
      return result
    } catch {
      rollback()
      throw error
    }
  }

  /// Runs `body` in a savepoint of the open transaction; an error undoes what `body` did and leaves
  /// the rest.
  public func savepoint<R>(_ body: () throws -> R) throws -> R {
    let name = "s\(savepointDepth)"
    savepointDepth += 1
    defer { savepointDepth -= 1 }
    try run("SAVEPOINT \(name)")
    do {
      let result = try body()
      try run("RELEASE \(name)")
      return result
    } catch {
      // After some errors (a full disk) SQLite has rolled everything back itself.
      if isInTransaction {
        try? run("ROLLBACK TO \(name)")
        try? run("RELEASE \(name)")
      }
      throw error
    }
  }

  func begin(_ kind: TransactionKind) throws { try run(kind.rawValue) }

  func commit() throws { try run("COMMIT") }

  func rollback() {
    if isInTransaction { try? run("ROLLBACK") }
  }
}
