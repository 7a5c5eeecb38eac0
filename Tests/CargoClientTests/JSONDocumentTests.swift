import CargoClient
import Testing

@Suite("JSON documents")
struct JSONDocumentTests {
  @Test("Valid texts are taken", arguments: JSONCorpus.accepted)
  func accepts(_ text: JSONCorpus.Accepted) throws {
    let value = try JSONValue(text.text)
    // The tree of a 64-bit number beyond Int64 is a double, so the canonical text is what counts.
    #expect(String(decoding: try value.canonicalBytes(), as: UTF8.self) == text.canonical)
    let again = try JSONValue(try value.canonicalBytes())
    #expect(try again.canonicalBytes() == value.canonicalBytes())
  }

  @Test("Other texts are refused, with the place", arguments: JSONCorpus.refused)
  func refuses(_ text: JSONCorpus.Refused) {
    let error = #expect(throws: CargoError.self) { try JSONDocument(text.text, kind: .argument) }
    #expect(error?.kind == .argument)
    #expect(error?.message.hasPrefix("invalid JSON at line ") == true)
    if let offset = text.offset, !text.text[..<offset].contains(10) {
      let place = "line 1, column \(offset + 1):"
      #expect(error?.message.contains(place) == true, "\(error?.message ?? "") lacks \(place)")
    }
  }

  @Test("Lines are counted")
  func lines() {
    let error = #expect(throws: CargoError.self) {
      try JSONDocument(Array("{\n\"a\": 1,\n  b}".utf8))
    }
    #expect(error?.message == "invalid JSON at line 3, column 3: a key in quotes is expected")
    #expect(error?.kind == .http)
  }

  @Test("A text cut at any byte is refused")
  func truncated() throws {
    let text = Array(
      #"{"name":"Ünïcode \u00e9 \"x\"","n":[1,-2.5e3,true,null],"o":{"a":{},"b":[]}}"#.utf8)
    _ = try JSONDocument(text)
    for length in 0..<text.count {
      #expect(throws: CargoError.self, "cut to \(length)") {
        try JSONDocument(Array(text[..<length]))
      }
    }
  }

  @Test("Any single byte changed gives a value or an error, never a crash")
  func mutated() {
    let text = Array(#"{"a":[1,-2.5e3,"x\u00e9\ud83d\ude00",null,true],"b":{"c":""}}"#.utf8)
    var accepted = 0
    for position in text.indices {
      for byte in UInt8.min...UInt8.max {
        var mutated = text
        mutated[position] = byte
        if (try? JSONDocument(mutated)) != nil { accepted += 1 }
      }
    }
    #expect(accepted > text.count)
  }

  @Test("Looking inside")
  func look() throws {
    let document = try JSONDocument(
      Array(
        #"{"run":{"uuid":"u1","n":3,"big":18446744073709551615,"x":2.0,"f":1.5,"ok":true,"no":null},"#
          .utf8)
        + Array(#""list":[1,"two",[3],{"four":4}],"list2":[]}"#.utf8))
    let run = try #require(document["run"])
    #expect(run["uuid"]?.string == "u1")
    #expect(run["n"]?.integer == 3)
    #expect(run["n"]?.double == 3)
    #expect(run["big"]?.integer == nil)
    #expect(run["big"]?.double == 18_446_744_073_709_551_615)
    #expect(run["x"]?.integer == 2)
    #expect(run["f"]?.integer == nil)
    #expect(run["f"]?.double == 1.5)
    #expect(run["ok"]?.bool == true)
    #expect(run["no"]?.isNull == true)
    #expect(run["absent"] == nil)
    #expect(run["uuid"]?["x"] == nil)
    #expect(run["uuid"]?.integer == nil)
    let list = try #require(document["list"]?.array)
    #expect(list.count == 4)
    #expect(list.map(\.kind) == [.integer, .string, .array, .object])
    #expect(document["list"]?[1]?.string == "two")
    #expect(document["list"]?[3]?["four"]?.integer == 4)
    #expect(document["list"]?[4] == nil)
    #expect(document["list"]?[-1] == nil)
    #expect(document["list2"]?.array.map { Array($0).count } == 0)
    #expect(document.root.object?.map(\.key) == ["run", "list", "list2"])
    #expect(document[""] == nil)
  }

  @Test("A value's own bytes keep the order of the text")
  func bytesOfValue() throws {
    let document = try JSONDocument(
      Array(#"{"x": {"b": [1, 2.50, "\u0007\"\/é"], "a": 18446744073709551615}}"#.utf8))
    let view = try #require(document["x"])
    #expect(
      String(decoding: document.bytes(of: view), as: UTF8.self)
        == #"{"b":[1,2.5,"\u0007\"/é"],"a":18446744073709551615}"#)
  }

  @Test("Views keep their document while others are parsed")
  func lifetime() throws {
    var views: [JSONView] = []
    for i in 0..<50 {
      views.append(try JSONDocument(Array("{\"i\":\(i)}".utf8)).root)
      _ = try? JSONDocument(Array("[\(i)".utf8))
    }
    #expect(views.map { $0["i"]?.integer } == (0..<50).map { Int64($0) })
  }

  @Test("Large strings and many values")
  func large() throws {
    let text =
      [UInt8(ascii: "\"")] + [UInt8](repeating: 0x61, count: 10_000_000) + [UInt8(ascii: "\"")]
    #expect(try JSONDocument(text).root.string?.utf8.count == 10_000_000)
    let many =
      Array("[".utf8) + Array(String(repeating: "1,", count: 100_000).utf8) + Array("1]".utf8)
    #expect(try JSONDocument(many).root.array?.count == 100_001)
  }
}
