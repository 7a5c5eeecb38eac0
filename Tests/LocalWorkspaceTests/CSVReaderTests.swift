import Testing

@testable import LocalWorkspace

@Suite struct CSVReaderTests {
  /// Reads a text in pieces of at most `size` bytes.
  func read(
    _ bytes: [UInt8], size: Int = 1 << 20, delimiter: Character? = nil, isRagged: Bool = false
  ) throws -> [[String]] {
    var position = 0
    let reader = try CSVReader(delimiter: delimiter?.asciiValue, isRagged: isRagged) { buffer in
      let count = min(size, buffer.count, bytes.count - position)
      buffer.copyBytes(from: bytes[position..<position + count])
      position += count
      return count
    }
    var rows: [[String]] = []
    while let row = try reader.next() { rows.append(row.texts) }
    return rows
  }

  /// Whatever the pieces are, the rows are the same.
  func read(_ text: String, delimiter: Character? = nil, isRagged: Bool = false) throws
    -> [[String]]
  {
    let bytes = Array(text.utf8)
    let whole = try read(bytes, delimiter: delimiter, isRagged: isRagged)
    for size in [1, 2, 3, 7, 64] {
      let rows = try read(bytes, size: size, delimiter: delimiter, isRagged: isRagged)
      #expect(rows == whole, "in pieces of \(size)")
    }
    return whole
  }

  @Test(arguments: [
    ("a,b\n1,2\n", [["a", "b"], ["1", "2"]]),
    ("a,b\r\n1,2\r\n", [["a", "b"], ["1", "2"]]),
    ("a,b\r1,2\r", [["a", "b"], ["1", "2"]]),
    ("a,b\n1,2", [["a", "b"], ["1", "2"]]),
    ("a,b\n1,\n,2\n", [["a", "b"], ["1", ""], ["", "2"]]),
    ("a,b\n1\n", [["a", "b"], ["1"]]),
    ("\u{FEFF}a,b\n", [["a", "b"]]),
    ("\n\r\n\r\na,b\n\n\r\n\r1,2\n\n", [["a", "b"], ["1", "2"]]),
    ("a,b\n\"1,\n2\",\"x\"\n", [["a", "b"], ["1,\n2", "x"]]),
    ("a,b\n\"say \"\"hi\"\"\",\"\"\"\"\n", [["a", "b"], ["say \"hi\"", "\""]]),
    ("a,b\n\"\",\"\"\n", [["a", "b"], ["", ""]]),
    ("a\n\"\"\nx\n", [["a"], [""], ["x"]]),
    ("a,b\n5\" disk,x\"y\"\n", [["a", "b"], ["5\" disk", "x\"y\""]]),
    ("a,b\n\"1\r\n2\r3\",4\n", [["a", "b"], ["1\r\n2\r3", "4"]]),
    ("a,b\n1,2,\n3,4,,\n", [["a", "b"], ["1", "2"], ["3", "4"]]),
    ("a;b,c;d\n1;2;3\n", [["a", "b,c", "d"], ["1", "2", "3"]]),
    ("a\tb\n1,5\t2\n", [["a", "b"], ["1,5", "2"]]),
    ("a|b|c\n", [["a", "b", "c"]]),
    ("\"x;y;z\",b\n", [["x;y;z", "b"]]),
    ("sep=;\r\na,x;b\r\n1;2\r\n", [["a,x", "b"], ["1", "2"]]),
    ("日本,é\n😀,ß\n", [["日本", "é"], ["😀", "ß"]]),
    ("", []), ("\n\n", []), ("\u{FEFF}", []),
  ])
  func rows(text: String, expected: [[String]]) throws {
    #expect(try read(text) == expected)
  }

  @Test func delimitersThatAreGiven() throws {
    #expect(try read("a;b,c\n", delimiter: ",") == [["a;b", "c"]])
    #expect(try read("a^b\n1^2\n", delimiter: "^") == [["a", "b"], ["1", "2"]])
  }

  @Test func raggedRows() throws {
    #expect(try read("a\n1,2\n", delimiter: ",", isRagged: true) == [["a"], ["1", "2"]])
  }

  @Test func rowsAcrossBuffers() throws {
    let long = String(repeating: "x", count: 70_000)
    let rows = (0..<20).map { ["\($0)", long + "\($0)", "\"q\"\n\($0)"] }
    let text = rows.map { row in
      row.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: ",")
    }.joined(separator: "\r\n")
    for size in [1_000, 65_536, 1 << 20] { #expect(try read(Array(text.utf8), size: size) == rows) }
  }

  @Test(arguments: [
    ("a,b\n1,caf\u{E9}\n", "line 2, column 6: the text is not UTF-8"),
    ("é,b\nx,y\n", nil),
    ("a,b\n1,\"x\n\ny,2\n", "line 2, column 3: the quote that opens here is never closed"),
    ("a,b\n1,\"x\"y\n", "line 2, column 6: there is text behind the closing quote of a field"),
    ("a,b\n1,\"x\" \n", "line 2, column 6: there is text behind the closing quote of a field"),
    ("a,b\n\"1\n2\",3,4\n", "line 3, column 6: the row has more fields than there are columns"),
    ("a,b\n1,\0\n", "line 2, column 3: there is a zero byte, which no text has"),
    ("PK\u{3}\u{4}\0\0", "line 1, column 1: this is a workbook or an archive, not a text"),
  ])
  func errors(text: String, expected: String?) throws {
    // A scalar below 256 as one byte: Latin-1, where the text is not all of it.
    let isLatin = text.contains("caf")
    let bytes = isLatin ? text.unicodeScalars.map { UInt8($0.value) } : Array(text.utf8)
    for size in [1, 5, 1 << 20] {
      var message: String?
      do {
        _ = try read(bytes, size: size)
      } catch let failure as CSVReader.Failure {
        message = failure.error(in: "x.csv").message
      }
      #expect(message == expected.map { "x.csv, \($0)" })
    }
  }

  @Test func utf16() throws {
    #expect(throws: CSVReader.Failure.self) { try read([0xFF, 0xFE, 0x61, 0, 0x0A, 0]) }
  }

  @Test(arguments: [
    [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0x80], [0xF8],
  ])
  func malformedUTF8(bytes: [UInt8]) throws {
    #expect(throws: CSVReader.Failure.self) { try read(Array("a\n".utf8) + bytes + [10]) }
  }

  @Test func memoryIsBounded() throws {
    var given = 0
    let reader = try CSVReader(delimiter: UInt8(ascii: ",")) { buffer in
      given += buffer.count
      for index in buffer.indices { buffer[index] = UInt8(ascii: "x") }
      return given > 64 << 20 ? 0 : buffer.count
    }
    #expect(throws: CSVReader.Failure.self) { while try reader.next() != nil {} }
    #expect(given < 8 << 20)
  }
}
