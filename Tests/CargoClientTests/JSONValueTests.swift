import CargoClient
import Testing

/// A generator of numbers that repeats itself.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

@Suite("JSON values and writers")
struct JSONValueTests {
  static func randomString(_ generator: inout SeededGenerator) -> String {
    let scalars: [ClosedRange<UInt32>] = [
      0x20...0x7E, 0x20...0x7E, 0x00...0x1F, 0x80...0x7FF, 0x800...0xD7FF, 0xE000...0xFFFF,
      0x10000...0x10FFFF,
    ]
    var string = ""
    for _ in 0..<Int.random(in: 0...24, using: &generator) {
      let range = scalars[Int.random(in: 0..<scalars.count, using: &generator)]
      if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &generator)) {
        string.unicodeScalars.append(scalar)
      }
    }
    return string
  }

  static func randomValue(_ generator: inout SeededGenerator, depth: Int = 4) -> JSONValue {
    switch Int.random(in: 0...(depth > 0 ? 8 : 5), using: &generator) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &generator))
    case 2: return .int(Int64(bitPattern: generator.next()) >> Int64(generator.next() % 64))
    case 3:
      let double = Double(bitPattern: generator.next())
      // Whole doubles below 2^53 come back as integers: not here.
      return double.isFinite && double != double.rounded() ? .double(double) : .double(0.5)
    case 4, 5: return .string(randomString(&generator))
    case 6:
      let count = Int.random(in: 0...5, using: &generator)
      return .array((0..<count).map { _ in randomValue(&generator, depth: depth - 1) })
    default:
      var object = JSONObject()
      for _ in 0..<Int.random(in: 0...6, using: &generator) {
        object[randomString(&generator)] = randomValue(&generator, depth: depth - 1)
      }
      return .object(object)
    }
  }

  @Test("Random values survive")
  func roundTrips() throws {
    var generator = SeededGenerator(seed: 20)
    for round in 0..<4_000 {
      let value = JSONValueTests.randomValue(&generator)
      let text = try value.canonicalBytes()
      let read = try JSONValue(text)
      try #require(read == value, "round \(round)")
      try #require(try JSONDocument(text).root.bytes == text, "round \(round)")
    }
  }

  @Test(
    "Numbers are shortest",
    arguments: [
      (0.1, "0.1"), (1, "1"), (-1, "-1"), (-0.0, "-0.0"), (1e21, "1e+21"), (1.5e-7, "1.5e-07"),
      (9_007_199_254_740_991, "9007199254740991"), (9_007_199_254_740_992, "9.007199254740992e+15"),
      (.greatestFiniteMagnitude, "1.7976931348623157e+308"), (.leastNonzeroMagnitude, "5e-324"),
      (100, "100"), (123_456.789, "123456.789"), (2.0 / 3, "0.6666666666666666"),
    ])
  func doubles(number: Double, text: String) throws {
    var writer = JSONWriter()
    try writer.double(number)
    #expect(String(decoding: writer.bytes, as: UTF8.self) == text)
    #expect(try JSONDocument(writer.bytes).root.double == number)
  }

  @Test("NaN and infinities are refused", arguments: [Double.nan, .infinity, -.infinity])
  func notANumber(number: Double) {
    let error = #expect(throws: CargoError.self) {
      var writer = JSONWriter()
      try writer.double(number)
    }
    #expect(error?.kind == .argument)
    #expect(throws: CargoError.self) { try JSONValue.array([.double(number)]).canonicalBytes() }
  }

  @Test("A writer puts commas and escapes")
  func writer() throws {
    var writer = JSONWriter(capacity: 100)
    writer.beginObject()
    writer.key("a\n\"é")
    writer.beginArray()
    writer.null()
    writer.bool(true)
    writer.bool(false)
    writer.integer(.min)
    writer.string("\u{0}\u{1F}\u{7F}/\\😀")
    writer.beginObject()
    writer.endObject()
    writer.beginArray()
    writer.endArray()
    writer.endArray()
    writer.key("")
    writer.string("")
    writer.key("raw")
    writer.raw(Array("[1]".utf8))
    writer.key("view")
    writer.value(try JSONDocument(Array("{\"x\": [1, 2]}".utf8)).root)
    writer.key("value")
    try writer.value(["b": [1, 2.5, nil], "a": "x"])
    writer.endObject()
    #expect(
      String(decoding: writer.bytes, as: UTF8.self)
        == #"{"a\n\"é":[null,true,false,-9223372036854775808,"\u0000\u001f"#
        + "\u{7F}" + #"/\\😀",{},[]],"":"","raw":[1],"view":{"x":[1,2]},"#
        + #""value":{"a":"x","b":[1,2.5,null]}}"#)
  }

  @Test("Members are set, replaced and removed by the bytes of their keys")
  func objects() throws {
    var value: JSONValue = ["b": 1, "a": 2]
    value["c"] = "x"
    value["b"] = nil
    value["a"] = nil
    value["é"] = 1
    value["e\u{301}"] = 2
    #expect(value["c"]?.string == "x")
    #expect(value.object?.count == 3)
    #expect(value.object?.map(\.key.utf8.count) == [1, 3, 2])
    value["missing"] = nil
    #expect(value.object?.count == 3)
    // A missing member is none, not JSON's null.
    #expect(value["missing"].map(\.isNull) == nil)
    #expect((["null": nil] as JSONValue)["null"].map(\.isNull) == true)
    var scalar: JSONValue = 3
    scalar["k"] = true
    #expect(scalar == ["k": true])
    #expect(JSONValue.array([1, 2])[1] == 2)
    #expect(JSONValue.array([1, 2])[2] == nil)
    #expect(JSONValue.double(3).integer == 3)
    #expect(JSONValue.double(3.5).integer == nil)
    #expect(JSONValue.null.isNull)
  }
}
