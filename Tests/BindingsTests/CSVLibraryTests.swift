import CargoClient
import Runtime
import Testing

@testable import Bindings

@Suite struct CSVLibraryTests {
  /// What a recipe prints.
  func printed(_ source: String) throws -> String {
    let (end, printed) = try FileLibraryTests.run("local E = json.encode " + source)
    #expect(end == .finished)
    return printed
  }

  @Test(arguments: [
    (#"csv.decode("a,b\n1,2\n,x\n")"#, #"[{"a":"1","b":"2"},{"b":"x"}]"#),
    (#"csv.decode("a;b\r\n1;2\r\n")"#, #"[{"a":"1","b":"2"}]"#),
    (#"csv.decode("a;b,c\n1;2,3\n", { delimiter = "," })"#, #"[{"a;b":"1;2","c":"3"}]"#),
    (#"csv.decode("a\tb\n1\t2\n", { delimiter = "tab" })"#, #"[{"a":"1","b":"2"}]"#),
    (#"csv.decode("a,b\n,\n", { empty = "" })"#, #"[{"a":"","b":""}]"#),
    (#"csv.decode("a,b\n1\n", { empty = "" })"#, #"[{"a":"1","b":""}]"#),
    (#"csv.decode("1,2,3\n4\n", { header = false })"#, #"[["1","2","3"],["4"]]"#),
    (#"csv.decode("1,,3\n", { header = false, columns = { 3, 1, 2 } })"#, #"[["3","1",""]]"#),
    (#"csv.decode("1,2\n", { header = { "x", "y" } })"#, #"[{"x":"1","y":"2"}]"#),
    (#"csv.decode("a,b,c\n1,2,3\n", { columns = { "c", "a" } })"#, #"[{"a":"1","c":"3"}]"#),
    (#"csv.decode("a,a,,A\n1,2,3,4\n")"#, #"[{"A":"4","a":"1","a_2":"2","column_3":"3"}]"#),
    (
      #"csv.decode("n,z,b,d\n1.5,007,TRUE,2024-01-01\n", { types = true })"#,
      #"[{"b":true,"d":"2024-01-01","n":1.5,"z":"007"}]"#
    ),
    (
      #"csv.decode("n,z\n1.5,007\n", { types = { z = "number" } })"#, #"[{"n":"1.5","z":7}]"#
    ),
    (#"csv.decode("1,x\n", { header = false, types = true })"#, #"[[1,"x"]]"#),
    (#"csv.decode("")"#, "[]"), (#"csv.decode("a,b\n")"#, "[]"),
    (#"csv.decode("a\n\"x\ny\"\"\"\n")"#, #"[{"a":"x\ny\""}]"#),
  ])
  func decoding(call: String, expected: String) throws {
    #expect(try printed("print(E(\(call)))") == expected + "\n")
  }

  @Test(arguments: [
    (#"{ { b = 1, a = "x,y" }, { c = true } }"#, "a,b,c\n\"x,y\",1,\n,,true\n"),
    (#"{ { a = 1.5, b = { 1, "x" }, c = json.null } }"#, "a,b,c\n1.5,\"[1,\"\"x\"\"]\",\n"),
    (#"{ { a = 1, b = 2 } }, { columns = { "b" } }"#, "b\n2\n"),
    (#"{ { a = 1 } }, { columns = { "a", "z" }, header = { "A", "Z" } }"#, "A,Z\n1,\n"),
    (#"{ { a = 1 } }, { header = false }"#, "1\n"),
    (#"{ { 1, 2 }, { 3 } }"#, "1,2\n3\n"),
    (#"{ { 1, 2 } }, { header = { "x", "y" }, delimiter = ";" }"#, "x;y\n1;2\n"),
    (#"{ { a = "x;y" } }, { delimiter = ";" }"#, "a\n\"x;y\"\n"),
    (#"{ { a = "" }, { a = "b" } }"#, "a\n\"\"\nb\n"),
    (#"{}"#, ""), (#"{}, { columns = { "a" } }"#, "a\n"),
    (#"{ { a = 1 } }, { bom = true }"#, "\u{FEFF}a\n1\n"),
    (#"function() end"#, ""),
  ])
  func encoding(arguments: String, expected: String) throws {
    #expect(try printed("print(csv.encode(\(arguments)))") == expected + "\n")
  }

  /// What a spreadsheet would run, and what it would not.
  @Test(arguments: [
    ("=1+1", true), ("@SUM(A1)", true), ("+A1", true), ("-cmd|' /C calc'!A0", true),
    ("\\t=1", true), ("-3.5", false), ("+49 (30) 901820-0", false), ("-", false), ("1=2", false),
    ("-1e5", false), ("a@b.c", false), ("-2+3", false),
  ])
  func formulas(text: String, isEscaped: Bool) throws {
    let source = """
      local text = csv.encode({ { x = "\(text)" } })
      print(text == "x\\n" .. (\(isEscaped) and "'" or "") .. "\(text)\\n")
      print(csv.decode(csv.encode({ { x = "\(text)" } }, { formulas = "keep" }))[1].x == "\(text)")
      """
    #expect(try printed(source) == "true\ntrue\n")
  }

  @Test func filesAreReadAndWritten() throws {
    let source = """
      local path = folder .. "a.csv"
      print(csv.write(path, { { name = "Acme, Inc", size = 5 }, { name = "two\\nlines" } }))
      for row in csv.read(path) do print(E(row)) end
      print(csv.write(folder .. "b.csv", csv.read(path)))
      print(fs.read(path) == fs.read(folder .. "b.csv"))
      local n = 0
      print(csv.write(path, function() n = n + 1 if n <= 3 then sleep(0) return { n = n } end end))
      print((fs.read(path):gsub("\\n", ";")))
      """
    #expect(
      try printed(source)
        == """
        2
        {"name":"Acme, Inc","size":"5"}
        {"name":"two\\nlines"}
        2
        true
        3
        n;1;2;3;

        """)
  }

  @Test func aFileThatFailsIsNotWritten() throws {
    let source = """
      local path = folder .. "a.csv"
      csv.write(path, { { a = 1 } })
      local n = 0
      print(try(csv.write, path, function() n = n + 1 if n == 3 then error("stop") end return { a = n } end))
      print((fs.read(path):gsub("\\n", ";")), #fs.list(folder))
      """
    #expect(try printed(source).hasSuffix("stop\na;1;\t1\n"))
  }

  @Test(arguments: [
    (#"csv.read("x", { delimeter = ";" })"#, "csv.read: unknown option 'delimeter'"),
    (#"csv.encode({}, { empty = "" })"#, "csv.encode: unknown option 'empty'"),
    (
      #"csv.decode("", { delimiter = ";;" })"#,
      "csv.decode: the option 'delimiter' must be one character, \"tab\" or \"auto\""
    ),
    (
      #"csv.decode("", { types = { a = "int" } })"#,
      "csv.decode: the option 'types' must be a table of \"number\", \"boolean\" or \"string\" by column"
    ),
    (#"csv.decode("a\nx", { types = { b = "number" } })"#, "csv.decode has no column 'b'"),
    (
      #"csv.decode("a\nx", { types = { a = "number" } })"#,
      "csv.decode, line 2: the column 'a' is to be a number, and 'x' is not"
    ),
    (
      #"csv.decode("a,b\n1,2,3")"#,
      "csv.decode, line 2, column 5: the row has more fields than there are columns"
    ),
    (#"csv.decode("a,b\n1,\xe9")"#, "csv.decode, line 2, column 3: the text is not UTF-8"),
    (#"csv.encode({ 1 })"#, "csv.encode, row 1 is a number"),
    (
      #"csv.encode({ { a = "\xff" } })"#,
      "csv.encode, row 1, column 'a': the text is not UTF-8, or has a zero byte"
    ),
    (#"csv.encode({ { a = 0/0 } })"#, "csv.encode, row 1, column 'a': the number is not finite"),
    (
      #"csv.encode({ { a = print } })"#,
      "csv.encode, row 1, column 'a': a function cannot be written"
    ),
    (
      #"csv.encode({ { [1.5] = 1 } })"#, "csv.encode, row 1: a key is a number, not a column's name"
    ),
    (
      #"csv.encode({ { 1 } }, { columns = { "a" } })"#,
      "csv.encode, row 1 is a list, not a table with columns as keys"
    ),
    (
      #"local n = 0 csv.encode(function() n = n + 1 return n < 3 and { ["k" .. n] = 1 } or nil end)"#,
      "csv.encode, row 2 has a column 'k2' that the first row has not"
    ),
    (
      #"csv.encode()"#,
      "csv.encode: the rows must be a list, or a function that gives the next row, got nil"
    ),
  ])
  func errors(call: String, expected: String) throws {
    let (end, printed) = try FileLibraryTests.run(
      "print(select(2, pcall(function() \(call) end)).message)")
    #expect(end == .finished)
    #expect(printed == expected + "\n")
  }

  @Test func filesOpenAtOnceAreClosedBehindTheLoop() throws {
    let source = """
      csv.write(folder .. "a.csv", { { a = 1 }, { a = 2 } })
      for i = 1, 2000 do for row in csv.read(folder .. "a.csv") do break end end
      for i = 1, 2000 do csv.read(folder .. "a.csv")() end
      print("done")
      """
    #expect(try printed(source) == "done\n")
  }

  @Test func memoryIsBounded() throws {
    let source = """
      local n = 0
      local count = csv.write(folder .. "a.csv", function()
        n = n + 1
        if n <= 200000 then return { name = "row " .. n, text = ("x"):rep(40) } end
      end)
      local sum = 0
      for row in csv.read(folder .. "a.csv") do sum = sum + #row.name end
      print(count, sum)
      """
    let (end, printed) = try FileLibraryTests.run(source, memory: 4 << 20)
    #expect(end == .finished)
    #expect(printed == "200000\t1888895\n")
  }
}
