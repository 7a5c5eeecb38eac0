import Testing

@testable import CargoClient

@Suite struct PagedStatementTests {
  @Test(
    arguments: [
      ("SELECT a FROM d.m ORDER BY a", "SELECT a FROM d.m ORDER BY a", nil, 5, 10),
      ("SELECT a FROM d.m ORDER BY a;", "SELECT a FROM d.m ORDER BY a", nil, 5, 10),
      ("SELECT a FROM d.m ORDER BY a -- end", "SELECT a FROM d.m ORDER BY a", nil, 5, 10),
      ("select a from d.m order by a limit 7", "select a from d.m order by a ", 7, 5, 10),
      (
        "SELECT a FROM d.m ORDER BY a LIMIT 7 OFFSET 2 ;", "SELECT a FROM d.m ORDER BY a ", 7, 5, 12
      ),
      ("SELECT a FROM d.m ORDER BY a LIMIT 2, 7", "SELECT a FROM d.m ORDER BY a ", 7, 5, 12),
      (
        "SELECT a FROM (SELECT a FROM d.m LIMIT 3) ORDER BY a",
        "SELECT a FROM (SELECT a FROM d.m LIMIT 3) ORDER BY a", nil, 5, 10
      ),
    ] as [(String, String, Int64?, Int64, Int64)])
  func pages(sql: String, start: String, limit: Int64?, count: Int64, offset: Int64) throws {
    let statement = try PagedStatement(sql)
    #expect(statement.limit == limit)
    #expect(statement.page(limit: 5, offset: 10) == "\(start)\nLIMIT 5 OFFSET \(offset)")
  }

  @Test(arguments: [
    "SELECT a FROM d.m", "SELECT a FROM (SELECT a FROM d.m ORDER BY a)",
    "SELECT row_number() OVER (ORDER BY a) FROM d.m", "SELECT 'ORDER BY' FROM d.m",
    "SELECT a AS \"order\", by FROM d.m", "SELECT a FROM d.m -- ORDER BY a", "",
  ])
  func withoutOrder(sql: String) {
    #expect(!PagedStatement.isOrdered(sql))
    let error = #expect(throws: CargoError.self) { try PagedStatement(sql) }
    #expect(error?.message == PagedStatement.withoutOrder.message)
  }

  @Test(arguments: [
    "SELECT a FROM d.m ORDER BY a LIMIT (SELECT 3)", "SELECT a FROM d.m ORDER BY a LIMIT 1 + 1",
    "SELECT a FROM d.m ORDER BY a OFFSET 3", "SELECT a FROM d.m ORDER BY a FETCH FIRST 3 ROWS ONLY",
    "SELECT a FROM d.m ORDER BY 'a",
  ])
  func cannotBePaged(sql: String) {
    let error = #expect(throws: CargoError.self) { try PagedStatement(sql) }
    #expect(error?.kind == .argument && error?.hint != nil)
  }
}
