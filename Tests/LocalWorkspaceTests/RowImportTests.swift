import CargoClient
import Glibc
import SQLite
import Testing

@testable import LocalWorkspace

@Suite struct RowImportTests {
  let harness: WorkspaceHarness

  init() throws { harness = try WorkspaceHarness(.empty) }

  func write(_ text: String, to name: String = "rows.csv") throws -> String {
    let path = harness.folder + "/" + name
    let file = try #require(fopen(path, "w"))
    defer { fclose(file) }
    let bytes = Array(text.utf8)
    #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
    return path
  }

  @discardableResult
  func load(
    _ text: String, as name: String = "rows.csv", model: String = "things", key: String? = nil
  ) throws -> (RowImport.Preview, RowImport.Summary) {
    let rows = try RowImport(.init(file: write(text, to: name), model: model, key: key))
    let preview = try rows.preview(workspace: harness.path)
    return (preview, try rows.write(to: harness.path))
  }

  func query(_ sql: String) throws -> JSONValue {
    try harness.call("storage.query", #"{"query":"\#(sql)"}"#)["rows"] ?? nil
  }

  func message(_ body: () throws -> Void) -> String? {
    do {
      try body()
      return nil
    } catch {
      return (error as? CargoError)?.message.replacing(harness.folder + "/", with: "")
    }
  }

  @Test(arguments: [
    (["1", "-2", "0.5"], "number"), (["1", "007"], "string"), (["1", "+49 30 1"], "string"),
    (["123456789012345"], "number"), (["1234567890123456"], "string"),
    (["1.5", "1,5"], "string"), (["1E5"], "string"), (["true", "FALSE"], "boolean"),
    (["true", "yes"], "string"), (["2024-02-29", "2024-01-01T10:00:00Z"], "date"),
    (["2023-02-29"], "string"), (["2024-01-01 10:00:00.123+02:00"], "date"),
    (["01/02/2024"], "string"), (["1", "2024-01-01"], "string"), (["{}"], "string"),
    (["-0"], "string"), (["1", "", "2"], "number"), (["", ""], "string"),
  ])
  func types(values: [String], type: String) throws {
    let lines = values.map { "x,\"\($0)\"\n" }.joined()
    let (preview, _) = try load("k,v\n" + lines)
    #expect(preview.columns[1].type == type)
    #expect(preview.columns[1].filled == values.filter { !$0.isEmpty }.count)
  }

  @Test func namesOfColumns() {
    let slugs = ColumnNames.slugs(for: [
      "Company Name", "company_name", "E-Mail", "Größe (m²)", "_id", "employeeCount", "", "日本",
      "Revenue ($)", "a.b",
    ])
    #expect(
      slugs == [
        "company_name", "company_name_2", "e_mail", "grosse_m", "_id", "employeeCount", "column_7",
        "column_8", "revenue", "a_b",
      ])
  }

