import CargoClient
import Testing

@testable import Runtime

@Suite struct TextTests {
  @Test(arguments: [
    (" \t\r\na b\n", "a b"), ("\u{a0}\u{2003}\u{200b}a\u{feff}", "a"), ("", ""), ("   ", ""),
    ("\u{3000}日本\u{3000}", "日本"),
  ])
  func trims(text: String, expected: String) { #expect(Blank.trimmed(text) == expected) }

  @Test(arguments: [
    ("a,b", ",", ["a", "b"]), ("a,,b,", ",", ["a", "", "b", ""]), ("", ",", [""]),
    ("a--b-c", "--", ["a", "b-c"]), ("---", "--", ["", "-"]), ("é;ü", ";", ["é", "ü"]),
    ("abc", "abcd", ["abc"]),
  ])
  func splits(text: String, separator: String, expected: [String]) throws {
    var pieces: [String] = []
    try Array(text.utf8).withUnsafeBytes { bytes in
      try Blank.forEachPiece(of: bytes, between: Array(separator.utf8)) {
        pieces.append(String(decoding: $0, as: UTF8.self))
      }
    }
    #expect(pieces == expected)
  }

  @Test func splitsAtWhiteSpace() throws {
    var words: [Substring] = []
    try Blank.forEachWord(of: "  a\u{a0}b \n c") { words.append($0) }
    #expect(words == ["a", "b", "c"])
    #expect(Blank.words(of: "  a\u{a0}b \n c") == ["a", "b", "c"])
  }

  @Test(arguments: [
    ("ada lovelace", "Ada Lovelace"), ("ADA LOVELACE", "Ada Lovelace"),
    ("Ronald McDonald", "Ronald McDonald"), ("RONALD MCDONALD", "Ronald Mcdonald"),
    ("IBM deutschland", "IBM Deutschland"), ("IBM", "Ibm"), ("eBay inc", "eBay Inc"),
    ("o'neil", "O'Neil"), ("d’angelo", "D’Angelo"), ("don't", "Don't"), ("lowe's", "Lowe's"),
    ("jean-luc picard", "Jean-Luc Picard"), ("u.s. steel", "U.S. Steel"),
    ("amazon.com", "Amazon.com"), ("2nd street", "2nd Street"), ("3m", "3m"),
    ("éric ÖZDEMIR", "Éric ÖZDEMIR"), ("e\u{301}ric", "E\u{301}ric"), ("ǆungla", "ǅungla"),
    ("a  b", "A  B"), ("", ""), ("(hello)", "(Hello)"),
  ])
  func titles(text: String, expected: String) {
    #expect(Array(TitleCase.text(text).unicodeScalars) == Array(expected.unicodeScalars))
  }

  @Test(arguments: [
    ("Société Générale S.A.", "societe-generale-s-a"), ("Müller & Söhne", "muller-sohne"),
    ("Straße", "strasse"), ("Łódź", "lodz"), ("Việt Nam", "viet-nam"),
    ("Æther Œuvre", "aether-oeuvre"),
    ("e\u{301}te\u{301}", "ete"), ("İstanbul ılık", "istanbul-ilik"), ("McDonald's", "mcdonalds"),
    ("--a__b--", "a-b"), ("日本 株式会社", "日本-株式会社"), ("Ｆｕｌｌ ﬁne", "full-fine"), ("!!!", ""),
    ("100% Bio", "100-bio"), ("Ελλάδα", "ελλάδα"),
  ])
  func slugs(text: String, expected: String) { #expect(Slug.text(text) == expected) }

  // The first three are Winkler's own examples.
  @Test(arguments: [
    ("MARTHA", "MARHTA", 0.9611), ("DWAYNE", "DUANE", 0.84), ("DIXON", "DICKSONX", 0.8133),
    ("", "", 1), ("a", "", 0), ("abc", "xyz", 0), (" Acme ", "aCME", 1), ("é", "e\u{301}", 1),
  ])
  func similarities(a: String, b: String, expected: Double) {
    #expect(abs(Similarity.jaroWinkler(a, b) - expected) < 0.0001)
    #expect(Similarity.jaroWinkler(a, b) == Similarity.jaroWinkler(b, a))
  }

  @Test func longTextsAreComparedByTheirBeginning() {
    let long = String(repeating: "a", count: 100_000)
    #expect(Similarity.jaroWinkler(long, long + "b") == 1)
  }
}

@Suite struct LatinLettersTests {
  @Test(arguments: [
    ("ä", "a"), ("Å", "a"), ("ç", "c"), ("ð", "d"), ("Þ", "th"), ("ø", "o"), ("ŋ", "n"),
    ("ŉ", "n"), ("ſ", "s"), ("ẞ", "ss"), ("ǆ", "dz"), ("ﬄ", "ffl"), ("ŀ", "l"), ("\u{301}", ""),
    ("a", "a"), ("Z", "z"),
  ])
  func loseTheirMarks(letter: Unicode.Scalar, expected: String) {
    #expect(LatinLetters.plain(letter) == expected)
  }

  @Test(arguments: ["1", "-", "Σ", "я", "日", "ª", "€", "ɐ"])
  func othersAreNone(scalar: Unicode.Scalar) { #expect(LatinLetters.plain(scalar) == nil) }
}

@Suite struct TimeFormatTests {
  static let moment = Instant(microseconds: 1_785_576_609_045_000)  // 2026-08-01T09:30:09.045Z

  @Test(arguments: [
    ("%Y-%m-%dT%H:%M:%S.%LZ", "2026-08-01T09:30:09.045Z"), ("%F %T", "2026-08-01 09:30:09"),
    ("%a %A %b %B %e %y %j", "Sat Saturday Aug August 1 26 213"), ("%I:%M %p", "09:30 AM"),
    ("%D %R %s %u %z %Z", "08/01/26 09:30 1785576609 6 +0000 UTC"), ("100%%", "100%"),
    ("Tag: ü", "Tag: ü"), ("", ""),
  ])
  func writes(pattern: String, expected: String) throws {
    #expect(try TimeFormat.text(Self.moment, pattern) == expected)
  }

  @Test(arguments: [("%Q", "%Q"), ("50%", "%"), ("%-d", "%-")])
  func refusesWhatItDoesNotKnow(pattern: String, directive: String) {
    #expect(throws: TimeFormat.Failure.unknownDirective(directive)) {
      try TimeFormat.text(Self.moment, pattern)
    }
  }

  /// Noon and midnight, the week's ends, the years around 1970.
  @Test(arguments: [
    ("2026-11-22T00:05:00Z", "12 AM 7"), ("2026-11-23T12:00:00Z", "12 PM 1"),
    ("1969-12-31T23:59:59Z", "11 PM 3"), ("0000-01-01", "12 AM 6"),
  ])
  func hoursAndWeekdays(text: String, expected: String) throws {
    let instant = try #require(Instant.parse(text)).instant
    #expect(try TimeFormat.text(instant, "%I %p %u") == expected)
  }
}
