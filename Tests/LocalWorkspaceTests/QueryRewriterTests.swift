import CargoClient
import SQLite
import Testing

@testable import LocalWorkspace

@Suite struct QueryRewriterTests {
  let fixture: QueryFixture
  init() throws { fixture = try QueryFixture() }

  @Test func theWorkedExampleOfTheContract() throws {
    #expect(
      try fixture.rows(
        "SELECT country, COUNT(*) AS n FROM default.companies WHERE country IS NOT NULL "
          + "GROUP BY country ORDER BY n DESC, country LIMIT 10") == ["FR|1", "US|1"])
    let error = #expect(throws: CargoError.self) {
      try fixture.rows("SELECT * FROM default.nonexistent")
    }
    #expect(error?.message == "Table not found: default.nonexistent")
    #expect(error?.status == 400)
  }

  /// Every way to name a table gives the same three rows.
  @Test(arguments: [
    "default.companies", "DEFAULT.Companies", "\"default\".\"companies\"", "`default`.`companies`",
    "[default].[companies]", "default . companies", "default/**/./* x */companies",
    "`default.companies`", "\"default.companies\"", "'default'.'companies'",
    "datasets_default.models_companies", "datasets_default__models_companies",
    "`project.datasets_default.models_companies`", "project.datasets_default.models_companies",
    "`project`.`datasets_default`.`models_companies`", "main.datasets_default__models_companies",
    "warehouse.public.datasets_default__models_companies", "(default.companies)",
    "((default.companies))", "(SELECT * FROM default.companies)",
    "default.companies AS c", "default.companies c", "default.companies 'c'",
    "default.companies NOT INDEXED",
  ])
  func namesATable(_ name: String) throws {
    #expect(try fixture.rows("SELECT count() FROM \(name)") == ["3"])
  }

  /// How the recipe may call a column after naming the table.
  @Test(arguments: [
    "SELECT name FROM default.companies WHERE companies.domain = 'acme.com'",
    "SELECT companies.name FROM default.companies WHERE default.companies.domain = 'acme.com'",
    "SELECT default.companies.name FROM default.companies WHERE domain = 'acme.com'",
    "SELECT datasets_default.models_companies.name FROM default.companies WHERE domain='acme.com'",
    "SELECT datasets_default__models_companies.name FROM datasets_default__models_companies "
      + "WHERE `datasets_default.models_companies`.domain = 'acme.com'",
    "SELECT c.name FROM default.companies c WHERE c.\"domain\" = 'acme.com'",
    "SELECT c.name FROM default.companies AS [c] WHERE `c`.[domain] = 'acme.com'",
    "SELECT \"default\".name FROM default.companies AS \"default\" WHERE domain = 'acme.com'",
    "SELECT name FROM (SELECT default.companies.* FROM default.companies) WHERE domain='acme.com'",
  ])
  func namesAColumn(_ sql: String) throws {
    #expect(try fixture.rows(sql) == ["Acme Corp"])
  }

  @Test(arguments: [
    (
      "SELECT c.name, p._id FROM default.companies c JOIN hubspot.contacts p ON p.company = c._id",
      ["Acme Corp|c-1"]
    ),
    (
      "SELECT c.name FROM default.companies c, hubspot.contacts p WHERE p.company = c._id",
      ["Acme Corp"]
    ),
    (
      "SELECT count(*) FROM default.companies a JOIN default.runs b ON 1 = 1, hubspot.contacts",
      ["3"]
    ),
    (
      "SELECT count(*) FROM (default.companies a LEFT JOIN hubspot.contacts p ON p.company = a._id)",
      ["3"]
    ),
    ("SELECT (SELECT count(*) FROM default.companies), 1 FROM default.runs", ["3|1"]),
    (
      "SELECT name FROM default.companies WHERE EXISTS (SELECT 1 FROM hubspot.contacts WHERE "
        + "contacts.company = companies._id)", ["Acme Corp"]
    ),
    (
      "SELECT count(*) FROM default.companies WHERE 'rec-1' IN (SELECT company FROM hubspot.contacts)",
      ["3"]
    ),
    (
      "WITH ids AS (SELECT company FROM hubspot.contacts) SELECT name FROM default.companies "
        + "WHERE _id IN ids", ["Acme Corp"]
    ),
    (
      "SELECT name FROM default.companies WHERE name IN ('Tiny') UNION SELECT _id FROM default.runs",
      ["Tiny", "r"]
    ),
    ("SELECT value FROM hubspot.contacts, json_each(contacts.tags) ORDER BY 1", ["a", "b"]),
    ("SELECT count(*) FROM hubspot.contacts c CROSS JOIN json_tree(c.tags) AS j", ["3"]),
    ("SELECT name FROM default.companies WHERE name IS NOT DISTINCT FROM 'Tiny'", ["Tiny"]),
    (
      "SELECT 'FROM default.companies', \"name\" FROM default.companies -- FROM runs\n LIMIT 1",
      ["FROM default.companies|Acme Corp"]
    ),
    ("SELECT 1;", ["1"]), ("SELECT 1 ; ; -- end", ["1"]), ("/* x */ SELECT 1", ["1"]),
    ("SELECT 'it''s', 'semi;colon', x'41'", ["it's|semi;colon|A"]),
    ("SELECT max(employee_count) OVER (ORDER BY _id) FROM default.companies LIMIT 1", ["500"]),
    ("SELECT CASE WHEN 1 THEN 'a' ELSE 'b' END", ["a"]),
    ("SELECT name FROM default.companies WHERE name LIKE 'acme%'", ["Acme Corp"]),
    ("SELECT tags -> 0, tags ->> 1 FROM hubspot.contacts", ["\"a\"|b"]),
    ("SELECT sum(employee_count) FILTER (WHERE country = 'US') FROM default.companies", ["500"]),
    ("SELECT \"weird`name\" FROM (SELECT 1 AS \"weird`name\")", ["1"]),
    ("SELECT count(*), count( ) , COUNT (  ) FROM default.companies", ["3|3|3"]),
  ])
  func runs(sql: String, rows: [String]) throws {
    #expect(try fixture.rows(sql) == rows)
  }

  /// Common table expressions win over models and internal tables, inside their parentheses only.
  @Test(
    arguments: [
      ("WITH runs AS (SELECT 7 AS x) SELECT x FROM runs", ["7"]),
      ("WITH runs AS (SELECT 7 AS x) SELECT count(*) FROM runs", ["1"]),
      ("WITH \"Runs\"(x) AS (SELECT 7) SELECT runs.x, RUNS.* FROM rUNS", ["7|7"]),
      (
        "WITH a AS (SELECT 1 AS x), b AS MATERIALIZED (SELECT x + 1 AS x FROM a) SELECT x FROM b",
        ["2"]
      ),
      ("WITH b AS (SELECT x FROM a), a AS (SELECT 1 AS x) SELECT x FROM b AS z", ["1"]),
      (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) "
          + "SELECT sum(n.i) FROM n", ["15"]
      ),
      ("WITH x AS (WITH x AS (SELECT 1 AS a) SELECT a + 1 AS a FROM x) SELECT a FROM x", ["2"]),
      ("SELECT * FROM (WITH c AS (SELECT 1) SELECT * FROM c)", ["1"]),
      ("WITH sqlite_schema AS (SELECT 'mine' AS sql) SELECT sql FROM sqlite_schema", ["mine"]),
      (
        "WITH datasets_default__models_companies AS (SELECT 9 AS name) "
          + "SELECT datasets_default__models_companies.name FROM datasets_default__models_companies",
        ["9"]
      ),
      (
        "WITH companies AS (SELECT 1 AS one) SELECT companies.one, default.companies.name "
          + "FROM companies JOIN default.companies USING (nothing)", nil
      ),
    ] as [(String, [String]?)])
  func commonTablesHaveScope(sql: String, rows: [String]?) throws {
    guard let rows else {
      #expect(throws: CargoError.self) { try fixture.rows(sql) }
      return
    }
    #expect(try fixture.rows(sql) == rows)
  }

  @Test(arguments: [
    ("CURRENT_DATE()", "current_date"),
    ("current_date", "current_date"),
    ("CURRENT_TIMESTAMP()", "strftime('%Y-%m-%dT%H:%M:%fZ','now')"),
    ("NOW()", "strftime('%Y-%m-%dT%H:%M:%fZ','now')"),
    ("DATE_SUB(CURRENT_DATE(), INTERVAL 30 DAY)", "date(current_date, '-30 day')"),
    ("date_add(a.b, interval 2 weeks)", "date(a.b, '+14 day')"),
    ("DATE_ADD(x, INTERVAL '1' QUARTER)", "date(x, '+3 month')"),
    ("DATE_SUB(x, INTERVAL 3 HOUR)", "strftime('%Y-%m-%dT%H:%M:%fZ',x, '-3 hour')"),
    (
      "TIMESTAMP_SUB(NOW(), INTERVAL 7 DAY)",
      "strftime('%Y-%m-%dT%H:%M:%fZ',strftime('%Y-%m-%dT%H:%M:%fZ','now'), '-7 day')"
    ),
    (
      "DATE_SUB(DATE_ADD(x, INTERVAL 1 DAY), INTERVAL 1 YEAR)",
      "date(date(x, '+1 day'), '-1 year')"
    ),
    ("CURRENT_DATE - INTERVAL '30' DAY", "date(current_date, '-30 day')"),
    ("a.created_at + INTERVAL '2 months'", "date(a.created_at, '+2 month')"),
    (
      "coalesce(a, b) - INTERVAL 1 DAY - INTERVAL 2 MONTH",
      "date(date(coalesce(a, b), '-1 day'), '-2 month')"
    ),
    ("(a) - INTERVAL -1 DAY", "date((a), '+1 day')"),
    ("1 + (x - INTERVAL 1 DAY)", "1 + (date(x, '-1 day'))"),
    (
      "CURRENT_TIMESTAMP - INTERVAL '30' DAY",
      "strftime('%Y-%m-%dT%H:%M:%fZ',strftime('%Y-%m-%dT%H:%M:%fZ','now'), '-30 day')"
    ),
    ("interval - interval", "interval - interval"),
    ("interval + 1", "interval + 1"),
    ("t.current_date", "t.current_date"),
    ("'CURRENT_DATE()'", "'CURRENT_DATE()'"),
    ("count()", "count(*)"),
  ])
  func rewritesDates(expression: String, expected: String) throws {
    let query = try QueryRewriter.rewrite("SELECT \(expression)", catalog: fixture.catalog)
    #expect(query.sql.dropFirst(7) == expected)
  }

  @Test func dateArithmeticIsTheCalendars() throws {
    #expect(
      try fixture.rows(
        """
        SELECT DATE_SUB('2024-03-01', INTERVAL 1 DAY), '2024-01-31' + INTERVAL '1' WEEK,
          DATE_SUB('2024-03-01T10:00:00Z', INTERVAL 90 MINUTE)
        """) == ["2024-02-29|2024-02-07|2024-03-01T08:30:00.000Z"])
    #expect(
      try fixture.rows(
        "SELECT name FROM default.companies WHERE created_at > DATE_SUB('2024-07-01', INTERVAL 60 DAY)"
      ) == ["Globex"])
  }

  @Test(arguments: [
    ("SELECT * FROM default.compannies", "Table not found: default.compannies"),
    ("SELECT * FROM \"default\".[nope]", "Table not found: default.nope"),
    ("SELECT * FROM companies", "Table not found: companies"),
    ("SELECT * FROM a.b.c.d", "Table not found: a.b.c.d"),
    ("SELECT * FROM default.companies.name", "Table not found: default.companies.name"),
    ("SELECT nope FROM default.companies", "Column not found: nope"),
    ("SELECT c.nope FROM default.companies c", "Column not found: c.nope"),
    ("SELECT default.companies.nope FROM default.companies", "Column not found: companies.nope"),
    ("SELECT \"US\" FROM default.companies", "Column not found: US"),
    ("SELECT name FROM default.companies WHERE country = \"US\"", "Column not found: US"),
    ("SELECT FROM", "Syntax error: near \"FROM\": syntax error"),
    ("SELECT 1 +", "Syntax error: incomplete input"),
    ("SELECT (1", "Syntax error: incomplete input"),
    ("SELECT 1)", "Syntax error: near \")\": syntax error"),
    ("SELECT * FROM WHERE 1", "Syntax error: near \"WHERE\": syntax error"),
    ("SELECT 'open", "Syntax error: a quote is opened and not closed: \"'open\""),
    ("SELECT ?", "Syntax error: parameters are not supported: \"?\""),
    ("SELECT @a", "Syntax error: parameters are not supported: \"@a\""),
    (
      "SELECT DATE_SUB(x, 30)",
      "Syntax error: DATE_SUB wants an interval: "
        + "DATE_SUB(x, INTERVAL 30 DAY)"
    ),
    (
      "SELECT DATE_SUB(x, INTERVAL 30)",
      "Syntax error: an interval is a whole number and a unit: "
        + "INTERVAL 30 DAY"
    ),
    (
      "SELECT x - INTERVAL '30' FORTNIGHT",
      "Syntax error: an interval is a whole number and a "
        + "unit: INTERVAL 30 DAY"
    ),
    (
      "SELECT 1 FROM default.companies WHERE NOT - INTERVAL '1' DAY",
      "Syntax error: an interval "
        + "goes to a column, a call or something in parentheses"
    ),
    ("SELECT nofunction(1)", "Syntax error: no such function: nofunction"),
    (
      "SELECT _id FROM default.companies c JOIN default.companies d ON 1",
      "Syntax error: ambiguous column name: _id"
    ),
    (
      "WITH a AS (SELECT 1, 2), b(x) AS (SELECT * FROM a) SELECT * FROM b",
      "Syntax error: table B has 2 values for 1 columns"
    ),
    ("", "Only a single SELECT statement is allowed"),
    (";", "Only a single SELECT statement is allowed"),
    ("-- nothing", "Only a single SELECT statement is allowed"),
    ("WITH", "Syntax error: WITH wants a name and a query: WITH x AS (SELECT …) SELECT …"),
  ])
  func saysWhatIsWrong(sql: String, message: String) throws {
    let error = #expect(throws: CargoError.self) { try fixture.rows(sql) }
    #expect(error?.message == message)
    #expect(error?.kind == .cargo)
  }

  @Test func suggestsTheTableMeant() {
    func hint(_ sql: String) -> String? {
      (#expect(throws: CargoError.self) { try fixture.rows(sql) })?.hint
    }
    #expect(hint("SELECT * FROM default.compannies") == "did you mean default.companies?")
    #expect(hint("SELECT * FROM companies") == "write default.companies")
  }

  @Test func keepsTheNamesOfResultColumns() throws {
    #expect(
      try fixture.columns(
        "SELECT name, \"domain\", count(*), companies.country, max(employee_count) m "
          + "FROM default.companies")
        == ["name", "domain", "count(*)", "country", "m"])
  }

  @Test func tellsTablesAndOrder() throws {
    let query = try QueryRewriter.rewrite(
      "SELECT 1 FROM default.companies, hubspot.contacts ORDER BY 1", catalog: fixture.catalog)
    #expect(
      query.tables == ["datasets_default__models_companies", "datasets_hubspot__models_contacts"])
    #expect(query.isOrdered)
  }

  @Test(arguments: [
    ("SELECT a FROM t ORDER BY a", true), ("select a from t order\n by a limit 3", true),
    ("SELECT a FROM t", false), ("SELECT a FROM t -- ORDER BY a", false),
    ("SELECT 'ORDER BY' FROM t", false), ("SELECT a FROM (SELECT a FROM t ORDER BY a)", false),
    ("SELECT row_number() OVER (ORDER BY a) FROM t", false),
    ("WITH x AS (SELECT 1 ORDER BY 1) SELECT * FROM x", false),
    ("WITH x AS (SELECT 1) SELECT * FROM x ORDER BY 1", true),
    ("SELECT a FROM t UNION SELECT b FROM t ORDER BY 1", true),
    ("SELECT \"ORDER\" BY FROM t", false), ("SELECT 'open ORDER BY", false),
    ("SELECT a FROM t GROUP BY a", false),
  ])
  func findsTheOrder(sql: String, expected: Bool) {
    #expect(QueryRewriter.hasTopLevelOrderBy(sql) == expected)
  }

  @Test func longAndDeepQueriesEnd() throws {
    let long = "SELECT " + String(repeating: "1,", count: 600_000) + "1"
    #expect(throws: CargoError.self) { try fixture.rows(long) }
    let deep =
      "SELECT " + String(repeating: "(", count: 50_000) + "1"
      + String(repeating: ")", count: 50_000)
    #expect(throws: CargoError.self) { try fixture.rows(deep) }
  }
}
