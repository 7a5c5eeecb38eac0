import Testing

@testable import CargoClient

@Suite struct NearestNameTests {
  @Test(arguments: [
    ("modle_uuid", ["model_uuid", "release_uuid"], "model_uuid"),  // two neighbours swapped
    ("conjunction", ["conjonction", "groups"], "conjonction"),  // one letter replaced
    ("modelUUID", ["model_uuid", "models"], "model_uuid"),  // case and underscores weigh nothing
    ("fetching-limit", ["fetching_limit", "limit"], "fetching_limit"),
    ("dom", ["domain", "name"], "domain"),  // the beginning of a longer name
    ("recordslist", ["record.list", "records"], "record.list"),
    ("limt", ["limit", "list"], "limit"),
    ("lmit", ["limit", "list"], "limit"),
    ("ab", ["ba"], "ba"),
  ])
  func findsTheNearest(name: String, candidates: [String], expected: String) {
    #expect(NearestName.suggest(name, among: candidates) == expected)
  }

  @Test(arguments: [
    ("x", ["y", "z"]), ("", ["a"]), ("banana", ["model_uuid"]), ("limit", []),
    ("limit", ["limit"]),
  ])
  func staysSilentWhenNothingIsNear(name: String, candidates: [String]) {
    #expect(NearestName.suggest(name, among: candidates) == nil)
  }

  @Test func answersTheSameInAnyOrder() {
    #expect(NearestName.suggest("cat", among: ["bat", "car"]) == "bat")
    #expect(NearestName.suggest("cat", among: ["car", "bat"]) == "bat")
  }

  @Test(arguments: [
    ("", "", 0), ("a", "", 1), ("ab", "ba", 1), ("kitten", "sitting", 3), ("abcd", "acbd", 1),
  ])
  func countsEdits(a: String, b: String, expected: Int) {
    #expect(NearestName.distance(Array(a.utf8), Array(b.utf8), atMost: 9) == expected)
  }

  @Test func givesUpBeyondTheLimit() {
    #expect(NearestName.distance(Array("kitten".utf8), Array("sitting".utf8), atMost: 2) == .max)
  }
}
