import Testing

@testable import Runtime

@Suite struct CreditsTests {
  @Test func sumsOfDecimalsAreExact() throws {
    let tenth = try #require(Credits(0.1))
    var sum = Credits.zero
    for _ in 0..<10 { sum += tenth }
    #expect(sum == Credits(1))
    #expect(tenth * 1_836 == Credits(183.6))
  }

  @Test(arguments: [-0.1, .nan, .infinity, 1e13])
  func refusesWhatIsNoPrice(value: Double) {
    #expect(Credits(value) == nil)
  }

  @Test(arguments: [
    (0.0, "0"), (0.5, "0.5"), (12, "12"), (0.025, "0.025"), (0.000001, "0.000001"),
    (100.10, "100.1"),
  ])
  func printsTheShortestDecimal(value: Double, text: String) throws {
    #expect(try #require(Credits(value)).description == text)
  }

  @Test func differencesMayBeNegativeAndSumsStopAtTheTop() throws {
    #expect((Credits.zero - (try #require(Credits(1.5)))).description == "-1.5")
    #expect(Credits.max + Credits.max == .max)
    #expect(Credits.max * 2 == .max)
  }
}
