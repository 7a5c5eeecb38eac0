import CargoClient
import Glibc
import Testing

@testable import LocalWorkspace

@Suite struct DemoDataTests {
  @Test func companiesAreWhatTheDocumentSays() {
    let companies = CompanyData.shared.all
    #expect(companies.count == 1836)
    #expect(companies.filter { $0.domain == nil }.count == 334)
    #expect(companies.filter { $0.employeeCount == nil }.count == 393)
    #expect(companies[0].name == "1&1")
  }

  @Test func everyAddressIsUnderExample() {
    let contacts = ContactData.shared.all
    #expect(contacts.count == 2_151)
    for contact in contacts {
      #expect(contact.email.hasSuffix(".example"))
      #expect(contact.linkedinURL.hasPrefix("https://linkedin.example/"))
    }
    #expect(Set(contacts.map(\.email)).count == contacts.count)
    #expect(Set(contacts.map(\.id)).count == contacts.count)
  }

  @Test(arguments: [
    ("Klöckner & Co", "klockner"), ("The Kroger Co.", "kroger"), ("L'Oréal", "loreal"),
    ("ADMA Biologics, Inc.", "adma biologics"), ("KSB SE & Co. KGaA", "ksb"), ("3M", "3m"),
    ("Group", "group"), ("Acciona Energía", "acciona energia"),
  ])
  func namesAreNormalised(name: String, expected: String) {
    #expect(CompanyName.normalized(name) == expected)
  }

  @Test func companiesAreFoundByAnySpelling() {
    let data = CompanyData.shared
    #expect(data.named("ADOBE")?.id == data.named("Adobe Inc.")?.id)
    #expect(data.named("adobe")?.name == "Adobe Inc.")
    #expect(data.withDomain("https://www.3m.com/about")?.name == "3M")
    #expect(data.withDomain("someone@3m.com")?.name == "3M")
    #expect(data.named("No Such Company") == nil)
    // Each by its own published name.
    for company in data.all { #expect(data.named(company.name)?.id == company.id) }
  }

  @Test func hashesAreStable() {
    #expect(
      StableHash.of("coverage", "prospeo.findEmail", "3m").value == 14_214_203_713_178_843_383)
    #expect(Identifier.isValid(Identifier.named("model leads")))
    #expect(Identifier.named("model leads") == "3d21f5d7-19a5-44a5-b5fe-8cd877493f05")
  }

  @Test func everyActionAnswersSomethingAndTheSameTwice() throws {
    let inputs = [
      #"{"domain":"3m.com","name":"3M","companyName":"3M","input":"3M","url":"https://3m.com","limit":3}"#,
      #"{"email":"\#(ContactData.shared.all[0].email)"}"#,
    ]
    for action in DemoCatalogue.shared.actions.values {
      for input in inputs {
        let document = try JSONDocument(Array(input.utf8))
        let first = DemoAnswers.answer(action, DemoInput(document.root))
        let second = DemoAnswers.answer(action, DemoInput(document.root))
        #expect(first.output == second.output)
        #expect(throws: Never.self) { try JSONDocument(first.output) }
      }
    }
  }

  @Test func everyPriceOfTheTableIsThere() {
    let actions = DemoCatalogue.shared.integrations.flatMap { integration in
      integration.actions.map { (integration.slug + "." + $0.slug, $0.price) }
    }
    let prices = Dictionary(uniqueKeysWithValues: actions)
    #expect(prices.count == 31)
    #expect(prices["waterfall.verifyEmail"] == Price(.call, credits: 0.1))
    #expect(prices["aiArk.searchPeople"] == Price(.returned, credits: 0.05))
    #expect(prices["aiArk.enrichPerson"] == Price(.hit, credits: 0.1))
    #expect(prices["peopleDataLabs.queryCompanies"] == Price(.call, credits: 3))
    #expect(prices["sillage.searchLeads"] == .free)
  }

  @Test func behaviourIsReadAndRefused() throws {
    let read = try DemoBehaviour(parsing: "latency_ms=0,error_rate=0.05,throttle_rate=0.02,seed=7")
    #expect(
      read == DemoBehaviour(latencyMilliseconds: 0, errorRate: 0.05, throttleRate: 0.02, seed: 7))
    for text in ["speed=1", "error_rate=2", "latency_ms=x", "latency_ms", "latency_ms=-1"] {
      #expect(throws: CargoError.self, "\(text)") { try DemoBehaviour(parsing: text) }
    }
  }

  /// The table of docs/demo-data.md, measured.
  static func measuredTable() throws -> String {
    var lines = ""
    for integration in DemoCatalogue.shared.integrations {
      for description in integration.actions {
        let action = try #require(
          DemoCatalogue.shared.actions[integration.slug + "." + description.slug])
        var answered = "–"
        var withDomain = "–"
        if action.subject == .company {
          var hits = 0
          var domains = 0
          for company in CompanyData.shared.all {
            let input = JSONWriter.object { $0.field("name", company.name) }
            let answer = DemoAnswers.answer(action, DemoInput(try JSONDocument(input).root))
            guard answer.isHit else { continue }
            hits += 1
            if try JSONDocument(answer.output).root["domain"] != nil { domains += 1 }
          }
          answered = percent(hits)
          withDomain = percent(domains)
        }
        let credits = Double(description.price.microcredits) / 1e6
        let price = credits == credits.rounded() ? String(Int(credits)) : String(credits)
        let charged = ["call": "per call", "returned": "per returned record", "hit": "per hit"][
          description.price.shape.rawValue]
        lines += "| `\(action.name)` | \(price) | \(charged ?? "") | \(action.coverage) | "
        lines += "\(answered) | \(withDomain) |\n"
      }
    }
    return lines
  }

  private static func percent(_ count: Int) -> String {
    let tenths = (count * 1_000 + 918) / 1_836
    return "\(tenths / 10).\(tenths % 10) %"
  }

  @Test func theDocumentsTableIsMeasured() throws {
    let table = try DemoDataTests.measuredTable()
    let source = String(#filePath)
    let root = source.dropLast("Tests/LocalWorkspaceTests/DemoDataTests.swift".count)
    let file = try #require(fopen(root + "docs/demo-data.md", "r"))
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    bytes.removeLast(bytes.count - fread(&bytes, 1, bytes.count, file))
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.contains(table), "the table should be:\n\(table)")
  }
}
