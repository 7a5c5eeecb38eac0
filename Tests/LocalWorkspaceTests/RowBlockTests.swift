import CargoClient
import Testing

@testable import LocalWorkspace

@Suite struct RowBlockTests {
  private func bytes<R>(_ text: [UInt8], _ use: (UnsafeRawBufferPointer) -> R) -> R {
    text.withUnsafeBytes(use)
  }

  @Test func keepsEveryKindOfValue() throws {
    var out = RowBlockWriter(columns: ["a", "b\"ü", "c", "d", "e", "f"], capacity: 64)
    out.null()
    out.bool(true)
    out.integer(.min)
    out.real(0.1)
    bytes(Array("grüße \u{0} \"".utf8)) { out.text($0) }
    bytes(Array(#"{"x":[1,null]}"#.utf8)) { out.json($0) }
    out.endRow()
    out.bool(false)
    out.real(5)
    out.real(1e300)
    out.real(-0x1p53)
    bytes([0x61, 0xFF, 0x62]) { out.text($0) }
    bytes([]) { out.text($0) }
    out.endRow()
    #expect(
      try BlockReader.rows(out.piece()) == [
        [
          "a": nil, "b\"ü": true, "c": .int(.min), "d": 0.1, "e": "grüße \u{0} \"",
          "f": ["x": [1, nil]],
        ],
        ["a": false, "b\"ü": 5, "c": 1e300, "d": .double(-0x1p53), "e": "a\u{FFFD}b", "f": ""],
      ])
  }
}
