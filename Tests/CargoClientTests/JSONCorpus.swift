import Testing

/// Texts that a JSON reader must take, with what they mean in canonical form, and texts it must
/// refuse. Written by hand after the grammar of RFC 8259.
enum JSONCorpus {
  struct Accepted: Sendable, CustomTestStringConvertible {
    let text: [UInt8]
    let canonical: String

    init(_ text: String, _ canonical: String? = nil) {
      self.text = Array(text.utf8)
      self.canonical = canonical ?? text
    }

    init(bytes: [UInt8], _ canonical: String) {
      self.text = bytes
      self.canonical = canonical
    }

    var testDescription: String { String(decoding: text.prefix(40), as: UTF8.self) }
  }

  struct Refused: Sendable, CustomTestStringConvertible {
    let text: [UInt8]
    /// Where the error must be found, when the test says so.
    let offset: Int?

    init(_ text: String, at offset: Int? = nil) {
      self.text = Array(text.utf8)
      self.offset = offset
    }

    init(bytes: [UInt8], at offset: Int? = nil) {
      self.text = bytes
      self.offset = offset
    }

    var testDescription: String { String(decoding: text.prefix(40), as: UTF8.self) }
  }

  static let accepted: [Accepted] = [
    // Literals and white space.
    .init("null"), .init("true"), .init("false"), .init(" null ", "null"),
    .init("\t\r\n true\n", "true"), .init("[ ]", "[]"), .init("{ }", "{}"),
    .init(" [ 1 , 2 ] ", "[1,2]"), .init("{ \"a\" : 1 }", "{\"a\":1}"),
    .init("[\n]", "[]"), .init("{\r\n}", "{}"),
    .init("\u{FEFF}[1]", "[1]"), .init("\u{FEFF}\"a\"", "\"a\""),
    // Whole numbers.
    .init("0"), .init("-1"), .init("10"), .init("-0", "0"), .init("1234567890"),
    .init("9223372036854775807"), .init("-9223372036854775808"), .init("9007199254740993"),
    .init("9223372036854775808", "9.223372036854776e+18"),
    .init("18446744073709551615", "1.8446744073709552e+19"),
    .init("18446744073709551616", "1.8446744073709552e+19"),
    .init("-9223372036854775809", "-9.223372036854776e+18"),
    .init("123456789012345678901234567890", "1.2345678901234568e+29"),
    .init("[1,100000000000000000000,2]", "[1,1e+20,2]"),
    .init("{\"a\":-100000000000000000000}", "{\"a\":-1e+20}"),
    .init("[\"100000000000000000000\",100000000000000000000]", "[\"100000000000000000000\",1e+20]"),
    .init(
      "[\"\\\"100000000000000000000\",100000000000000000000]",
      "[\"\\\"100000000000000000000\",1e+20]"),
    .init("[0.100000000000000000000,100000000000000000000]", "[0.1,1e+20]"),
    // Numbers with a fraction or an exponent.
    .init("0.5"), .init("-0.5"), .init("1.0", "1"), .init("-0.0"), .init("1e3", "1000"),
    .init("1E3", "1000"), .init("1e+3", "1000"), .init("1e-3", "0.001"), .init("1.5e2", "150"),
    .init("0e5", "0"), .init("0e-5", "0"), .init("1e-400", "0"), .init("-1e-400", "-0.0"),
    .init("3.141592653589793"), .init("0.1"), .init("0.30000000000000004"),
    .init("1e300", "1e+300"), .init("1.7976931348623157e308", "1.7976931348623157e+308"),
    .init("5e-324"), .init("2.2250738585072014e-308"), .init("1e15", "1000000000000000"),
    .init("9007199254740992.0", "9.007199254740992e+15"), .init("1e16", "1e+16"),
    .init("0.000001", "1e-06"), .init("123456.789"), .init("[1.25,2.5e0]", "[1.25,2.5]"),
    .init("100000000000000000000.5", "1e+20"), .init("0.1000000000000000055511151231257827", "0.1"),
    // Strings.
    .init("\"\""), .init("\"a\""), .init("\"a b\""), .init("\"\\\"\""), .init("\"\\\\\""),
    .init("\"\\/\"", "\"/\""), .init("\"\\b\\f\\n\\r\\t\""), .init("\"\\u0000\""),
    .init("\"\\u0001\\u001f\""), .init("\"\\u0041\"", "\"A\""), .init("\"\\u00e9\"", "\"é\""),
    .init("\"\\u00E9\"", "\"é\""), .init("\"\\u20ac\"", "\"€\""), .init("\"é€😀\""),
    .init("\"\\ud83d\\ude00\"", "\"😀\""), .init("\"\\uD83D\\uDE00\"", "\"😀\""),
    .init("\"\\ud800\"", "\"\u{FFFD}\""), .init("\"\\udc00\"", "\"\u{FFFD}\""),
    .init("\"\\udc00\\ud800\"", "\"\u{FFFD}\u{FFFD}\""),
    .init("\"\\ud800\\ud83d\\ude00\"", "\"\u{FFFD}😀\""),
    .init("\"\\ud83dx\"", "\"\u{FFFD}x\""), .init("\"\\ud83d\\u0041\"", "\"\u{FFFD}A\""),
    .init("\"\\ud83d\\n\"", "\"\u{FFFD}\\n\""), .init("\"\\\\ud800\""),
    .init("\"\\\\\\ud800\"", "\"\\\\\u{FFFD}\""),
    .init("\"\u{7F}\""), .init("\"\u{FFFF}\""), .init("\"\u{10FFFF}\""), .init("\"\u{2028}\""),
    .init("\"a\u{0301}\""), .init("\"\u{FEFF}\""), .init("\"\\u007f\"", "\"\u{7F}\""),
    .init("\"0123456789abcdef0123456789abcde\\\"\""), .init("\"// no comment\""),
    // Arrays.
    .init("[]"), .init("[null]"), .init("[[]]"), .init("[[],[]]"), .init("[[[[]]]]"),
    .init("[1,\"a\",null,true,{},[]]"), .init("[{},{}]"), .init("[\"\"]"), .init("[1,[2,[3]]]"),
    // Objects.
    .init("{}"), .init("{\"\":0}"), .init("{\"a\":null}"), .init("{\"a\":{}}"),
    .init("{\"b\":1,\"a\":2}", "{\"a\":2,\"b\":1}"),
    .init("{\"a\":1,\"a\":2}", "{\"a\":2}"), .init("{\"a\":1,\"a\":null}", "{\"a\":null}"),
    .init("{\"a\":null,\"a\":1}", "{\"a\":1}"),
    .init("{\"a\":1,\"\\u0061\":2}", "{\"a\":2}"),
    .init("{\"é\":1,\"z\":2}", "{\"z\":2,\"é\":1}"),
    .init("{\"A\":1,\"a\":2,\"_\":3}", "{\"A\":1,\"_\":3,\"a\":2}"),
    .init("{\"aa\":1,\"a\":2}", "{\"a\":2,\"aa\":1}"),
    .init("{\"\\u0000\":1,\"\":2}", "{\"\":2,\"\\u0000\":1}"),
    .init("{\"a\\nb\":1}"), .init("{\"\\u00e9\":1}", "{\"é\":1}"),
    .init("{\"\u{FFFF}\":1,\"😀\":2}"),
    .init("{\"a\":[{\"b\":[{\"c\":1}]}]}"),
    .init(
      String(repeating: "[", count: 200) + "1" + String(repeating: "]", count: 200)),
  ]

