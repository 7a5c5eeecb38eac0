import CargoClient
import Glibc
import Testing

@testable import Runtime

@Suite struct RowOutputTests {
  static let rows = [
    #"{"domain":"acme.com","name":"Acme, \"Inc\"","size":500}"#,
    #"{"domain":null,"name":"Two\nlines","ok":true}"#,
    #"{"name":"","nested":{"b":[1,2.5],"a":null},"tags":[]}"#,
  ]

  func write(
    _ path: String, columns: [String]? = nil, rows: [String] = rows
  ) throws -> RowOutput.Summary {
    let output = try RowOutput(.file(path), columns: columns)
    for row in rows { try output.write(Array(row.utf8)) }
    return try output.finish()
  }

  static let csv = #"""
    domain,name,size,ok,nested,tags
    acme.com,"Acme, ""Inc""",500,,,
    ,"Two
    lines",,true,,
    ,,,,"{""b"":[1,2.5],""a"":null}",[]

    """#

  @Test func csvLearnsItsColumns() throws {
    try inTemporaryFolder { folder in
      let summary = try write(folder + "/a.csv")
      #expect(summary == .init(path: folder + "/a.csv", rows: 3, isPartial: false, ignoredKeys: []))
      #expect(text(of: folder + "/a.csv") == Self.csv)
      #expect(names(in: folder) == ["a.csv"])
    }
  }

  @Test func csvWithGivenColumns() throws {
    try inTemporaryFolder { folder in
      let summary = try write(folder + "/a.csv", columns: ["size", "missing", "name"])
      #expect(summary.ignoredKeys == ["domain", "nested", "ok", "tags"])
      #expect(
        text(of: folder + "/a.csv")
          == "size,missing,name\n500,,\"Acme, \"\"Inc\"\"\"\n,,\"Two\nlines\"\n,,\n")
    }
  }

  @Test func oneEmptyColumnIsStillARow() throws {
    try inTemporaryFolder { folder in
      _ = try write(folder + "/a.csv", rows: [#"{"a":null}"#, #"{"a":"x"}"#])
      #expect(text(of: folder + "/a.csv") == "a\n\"\"\nx\n")
    }
  }

  @Test func jsonIsOneArray() throws {
    try inTemporaryFolder { folder in
      _ = try write(folder + "/a.json")
      #expect(text(of: folder + "/a.json") == "[\n" + Self.rows.joined(separator: ",\n") + "\n]\n")
      _ = try write(folder + "/b.json", rows: [])
      #expect(text(of: folder + "/b.json") == "[]\n")
    }
  }

  @Test func jsonLinesAndTheirColumns() throws {
    try inTemporaryFolder { folder in
      _ = try write(folder + "/a.jsonl")
      #expect(text(of: folder + "/a.jsonl") == Self.rows.joined(separator: "\n") + "\n")
      _ = try write(folder + "/b.ndjson", columns: ["size", "domain"])
      #expect(
        text(of: folder + "/b.ndjson") == "{\"size\":500,\"domain\":\"acme.com\"}\n"
          + "{\"domain\":null}\n{}\n")
    }
  }

  @Test func noRows() throws {
    try inTemporaryFolder { folder in
      _ = try write(folder + "/a.csv", columns: ["a", "b"], rows: [])
      #expect(text(of: folder + "/a.csv") == "a,b\n")
      _ = try write(folder + "/b.csv", rows: [])
      #expect(text(of: folder + "/b.csv") == "")
      _ = try write(folder + "/c.jsonl", rows: [])
      #expect(text(of: folder + "/c.jsonl") == "")
    }
  }

  @Test func nothingAppearsBeforeTheEnd() throws {
    try inTemporaryFolder { folder in
      let path = folder + "/a.csv"
      _ = try write(path, rows: [#"{"old":1}"#])
      do {
        let output = try RowOutput(.file(path))
        for _ in 0..<10_000 { try output.write(Array(Self.rows[0].utf8)) }
        try output.flush()
        #expect(text(of: path) == "old\n1\n")
      }
      #expect(names(in: folder) == ["a.csv"])
      #expect(text(of: path) == "old\n1\n")
    }
  }

  @Test(arguments: ["a.csv", "a.json", "a.jsonl"])
  func anEarlyEndLeavesAPartialFile(name: String) throws {
    try inTemporaryFolder { folder in
      let output = try RowOutput(.file(folder + "/" + name))
      try output.write(Array(#"{"a":1}"#.utf8))
      let summary = try #require(try output.finishEarly())
      let partial = name.split(separator: ".").joined(separator: ".partial.")
      #expect(summary.path == folder + "/" + partial)
      #expect(summary.isPartial && summary.rows == 1)
      #expect(names(in: folder) == [partial])
      let expected = ["a.csv": "a\n1\n", "a.json": "[\n{\"a\":1}\n]\n", "a.jsonl": "{\"a\":1}\n"]
      #expect(text(of: folder + "/" + partial) == expected[name])
    }
  }

  @Test func anEarlyEndWithoutRowsLeavesNothing() throws {
    try inTemporaryFolder { folder in
      let output = try RowOutput(.file(folder + "/a.csv"), columns: ["a"])
      #expect(try output.finishEarly() == nil)
      #expect(names(in: folder) == [])
    }
  }

  @Test func aMissingFolderIsMadeButNotTwo() throws {
    try inTemporaryFolder { folder in
      _ = try write(folder + "/out/a.csv")
      #expect(names(in: folder + "/out") == ["a.csv"])
      let error = #expect(throws: CargoError.self) { try write(folder + "/x/y/a.csv") }
      #expect(
        error?.message == "\(folder)/x/y/a.csv cannot be written: No such file or directory")
      #expect(error?.hint == "make its folder first: mkdir -p \(folder)/x/y")
      #expect(names(in: folder) == ["out"])
    }
  }

  @Test func linksAreFollowed() throws {
    try inTemporaryFolder { folder in
      mkdir(folder + "/real", 0o700)
      symlink("real/a.csv", folder + "/link.csv")
      _ = try write(folder + "/link.csv")
      #expect(names(in: folder + "/real") == ["a.csv"])
      var status = stat()
      lstat(folder + "/link.csv", &status)
      #expect(status.st_mode & S_IFMT == S_IFLNK)
    }
  }

  static let refused: [(String, CargoError.Kind, String)] = [
    ("a.txt", .argument, "a.txt does not say how to write it"),
    ("csv", .argument, "csv does not say how to write it"),
    (".csv", .argument, ".csv does not say how to write it"),
    ("", .argument, " is a folder (name a file that ends in .csv, .json or .jsonl)"),
    ("file/a.csv", .file, "file/a.csv cannot be written: Not a directory"),
  ]

  @Test(arguments: refused)
  func refuses(name: String, kind: CargoError.Kind, message: String) throws {
    try inTemporaryFolder { folder in
      fclose(fopen(folder + "/file", "w"))
      let error = #expect(throws: CargoError.self) {
        try RowOutput(.file(folder + "/" + name))
      }
      #expect(error?.kind == kind)
      #expect(error?.description.contains(message) == true, "\(error as Any)")
      #expect(names(in: folder) == ["file"])
    }
  }

  @Test func aFullDiskIsOneSentence() throws {
    let output = try RowOutput(.file("/dev/full"))
    try output.write(Array(Self.rows[0].utf8))
    let error = #expect(throws: CargoError.self) { try output.finish() }
    #expect(error?.description == "/dev/full cannot be written: No space left on device")
    #expect(error?.kind == .file)
    #expect(try output.finishEarly() == nil)
  }

  @Test func aRowMustBeAnObject() throws {
    try inTemporaryFolder { folder in
      let output = try RowOutput(.file(folder + "/a.csv"))
      #expect(throws: CargoError.self) { try output.write(Array("[1]".utf8)) }
    }
  }

  @Test func aClosedPipeEndsInPeace() throws {
    signal(SIGPIPE, SIG_IGN)
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    let output = try RowOutput(.descriptor(ends[1]))
    #expect(try output.write(Array(#"{"a":1}"#.utf8)))
    try output.flush()
    var bytes = [UInt8](repeating: 0, count: 64)
    #expect(read(ends[0], &bytes, 64) == 8)
    close(ends[0])
    try output.write(Array(#"{"a":2}"#.utf8))
    try output.flush()
    #expect(output.isClosed)
    #expect(try output.write(Array(#"{"a":3}"#.utf8)) == false)
    let summary = try output.finish()
    #expect(summary.path == nil && !summary.isPartial)
    close(ends[1])
  }

  @Test func learningColumnsKeepsMemoryBounded() throws {
    try inTemporaryFolder { folder in
      let output = try RowOutput(.file(folder + "/a.csv"))
      for index in 0..<20_000 { try output.write(Array("{\"i\":\(index)}".utf8)) }
      try output.write(Array(#"{"last":1}"#.utf8))
      _ = try output.finish()
      let lines = try #require(text(of: folder + "/a.csv")).split(separator: "\n")
      #expect(lines.count == 20_002)
      #expect(lines.first == "i,last" && lines[20_000] == "19999," && lines.last == ",1")
    }
  }

  @Test(arguments: [
    ("out/leads.csv", "out/leads.partial.csv"), ("a.b/leads", "a.b/leads.partial"),
    ("leads.json", "leads.partial.json"),
  ])
  func partialNames(path: String, expected: String) {
    #expect(OutputPlace.partialName(of: path) == expected)
  }

  @Test(
    arguments: [
      ("a.csv", OutputFormat.csv), ("A.CSV", .csv), ("x/y.json", .json), ("a.ndjson", .jsonl),
      ("a.jsonl", .jsonl), ("a.tsv", nil), ("a", nil), (".json", nil), ("x.csv/a", nil),
    ] as [(String, OutputFormat?)])
  func formats(path: String, format: OutputFormat?) {
    #expect(OutputFormat(path: path) == format)
  }
}
