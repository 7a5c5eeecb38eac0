import Testing

@testable import Runtime

@Suite struct CompanyNameTests {
  @Test(
    arguments: [
      ("Société Générale S.A.", "societe generale"), ("Acme, Inc.", "acme"),
      ("ACME GmbH & Co. KG", "acme"),
      ("Klöckner & Co SE", "klockner"), ("Johnson & Johnson", "johnson and johnson"),
      ("Marks and Spencer Group plc", "marks and spencer group"),
      ("The Coca-Cola Company", "coca cola"),
      ("3M Company", "3m"), ("AT&T Inc.", "at and t"), ("A. O. Smith Corporation", "a o smith"),
      ("H&M Hennes & Mauritz AB (publ)", "h and m hennes and mauritz"), ("AB Volvo", "volvo"),
      ("Novo Nordisk A/S", "novo nordisk"), ("Maersk A / S", "maersk"), ("Nokia Oyj", "nokia"),
      ("Fiat S.p.A.", "fiat"), ("Telefónica, S.A.", "telefonica"),
      ("Koninklijke Philips N.V.", "koninklijke philips"),
      ("Grupo Bimbo, S.A.B. de C.V.", "grupo bimbo"), ("Infosys Ltd", "infosys"),
      ("Tata Consultancy Services Limited", "tata consultancy services"),
      ("Atlassian Pty Ltd", "atlassian"),
      ("PT Astra International Tbk", "astra international"), ("ООО Ромашка", "ромашка"),
      ("トヨタ自動車株式会社", "トヨタ自動車"), ("삼성전자 주식회사", "삼성전자"), ("Škoda Auto a.s.", "skoda auto"),
      ("PKO Bank Polski S.A.", "pko bank polski"), ("Allegro sp. z o.o.", "allegro"),
      ("Central Garden & Pet Company (Class A)", "central garden and pet"),
      ("McDonald's Corp.", "mcdonalds"),
      ("L’Oréal SA", "loreal"), ("Lowe's", "lowes"), ("Co", "co"),
      ("Limited Brands", "limited brands"),
      ("The Limited", "limited"), ("Group", "group"), ("  acme   corp  ", "acme"),
      ("(Acme)", "acme"),
      ("Amazon.com, Inc.", "amazon com"), ("Straße AG", "strasse"), ("SAP SE", "sap"), ("SE", "se"),
      ("!!!", nil), ("", nil),
      ("E.ON SE", "eon"), ("1&1 AG", "1 and 1"), ("Ferrari N.V.", "ferrari"),
      ("Meta Platforms, Inc. (Class A)", "meta platforms"),
      ("Zürich Versicherungs-Gesellschaft AG", "zurich versicherungs gesellschaft"),
    ] as [(String, String?)])
  func normalizes(name: String, expected: String?) {
    #expect(CompanyName.normalized(name) == expected)
  }

  @Test(arguments: [
    ("Siemens AG", "SIEMENS", true), ("BMW Group", "BMW AG", true),
    ("Société Générale", "Societe Generale SA", true),
    ("FaceBook Inc", "Facebook", true), ("Amazon.com, Inc.", "Amazon", true),
    ("acme.com", "https://www.acme.com/de", true),
    ("acme.com", "acme.de", false), ("Volkswagen", "Volkswagon AG", true), ("3M", "M3", false),
    ("Orange", "Apple", false), ("Bank of America", "Bank of Amerika", true),
    ("Bank of Japan", "Bank of America", false),
    ("Studio 54", "Studio 55", false), ("Procter & Gamble", "Procter and Gamble Co.", true),
    ("Delta", "Delta Air Lines", false),
    ("United Airlines", "United Rentals", false), ("SAP", "SAB", false), ("", "", false),
    ("Acme Holdings Ltd", "Acme", true),
    ("Merck KGaA", "Merck & Co.", true), ("Deutsche Bank", "Deutsche Bahn", false),
  ])
  func same(a: String, b: String, expected: Bool) {
    #expect(CompanyName.areSame(a, b) == expected)
    #expect(CompanyName.areSame(b, a) == expected)
  }
}

@Suite struct PersonNameTests {
  @Test(
    arguments: [
      ("Ada Lovelace", "Ada", nil, "Lovelace"), ("Dr. Ada Lovelace, PhD", "Ada", nil, "Lovelace"),
      ("LOVELACE, ADA", "Ada", nil, "Lovelace"), ("Lovelace, Ada", "Ada", nil, "Lovelace"),
      ("ada lovelace", "Ada", nil, "Lovelace"), ("Mr. John Q. Public Jr.", "John", "Q.", "Public"),
      ("Robert \"Bob\" Smith", "Robert", nil, "Smith"),
      ("Robert (Bob) Smith III", "Robert", nil, "Smith"),
      ("Ludwig van Beethoven", "Ludwig", nil, "van Beethoven"),
      ("LUDWIG VAN BEETHOVEN", "Ludwig", nil, "van Beethoven"),
      ("María de la Cruz", "María", nil, "de la Cruz"),
      ("Prof. Dr. Max Müller", "Max", nil, "Müller"),
      ("Gabriel García Márquez", "Gabriel", "García", "Márquez"),
      ("Jean-Luc Picard", "Jean-Luc", nil, "Picard"),
      ("Ronald McDonald", "Ronald", nil, "McDonald"),
      ("sinéad o'connor", "Sinéad", nil, "O'Connor"),
      ("J.R.R. Tolkien", "J.R.R.", nil, "Tolkien"), ("jane doe mba", "Jane", "Doe", "Mba"),
      ("Jane Doe, MBA, CFA", "Jane", nil, "Doe"), ("Jane Doe MBA", "Jane", nil, "Doe"),
      ("Madonna", "Madonna", nil, nil),
      ("Herr Klaus von der Heide", "Klaus", nil, "von der Heide"), ("Yo-Yo Ma", "Yo-Yo", nil, "Ma"),
      ("Jane Doe 🚀", "Jane", nil, "Doe"), ("Beethoven, Ludwig van", "Ludwig", "van", "Beethoven"),
      ("da Vinci, Leonardo", "Leonardo", nil, "da Vinci"), ("山田 太郎", "山田", nil, "太郎"),
      ("Mrs. Smith", nil, nil, "Smith"),
      ("Sir Ian McKellen CBE", "Ian", nil, "McKellen"),
    ] as [(String, String?, String?, String?)])
  func takesApart(text: String, first: String?, middle: String?, last: String?) throws {
    let name = try #require(PersonName(text))
    #expect(name.first == first)
    #expect(name.middle == middle)
    #expect(name.last == last)
    #expect(name.full == [first, middle, last].compactMap { $0 }.joined(separator: " "))
  }

  @Test(arguments: [
    "", "  ", "ada@acme.com", "https://x.com/ada", "R2D2", "12345", "--", "Dr.", "PhD, MBA", "()",
  ])
  func isNone(text: String) { #expect(PersonName(text) == nil) }
}
