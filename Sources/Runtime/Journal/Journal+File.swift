import CargoClient
import Glibc
import SQLite

extension Journal {
  /// Opens or makes the file, and writes the run into it.
  static func open(
    _ path: String, for run: Run, _ redactor: Redactor
  ) throws -> sending (Connection, Int64) {
    if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
      mkdir(String(path[..<slash]), 0o700)
    }
    let connection = try Connection(path: path)
    // Writing the log back costs two waits for the disk: every 32 MiB instead of every four.
    _ = try connection.first("PRAGMA wal_autocheckpoint = 8192") { _ in }
    let number = try connection.transaction { () -> Int64 in
      switch try connection.userVersion() {
      case 0: try connection.executeScript(schema)
      case schemaVersion: break
      case let other:
        throw CargoError(
          .journal, "\(path) was written by another version of cargo-script (layout \(other))",
          hint: "move the file away, or use the version that wrote it")
      }
      try connection.execute(
        """
        INSERT INTO runs (id, recipe, recipe_hash, workspace, started, status, inputs, budget)
        VALUES (?, ?, ?, ?, ?, 'running', ?, ?)
        """,
        [
          .text(run.id), .text(run.recipe), .text(run.recipeHash),
          .text(redactor.redact(run.workspace)), .integer(now()),
          .blob(redactor.redact(run.inputs)), .optional(run.budget?.millionths),
        ])
      return connection.lastInsertRowID
    }
    return (connection, number)
  }

  private static let schemaVersion: Int64 = 2

  /// A step's id is the run's number and a sequence within the run. Both large tables only grow at their
  /// ends, and no index is kept: what is written once for every paid call must not move what is there.
  /// Hence an event for the acceptance and another for the end, instead of one row that changes; a
  /// resumed run reads its steps once.
  private static let schema = """
    CREATE TABLE runs (
      number INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      recipe TEXT NOT NULL,
      recipe_hash TEXT NOT NULL,
      workspace TEXT NOT NULL,
      started INTEGER NOT NULL,
      ended INTEGER,
      status TEXT NOT NULL,
      inputs BLOB NOT NULL,
      budget INTEGER
    );
    CREATE TABLE intents (
      step INTEGER PRIMARY KEY,
      run INTEGER NOT NULL REFERENCES runs (number),
      key BLOB NOT NULL,
      occurrence INTEGER NOT NULL,
      operation TEXT NOT NULL,
      action TEXT,
      request BLOB NOT NULL,
      time INTEGER NOT NULL
    );
    CREATE TABLE events (
      number INTEGER PRIMARY KEY,
      step INTEGER NOT NULL,
      state TEXT NOT NULL,
      uuid TEXT,
      time INTEGER NOT NULL,
      credits INTEGER,
      error TEXT,
      result BLOB,
      rows BLOB
    );
    CREATE VIEW steps AS
      SELECT intents.step AS id, run, key, occurrence, operation, action, request,
        coalesce(state, 'intent') AS state, known.uuid, result, rows, error, credits,
        intents.time AS intended, events.time AS changed
      FROM intents
      LEFT JOIN (SELECT step, max(number) AS last, max(uuid) AS uuid FROM events GROUP BY step)
        AS known ON known.step = intents.step
      LEFT JOIN events ON events.number = known.last;
    PRAGMA user_version = 2;
    """

  /// One sentence that names the file.
  static func error(_ error: any Error, path: String) -> CargoError {
    if let error = error as? CargoError { return error }
    guard let error = error as? SQLiteError else {
      return CargoError(.journal, "the journal \(path) cannot be used: \(error)")
    }
    let hint: String? =
      if error.isFull {
        "make room on the disk"
      } else if error.isCannotOpen || error.isReadOnly {
        "the folder and the file must be writable"
      } else if error.isCorrupt {
        "move the file away; runs in it cannot be resumed"
      } else {
        nil
      }
    return CargoError(.journal, "the journal \(path) cannot be used: \(error.message)", hint: hint)
  }
}