  /// What the file makes is what `model.create` and `storage.record.ingest` make of the same rows.
  @Test func sameAsIngest() throws {
    try load("_id,name,size,active\nr1,Acme,500,true\nr2,,7,false\n")
    let dataset = try #require(
      try harness.call("dataset.list")["datasets"]?[0]?["uuid"]?.string)
    let made = try harness.call(
      "model.create",
      """
      {"config":{},"datasetUuid":"\(dataset)","extractorSlug":"manual","name":"others",\
      "slug":"others"}
      """)
    let uuid = try #require(made["model"]?["uuid"]?.string)
    _ = try harness.call(
      "storage.record.ingest",
      """
      {"modelUuid":"\(uuid)","records":[{"_id":"r1","name":"Acme","size":500,"active":true},\
      {"_id":"r2","name":null,"size":7,"active":false}]}
      """)
    #expect(
      try query("SELECT * FROM default.things ORDER BY _id")
        == query("SELECT * FROM default.others ORDER BY _id"))
    let connection = try Connection(path: harness.path, options: .readOnly)
    func indexes(_ table: String) throws -> [String] {
      var found: [String] = []
      try connection.query("PRAGMA index_list(\(table))") {
        found.append($0.string(2) + $0.string(3))
      }
      return found
    }
    #expect(
      try indexes("datasets_default__models_things")
        == indexes("datasets_default__models_others"))
  }

  @Test func updatesAndAdds() throws {
    try load("mail,n\na,1\nb,2\n", key: "mail")
    let (preview, summary) = try load("mail,n,extra\nb,3,x\nc,4,\nb,5,y\nc,6,\n", key: "MAIL")
    #expect(!preview.isNewModel)
    #expect(preview.columns.map(\.isNew) == [false, false, true])
    #expect(summary == .init(inserted: 1, updated: 1, duplicates: 2))
    #expect(
      try query("SELECT mail, n, extra FROM default.things ORDER BY mail")
        == [
          ["mail": "a", "n": 1, "extra": nil], ["mail": "b", "n": 5, "extra": "y"],
          ["mail": "c", "n": 6, "extra": nil],
        ])
  }

  @Test func idsThatAreMadeUp() throws {
    try load("name\nAcme\nGlobex\n")
    let ids = try #require(try query("SELECT _id FROM default.things").array)
    #expect(ids.count == 2)
    #expect(ids.allSatisfy { Identifier.isValid($0["_id"]?.string ?? "") })
  }

  @Test func rowsWithoutAnID() throws {
    try load("_id,name\n1,Acme\n,Globex\n")
    #expect(try query("SELECT count(DISTINCT _id) AS n FROM default.things") == [["n": 2]])
    let text = "k,name\n1,Acme\n,Globex\n"
    #expect(
      message { try load(text, model: "others", key: "k") }
        == "rows.csv, line 3: the row has no k, which is the key")
  }

  @Test func emptyRowsAreLeftOut() throws {
    let (preview, _) = try load("a,b\n1,2\n,\n\n3,4\n,,,\n")
    #expect(preview.rows == 2)
    #expect(try query("SELECT count(*) AS n FROM default.things") == [["n": 2]])
  }

  @Test func jsonLines() throws {
    let (preview, _) = try load(
      """
      {"_id":1,"tags":["a"],"meta":{"x":1},"at":"2024-01-01","n":1.5,"mix":1}

      {"_id":2,"mix":"x","at":null,"zip":"01234"}
      {"_id":3,"mix":true,"any":[1]}
      {"_id":4,"any":"x"}
      """, as: "rows.jsonl")
    #expect(
      preview.columns.map(\.type)
        == ["string", "array", "object", "date", "number", "string", "string", "any"])
    #expect(
      try query("SELECT * FROM default.things ORDER BY _id")
        == [
          [
            "_id": "1", "tags": ["a"], "meta": ["x": 1], "at": "2024-01-01", "n": 1.5, "mix": "1",
            "zip": nil, "any": nil,
          ],
          [
            "_id": "2", "tags": nil, "meta": nil, "at": nil, "n": nil, "mix": "x", "zip": "01234",
            "any": nil,
          ],
          [
            "_id": "3", "tags": nil, "meta": nil, "at": nil, "n": nil, "mix": "true", "zip": nil,
            "any": [1],
          ],
          [
            "_id": "4", "tags": nil, "meta": nil, "at": nil, "n": nil, "mix": nil, "zip": nil,
            "any": "x",
          ],
        ])
  }

  @Test(arguments: [
    ("k,n\na,1\nb,x\n", "line 3: the column n of things holds numbers, and \"x\" is none of them"),
    ("k,n\na,1\n\"b\",2,3\n", "line 3, column 7: the row has more fields than there are columns"),
    ("k,n\na,1\nb,\"2\n", "line 3, column 3: the quote that opens here is never closed"),
  ])
  func allOrNothing(text: String, expected: String) throws {
    try load("k,n\na,7\n", key: "k")
    #expect(message { try load(text, key: "k") } == "rows.csv, " + expected)
    #expect(try query("SELECT * FROM default.things") == [["k": "a", "n": 7]])
  }

  @Test(arguments: [
    ("things", nil, "", "rows.csv is empty"),
    ("things", "mial", "mail,n\n", "rows.csv has no column mial"),
    (
      "my-things", nil, "a\n", "my-things is no name of a model: it has letters, digits and _ only"
    ),
    ("crm.things", nil, "a\n1\n", "the workspace has no dataset crm"),
  ])
  func refusals(model: String, key: String?, text: String, expected: String) {
    #expect(message { try load(text, model: model, key: key) } == expected)
  }

  @Test func anotherKeyThanTheModels() throws {
    try load("k,n\na,7\n", key: "k")
    #expect(
      message { try load("k,n\na,7\n", key: "n") }
        == "the rows of things are told apart by k, not by n")
    #expect(
      message { try load("n\n7\n") }
        == "rows.csv has no column k, which tells the rows of things apart")
  }

  @Test func manyRows() throws {
    var text = "id,name,n\n"
    for row in 0..<20_000 { text += "r\(row % 15_000),\"Name \(row)\",\(row)\n" }
    let (_, summary) = try load(text, key: "id")
    #expect(summary == .init(inserted: 15_000, updated: 0, duplicates: 5_000))
    #expect(
      try query("SELECT count(*) AS c, sum(n) AS s FROM default.things")
        == [["c": 15_000, "s": .int((5_000..<20_000).reduce(0, +))]])
    let (_, again) = try load(text, key: "id")
    #expect(again == .init(inserted: 0, updated: 15_000, duplicates: 5_000))
  }
}
