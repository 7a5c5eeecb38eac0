import Runtime
import Testing

@testable import Host

@Suite struct DisplayTextTests {
  @Test(arguments: [
    ("plain", "plain"),
    ("Müller 株式会社 👩‍💻", "Müller 株式会社 👩‍💻"),
    ("a\u{1b}[31mred", "a\\u{1b}[31mred"),
    ("\u{9b}2J", "\\u{9b}2J"),
    ("bell\u{7}del\u{7f}", "bell\\u{7}del\\u{7f}"),
    ("over\rwrite", "over\\rwrite"),
    ("tab\tline\n", "tab\\tline\\n"),
    ("evil\u{202e}cod.exe", "evil\\u{202e}cod.exe"),
  ])
  func escapes(text: String, expected: String) {
    #expect(DisplayText.escaped(text) == expected)
  }

  @Test func keepsLinesOfLongerTexts() {
    #expect(DisplayText.escaped("a\n\tb\u{1b}", multiline: true) == "a\n\tb\\u{1b}")
    #expect(DisplayText.escaped(bytes: Array("a\n\tb".utf8)) == Array("a\n\tb".utf8))
    #expect(DisplayText.escaped(bytes: [0x61, 0x9b, 0x0a]) == Array("a\u{fffd}\n".utf8))
  }

  @Test(arguments: [
    ("abc", 3), ("", 0), ("é", 1), ("e\u{301}", 1), ("株式", 4), ("👩‍💻", 2), ("🇫🇷", 2), ("✓", 1),
    ("❤️", 2), ("ﾊﾝ", 2), ("…", 1),
  ])
  func widths(text: String, columns: Int) {
    #expect(DisplayWidth.columns(of: text) == columns)
  }

  @Test(arguments: [
    ("abcdef", 6, "abcdef"), ("abcdef", 5, "abcd…"), ("株式会社", 8, "株式会社"), ("株式会社", 7, "株式会…"),
    ("株式会社", 6, "株式…"), ("abc", 0, ""), ("abc", 1, "…"),
  ])
  func truncates(text: String, columns: Int, expected: String) {
    #expect(DisplayWidth.truncated(text, to: columns) == expected)
  }

  @Test func alignsTables() {
    var table = TextTable(["rung", "hits"], alignments: [.left, .right])
    table.append(["prospeo.findEmail", "7"])
    table.append(["株式", "1200"])
    #expect(
      table.lines == [
        "rung               hits",
        "─────────────────  ────",
        "prospeo.findEmail     7",
        "株式               1200",
      ])
  }
}
