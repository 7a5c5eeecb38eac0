import CargoClient
import SQLite
import Testing

@testable import LocalWorkspace

/// What no query may do. The fixture has an internal table `runs` with a secret in it, a model of the
/// same name, and a table whose name begins as the rewriter's own names do.
@Suite struct QueryInjectionTests {
  let fixture: QueryFixture
  init() throws { fixture = try QueryFixture() }

  @Test(arguments: [
    // Internal tables, by every spelling.
    "SELECT * FROM runs", "SELECT * FROM RUNS", "SELECT * FROM main.runs",
    "SELECT * FROM temp.runs",
    "SELECT * FROM \"runs\"", "SELECT * FROM `runs`", "SELECT * FROM [runs]",
    "SELECT * FROM 'runs'",
    "SELECT * FROM main.'runs'", "SELECT * FROM \"main\".\"runs\"", "SELECT * FROM [main.runs]",
    "SELECT * FROM \"main\" . /* x */ runs", "SELECT * FROM main.\"runs\"\"\"",
    "SELECT count(*) FROM runs", "SELECT 1 FROM runs", "SELECT rowid FROM runs",
    "SELECT * FROM default.companies, runs", "SELECT * FROM default.companies JOIN runs",
    "SELECT * FROM default.companies c LEFT JOIN main.runs r ON 1",
    "SELECT * FROM (runs)", "SELECT * FROM ((default.companies), runs)",
    "SELECT * FROM (SELECT * FROM runs)", "SELECT (SELECT secret FROM runs)",
    "SELECT * FROM default.companies WHERE _id IN (SELECT secret FROM runs)",
    "SELECT * FROM default.companies WHERE (_id, name) IN runs",
    "SELECT 1 WHERE 'u' IN runs", "SELECT 1 WHERE 'u' IN main.runs",
    "SELECT 1 WHERE 'u' IN \"runs\"",
    "SELECT 1 WHERE 'u' NOT IN 'runs'",
    "SELECT * FROM default.companies WHERE EXISTS (TABLE runs)",
    "SELECT 1 UNION SELECT secret FROM runs", "SELECT 1 UNION ALL SELECT secret FROM main.runs",
    "SELECT 1 EXCEPT SELECT secret FROM runs", "SELECT secret FROM runs ORDER BY 1",
    "SELECT * FROM default.companies ORDER BY (SELECT secret FROM runs)",
    "SELECT * FROM default.companies LIMIT (SELECT count(*) FROM runs)",
    "SELECT count(*) FILTER (WHERE 1 IN (SELECT 1 FROM runs)) FROM default.companies",
    "SELECT sum(1) OVER (PARTITION BY (SELECT secret FROM runs)) FROM default.companies",
    "SELECT CASE WHEN 1 THEN (SELECT secret FROM runs) END",
    "SELECT * FROM default.companies NATURAL JOIN runs",
    "SELECT * FROM default.companies CROSS JOIN runs USING (uuid)",
    "SELECT * FROM default.companies INDEXED BY x, runs",
    "SELECT * FROM default.companies WHERE name IS DISTINCT FROM (SELECT secret FROM runs)",
    // Names hidden in quotes, comments and other alphabets.
    "SELECT * FROM/**/runs", "SELECT * FROM--\nruns", "SELECT * FROM\u{FEFF} runs",
    "SELECT * FROM \u{0c}runs", "SELECT/*\"*/*/*\"*/FROM/*'*/runs/*'*/",
    "SELECT * FROM \"default\".\"companies\" AS \"a\", \"runs\"",
    "SELECT '\\', secret FROM runs --'", "SELECT \"a\"\"b\", secret FROM runs",
    "SELECT 1 AS [x], secret FROM runs", "SELECT `a``b`, secret FROM runs",
    "SELECT * FROM r\u{200B}uns", "SELECT * FROM U&\"\\0072uns\"", "SELECT * FROM ｒｕｎｓ",
    "SELECT * FROM default.companies;--\nruns", "SELECT * FROM \"runs", "SELECT 1 FROM runs\0",
    "SELECT * FROM (default.companies) runs, main.runs",
    "SELECT * FROM default.companies \"x, runs y",
    // Common table expressions that should cover an internal table, and do not reach so far.
    "SELECT * FROM (WITH runs AS (SELECT 1) SELECT * FROM runs), runs",
    "SELECT * FROM runs, (WITH runs AS (SELECT 1) SELECT * FROM runs)",
    "WITH x AS (WITH runs AS (SELECT 1) SELECT * FROM runs) SELECT * FROM x, runs",
    "WITH x AS (SELECT * FROM runs) SELECT * FROM x",
    "WITH x AS (SELECT count(*) FROM runs) SELECT * FROM x",
    "WITH runs AS (SELECT * FROM runs) SELECT * FROM runs",
    "WITH runs AS (SELECT * FROM main.runs) SELECT * FROM runs",
    "WITH runs AS (SELECT 1) SELECT * FROM main.runs",
    "SELECT (WITH runs AS (SELECT 1) SELECT 1), (SELECT count(*) FROM runs)",
    "WITH \"runs\" AS (SELECT 1) SELECT * FROM \"runs \"",
    "SELECT with AS (runs) FROM runs", "WITH a AS (SELECT 1), runs SELECT * FROM runs",
    "WITH RECURSIVE runs(a) AS (SELECT secret FROM main.runs UNION SELECT 1 FROM runs) SELECT * FROM runs",
    "SELECT * FROM \"with secrets\"", "SELECT * FROM \"with:RUNS\"",
    "SELECT count(*) FROM \"with:RUNS\"",
    // The schema and the functions that show it.
    "SELECT * FROM sqlite_schema", "SELECT * FROM sqlite_master",
    "SELECT * FROM main.sqlite_master",
    "SELECT * FROM temp.sqlite_temp_master", "SELECT * FROM sqlite_temp_schema",
    "SELECT * FROM \"sqlite_schema\"", "SELECT count(*) FROM sqlite_schema",
    "SELECT sql FROM [sqlite_master]", "SELECT * FROM sqlite_sequence",
    "SELECT * FROM pragma_table_info('runs')", "SELECT * FROM pragma_database_list",
    "SELECT * FROM pragma_database_list()", "SELECT * FROM \"pragma_table_list\"",
    "SELECT * FROM main.pragma_table_list", "SELECT * FROM dbstat", "SELECT * FROM sqlite_dbpage",
    "SELECT * FROM bytecode('SELECT 1')", "SELECT * FROM generate_series(1, 9)",
    "SELECT * FROM fsdir('/')", "SELECT * FROM json_each('[1]'), sqlite_schema",
    // Functions that reach outside.
    "SELECT load_extension('x')", "SELECT readfile('/etc/passwd')",
    "SELECT writefile('/tmp/x', 'x')",
    "SELECT edit('x')", "SELECT fts3_tokenizer('a')", "SELECT sqlite_source_id()",
    "SELECT sqlite_compileoption_get(1)", "SELECT zeroblob(1000000000)",
    "SELECT randomblob(1000000000)",
    "SELECT LOAD_EXTENSION('x')", "SELECT \"load_extension\"('x')", "SELECT [load_extension]('x')",
    "SELECT last_insert_rowid()", "SELECT changes()", "SELECT total_changes()",
    "SELECT name FROM default.companies WHERE name MATCH 'x'",
    "SELECT name REGEXP 'x' FROM default.companies",
    // Other statements.
    "ATTACH 'x.db' AS y", "DETACH main", "PRAGMA table_info(runs)", "PRAGMA writable_schema = 1",
    "INSERT INTO runs VALUES (1, 2)", "UPDATE runs SET secret = 1", "DELETE FROM runs",
    "DROP TABLE runs", "CREATE TABLE x (a)", "CREATE TEMP VIEW v AS SELECT * FROM runs",
    "ALTER TABLE runs RENAME TO r", "VACUUM INTO '/tmp/x'", "REINDEX", "ANALYZE", "BEGIN", "COMMIT",
    "ROLLBACK", "SAVEPOINT x", "EXPLAIN SELECT 1", "EXPLAIN QUERY PLAN SELECT * FROM runs",
    "VALUES (1)", "REPLACE INTO runs VALUES (1, 2)", "(SELECT 1)", "TABLE runs",
    "WITH x AS (SELECT 1) DELETE FROM runs", "WITH x AS (SELECT 1) INSERT INTO runs SELECT 1, 2",
    "WITH x AS (SELECT 1) UPDATE runs SET secret = 1", "WITH x AS (SELECT 1)",
    "WITH x(a, b) AS (SELECT 1, 2), y AS (SELECT 1) REPLACE INTO runs SELECT 1, 2",
    "SELECT 1; SELECT 2", "SELECT 1; DROP TABLE runs", "SELECT 1;;SELECT 2", "; SELECT 1",
    "SELECT 1;/* */ATTACH 'x' AS y", "SELECT * FROM (DELETE FROM runs RETURNING *)",
    "SELECT 1 INTO x", "SELECT * FROM default.companies FOR UPDATE; SELECT 1",
    "WITH x AS (DELETE FROM runs RETURNING *) SELECT * FROM x",
  ])
  func isRefused(_ sql: String) throws {
    let error = #expect(throws: CargoError.self) { try fixture.rows(sql) }
    #expect(error?.message.contains("hidden") == false)
    #expect(try fixture.connection.first("SELECT secret FROM runs") { $0.string(0) } == "hidden")
  }

