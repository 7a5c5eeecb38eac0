import Testing

@testable import Host

@Suite struct HiddenOperationTests {
  @Test(arguments: [
    (
      "get", "field", "local again = run.get(run.uuid)", "rename it, or write orchestration.run.get"
    ),
    ("wait", "method", "run:wait()", "rename it, or write orchestration.run.wait"),
    (
      "fetch", "field", "for i, x in ipairs(segment.fetch { }) do",
      "or write segmentation.segment.fetch"
    ),
    ("each", "field", "for x in segment.each { } do", "or write segmentation.segment.each"),
    (
      "query", "field", "storage.query(\"SELECT 1\")",
      "hides the operations of that name: rename it"
    ),
  ])
  func namesTheWayOut(field: String, kind: String, line: String, hint: String) throws {
    let found = try #require(
      HiddenOperation.hint(message: "attempt to call a nil value (\(kind) '\(field)')", line: line))
    #expect(found.hasSuffix(hint))
  }

  @Test(arguments: [
    ("attempt to call a nil value (field 'get')", "local x = row.get(1)"),
    ("attempt to call a nil value (field 'get')", "local x = run.getter(1)"),
    ("attempt to call a nil value (field 'gone')", "run.gone()"),
    ("attempt to call a nil value (global 'get')", "run = get()"),
    ("attempt to index a nil value (field 'get')", "run.get.x()"),
    ("attempt to call a nil value (field 'get')", ""),
  ])
  func keepsQuietElsewhere(message: String, line: String) {
    #expect(HiddenOperation.hint(message: message, line: line) == nil)
  }
}
