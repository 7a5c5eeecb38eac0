import SQLite

/// Ends the runs and batches of processes that are no more, when a workspace is opened.
///
/// They cost nothing: a charge is only ever written together with its result.
enum Recovery {
  /// The processes that have runs or batches under way.
  static func owners(in connection: Connection) throws -> Set<Int64> {
    var owners: Set<Int64> = []
    for table in ["cargo_runs", "cargo_batches"] {
      try connection.query("SELECT DISTINCT owner FROM \(table) WHERE status < 2") {
        if !$0.isNull(0) { owners.insert($0.int64(0)) }
      }
    }
    return owners
  }

  /// Ends what these processes left behind.
  static func end(_ owners: Set<Int64>, on connection: Connection) throws {
    guard !owners.isEmpty else { return }
    try connection.transaction {
      for owner in owners { try end(owner, on: connection) }
    }
  }

  private static func end(_ owner: Int64, on connection: Connection) throws {
    let now = Timestamp.now()
    let message = "interrupted: the process that ran it ended"
    try connection.run(
      """
      UPDATE cargo_runs SET status = 3, error = ?, owner = NULL, finished_at = ?
      WHERE owner = ? AND status < 2
      """, [.text(message), .integer(now), .integer(owner)])
    try connection.run(
      """
      UPDATE cargo_batches SET status = 3, error = ?, owner = NULL, finished_at = ?
      WHERE owner = ? AND status < 2
      """, [.text(message), .integer(now), .integer(owner)])
  }
}
