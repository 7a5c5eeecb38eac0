import CargoClient
import Glibc
import SQLite

/// What a statement of a recipe may do while it runs (`cargo-platform.md` §7.1): read the tables of
/// models and call listed functions, for a limited time and with values of limited size.
///
/// It is the second wall: `QueryRewriter` has already refused every table that is no model. Only
/// what is listed here passes, so a function that a later SQLite adds does not.
struct QueryGuard {
  /// The physical names of the tables that may be read.
  let tables: Set<String>
  /// Whether WITH RECURSIVE is allowed.
  var allowsRecursion = true
  /// How long a statement may run, in seconds.
  var timeLimit: Double = 30
  /// The largest text or row, in bytes.
  var valueLimit: Int32 = 64 << 20

  /// How many of SQLite's steps pass between two looks at the clock: well below a millisecond.
  private static let instructions: Int32 = 10_000

  init(tables: some Sequence<String>, allowsRecursion: Bool = true, timeLimit: Double = 30) {
    self.tables = Set(tables.map { $0.asciiUppercased() })
    self.allowsRecursion = allowsRecursion
    self.timeLimit = timeLimit
  }

  /// Runs `body`, during which the connection prepares and runs only what the guard admits.
  func run<R>(on connection: Connection, _ body: () throws -> R) throws -> R {
    // The first use of a table-valued function on a connection declares it, which looks like a write
    // to the schema; let that happen before the guard listens.
    try connection.execute("SELECT 1 FROM json_each('[]'), json_tree('[]')")
    let previousLimit = connection.setLimit(.length, valueLimit)
    connection.setAuthorizer(decide)
    defer {
      connection.setAuthorizer(nil)
      connection.setLimit(.length, previousLimit)
    }
    return try Self.limitTime(timeLimit, on: connection, body)
  }

  /// Runs `body`, during which statements of the connection end after some seconds, or when
  /// `isCancelled` says so.
  static func limitTime<R>(
    _ seconds: Double = 30, on connection: Connection,
    isCancelled: @escaping () -> Bool = { false },
    _ body: () throws -> R
  ) throws -> R {
    let deadline = Self.seconds() + seconds
    connection.setProgressHandler(every: instructions) {
      isCancelled() || Self.seconds() > deadline
    }
    defer { connection.setProgressHandler(every: 0, nil) }
    return try body()
  }

  /// What the authorizer answers.
  func decide(_ access: Connection.Access) -> Connection.Decision {
    switch access.action {
    case .select: .allow
    case .recursive: allowsRecursion ? .allow : .deny
    case .function:
      Self.functions.contains((access.second ?? "").asciiUppercased()) ? .allow : .deny
    case .read: mayRead(access) ? .allow : .deny
    case .other: .deny
    }
  }

  private func mayRead(_ access: Connection.Access) -> Bool {
    guard access.database == nil || access.database == "main" else { return false }
    let table = (access.first ?? "").asciiUppercased()
    // A table without a name is a subquery; common table expressions were renamed by the rewriter.
    return table.isEmpty || tables.contains(table) || QueryRewriter.tableFunctions.contains(table)
      || table.hasPrefix(QueryError.commonTablePrefix.asciiUppercased())
  }

  private static func seconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// The functions that show or compute nothing but their arguments.
  private static let functions: Set<String> = Set(
    """
    abs acos acosh asin asinh atan atan2 atanh avg ceil ceiling char coalesce cos cosh count
    cume_dist current_date current_time current_timestamp date datetime degrees dense_rank exp
    first_value floor format glob group_concat hex ifnull iif instr json json_array
    json_array_length json_extract json_group_array json_group_object json_insert json_object
    json_patch json_quote json_remove json_replace json_set json_type json_valid julianday lag
    last_value lead length like likelihood likely ln log log10 log2 lower ltrim max min mod nth_value
    ntile nullif percent_rank pi pow power printf quote radians random rank replace round row_number
    rtrim sign sin sinh sqrt strftime substr substring sum tan tanh time total trim trunc typeof
    unicode unixepoch unlikely upper -> ->>
    cargo_contains cargo_starts cargo_ends cargo_time
    """.asciiUppercased().split { $0 == " " || $0 == "\n" }.map(String.init))
}