  /// The guard alone stops what the rewriter would have let pass.
  @Test(arguments: [
    "SELECT * FROM runs", "SELECT count(*) FROM runs", "SELECT count(*) FROM main.runs",
    "SELECT 1 FROM runs AS datasets_default__models_companies", "SELECT rowid FROM runs",
    "SELECT * FROM sqlite_schema", "SELECT count(*) FROM sqlite_schema",
    "SELECT * FROM pragma_table_info('runs')", "SELECT * FROM dbstat",
    "ATTACH 'x.db' AS y", "PRAGMA user_version", "CREATE TEMP TABLE x (a)", "DELETE FROM runs",
    "INSERT INTO datasets_default__models_companies (_id) VALUES ('x')",
    "DELETE FROM datasets_default__models_companies", "SELECT load_extension('x')", "BEGIN",
    "EXPLAIN SELECT * FROM runs", "UPDATE sqlite_master SET sql = ''", "SELECT fts3_tokenizer('a')",
  ])
  func theGuardAloneRefuses(_ sql: String) throws {
    let guardian = QueryGuard(tables: fixture.catalog.tables.map(\.physicalName))
    #expect(throws: SQLiteError.self) {
      try guardian.run(on: fixture.connection) { try fixture.connection.execute(sql) }
    }
  }

  @Test func theGuardLeavesTheConnectionAsItWas() throws {
    let guardian = QueryGuard(tables: ["x"])
    try guardian.run(on: fixture.connection) {}
    #expect(try fixture.connection.first("SELECT secret FROM runs") { $0.string(0) } == "hidden")
    try fixture.connection.execute("CREATE TEMP TABLE after (a)")
  }

  @Test(arguments: [
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n ORDER BY i",
    "SELECT count(*) FROM default.companies a, default.companies b, default.companies c, "
      + "default.companies d, default.companies e, default.companies f, default.companies g, "
      + "default.companies h, default.companies i, default.companies j, default.companies k, "
      + "default.companies l, default.companies m, default.companies n, default.companies o, "
      + "default.companies p, default.companies q, default.companies r",
  ])
  func endlessQueriesEnd(_ sql: String) throws {
    let error = #expect(throws: CargoError.self) { try fixture.rows(sql, timeLimit: 0.05) }
    #expect(error?.code == "queryTimeout")
  }

  @Test func largeValuesAreRefused() throws {
    let error = #expect(throws: CargoError.self) {
      try fixture.rows(
        "SELECT length(replace(printf('%.*c', 10000, 'x'), 'x', printf('%.*c', 10000, 'y')))")
    }
    #expect(error?.code == "queryTooLarge")
    // SQLite's own answer for a text that `printf` may not make.
    #expect(try fixture.rows("SELECT length(printf('%.*c', 500000000, 'x'))") == ["NULL"])
  }
}
