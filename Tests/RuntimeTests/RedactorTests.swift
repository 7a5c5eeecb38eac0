import Testing

@testable import Runtime

@Suite struct RedactorTests {
  static let cases: [([String], String, String)] = [
    (["secret-token"], "Bearer secret-token!", "Bearer [redacted]!"),
    (["secret-token"], "secret-tokensecret-token", "[redacted][redacted]"),
    (["secret-token"], "secret-toke", "secret-toke"),
    (["secret", "secret-token"], "secret-token secret", "[redacted] [redacted]"),
    (["say \"hi\""], #"{"x":"say \"hi\""}"#, #"{"x":"[redacted]"}"#),
    (["short"], "short", "short"),
    ([], "anything", "anything"),
    (["aaaaab"], "aaaaaaaab", "aaa[redacted]"),
  ]

  @Test(arguments: cases)
  func replaces(secrets: [String], text: String, expected: String) {
    #expect(Redactor(secrets).redact(text) == expected)
  }
}

@Suite struct RunIDTests {
  @Test func sortsByTime() {
    let ids = [0, 1, 59, 60, 86_400, 31_536_000].map {
      RunID.make(seconds: 1_767_225_600 + $0, random: 1023 - UInt32($0 % 1000))
    }
    #expect(ids == ids.sorted())
    #expect(Set(ids).count == ids.count)
  }

  @Test func isShortAndPlain() {
    let id = RunID.make()
    #expect(id.hasPrefix("r-") && id.utf8.count == 10)
    #expect(!id.contains { "ilou".contains($0) })
    #expect(RunID.make(seconds: 0, random: 0) == "r-00000000")
  }
}