  static let refused: [Refused] = [
    // Nothing, or too much.
    .init("", at: 0), .init(" ", at: 1), .init("\n\t"), .init("\u{FEFF}", at: 3),
    .init("1 2", at: 2),
    .init("[] []", at: 3), .init("{}x", at: 2), .init("null,"), .init("[1]]", at: 3),
    .init("\"a\"b"), .init("{}}"), .init("1,"), .init("[],"), .init("\u{FEFF}\u{FEFF}1"),
    // Literals.
    .init("nul"), .init("nulll"), .init("tru", at: 0), .init("True"), .init("NULL"), .init("fals"),
    .init("[nul]"), .init("undefined"), .init("NaN"), .init("Infinity"), .init("-Infinity"),
    .init("truefalse"), .init("[true false]", at: 6), .init("nan"), .init("[Infinity]", at: 1),
    // Numbers.
    .init("01", at: 0), .init("-01"), .init("+1"), .init("-"), .init("1."), .init(".5"),
    .init("1.e5"), .init("1e"), .init("1e+"), .init("1e5.5"), .init("0x10"), .init("1_000"),
    .init("- 1"), .init("--1"), .init("1-"), .init("1+1"), .init("1a"), .init("00"),
    .init("0.1.2"), .init("[1,02]", at: 3), .init("1e999", at: 0), .init("-1e999"),
    .init("[1.8e308]", at: 1), .init(String(repeating: "9", count: 400)), .init("٣"),
    .init("1e9999999999999999999"), .init("[-]", at: 1), .init("[1 2]", at: 3),
    // Strings.
    .init("\"", at: 1), .init("\"a", at: 2), .init("\"\\\""), .init("\"\\x\"", at: 1),
    .init("\"\\'\""), .init("'a'"), .init("\"\\u\""), .init("\"\\u12\""), .init("\"\\u12g4\""),
    .init("\"\\U0041\""), .init("\"\\ud83d\\u12\""), .init("\"a\nb\"", at: 2), .init("\"\t\""),
    .init("\"\u{0}\""), .init("\"\u{1F}\""), .init("\"\\"), .init("\"\\u00"), .init("a"),
    .init("\"a\" \"b\""), .init("\"\\ \""), .init("\"\\0\""),
    // Bytes that are no UTF-8.
    .init(bytes: [0x22, 0xFF, 0x22], at: 1), .init(bytes: [0x22, 0x80, 0x22], at: 1),
    .init(bytes: [0x22, 0xC3, 0x22], at: 1), .init(bytes: [0x22, 0xC0, 0x80, 0x22], at: 1),
    .init(bytes: [0x22, 0xE0, 0x80, 0xAF, 0x22], at: 1),
    .init(bytes: [0x22, 0xED, 0xA0, 0x80, 0x22], at: 1),
    .init(bytes: [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], at: 1),
    .init(bytes: [0x22, 0xF0, 0x80, 0x80, 0xAF, 0x22], at: 1),
    .init(bytes: [0x22, 0xF8, 0x88, 0x80, 0x80, 0x80, 0x22], at: 1),
    .init(bytes: [0x22, 0x61, 0xE2, 0x82, 0x22], at: 2),
    .init(bytes: [0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D], at: 2),
    .init(bytes: [0xFF]), .init(bytes: [0x5B, 0xFE, 0x5D], at: 1), .init(bytes: [0x00]),
    .init(bytes: [0xFF, 0xFE, 0x31, 0x00]), .init(bytes: [0x31, 0x00], at: 1),
    .init(bytes: [0xEF, 0xBB, 0x31]), .init(bytes: [0x5B, 0x31, 0x5D, 0x80], at: 3),
    .init(bytes: [0xC2, 0xA0, 0x31], at: 0),
    // Arrays.
    .init("[", at: 1), .init("]", at: 0), .init("[1", at: 2), .init("[1,", at: 3),
    .init("[,1]", at: 1),
    .init("[1,]", at: 3), .init("[1,,2]", at: 3), .init("[1}", at: 2), .init("[}", at: 1),
    .init("[\"a\":1]"), .init("[1;2]"), .init("[[1]"), .init("[\"a\"", at: 4), .init("[,]"),
    .init("[1 /* c */]"), .init("[1] // c"), .init("# c\n1"), .init("(1)"),
    // Objects.
    .init("{", at: 1), .init("}", at: 0), .init("{\"a\"", at: 4), .init("{\"a\":", at: 5),
    .init("{\"a\":1", at: 6), .init("{\"a\":1,", at: 7), .init("{\"a\":1,}", at: 7),
    .init("{,}", at: 1), .init("{\"a\" 1}", at: 5), .init("{\"a\"::1}", at: 5),
    .init("{a:1}", at: 1), .init("{'a':1}", at: 1), .init("{1:2}", at: 1), .init("{null:1}"),
    .init("{\"a\":1 \"b\":2}", at: 7), .init("{\"a\":1;\"b\":2}"), .init("{\"a\",\"b\"}"),
    .init("{\"a\":1]", at: 6), .init("{]"), .init("{\"a\":}", at: 5), .init("{[]:1}"),
    .init("{\"a\":1,,\"b\":2}"), .init("{\"a\":\"b", at: 7), .init("{\"a\"=1}"),
    // Depth.
    .init(String(repeating: "[", count: 201) + "1" + String(repeating: "]", count: 201), at: 200),
    .init(String(repeating: "[", count: 100_000)),
    .init(String(repeating: "{\"a\":", count: 100_000)),
  ]
}
