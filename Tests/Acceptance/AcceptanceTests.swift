import Testing

/// The built command on folders of input and expected output.
@Suite struct AcceptanceTests {
  @Test(arguments: Spec.all)
  func spec(_ spec: Spec) throws {
    let outcome = try spec.run()
    #expect(outcome.exit == spec.expectedExit, "\(outcome.stderr)")
    for (stream, actual) in [("stdout", outcome.stdout), ("stderr", outcome.stderr)] {
      let expected = spec.expected(stream)
      #expect(
        ExpectedText(expected).matches(actual),
        "\(spec.name) \(stream)\n--- expected\n\(expected)\n--- actual\n\(actual)")
    }
  }

  @Test func thereAreSpecs() {
    #expect(Spec.all.count > 20)
  }
}

@Suite struct ExpectedTextTests {
  @Test(arguments: [
    ("a\nb\n", "a\nb\n", true), ("a\n", "a", false), ("", "", true), ("", "a", false),
    ("a[WILD]c", "abbbc", true), ("a[WILD]c", "ac", true), ("a[WILD]c", "acd", false),
    ("in [NUMBER] s", "in 12.5 s", true), ("in [NUMBER] s", "in  s", false),
    ("x[NUMBER]5", "x125", true),
    ("run [UUID].", "run 00000000-0000-4000-8000-000000000000.", true),
    ("run [UUID]", "run 00000000", false), ("run [ID] ended", "run a-b_9 ended", true),
    ("a\n[LINES]\nb", "a\nx\ny\nb", true), ("a\n[LINES]\nb", "a\nb", true),
    ("a\n[LINES]", "a", true), ("[not a mark]", "[not a mark]", true),
  ])
  func matches(expected: String, actual: String, result: Bool) {
    #expect(ExpectedText(expected).matches(actual) == result)
  }
}
