import CargoClient

// Invented jobs, posts, signals and pages; the dates are fixed, so that answers stay the same.
extension DemoAnswers {
  static func activity(_ action: Action, _ input: DemoInput) -> ConnectorAnswer {
    guard let company = input.company() ?? input.text("username").flatMap(CompanyData.shared.named),
      covers(action, company.id)
    else { return list(action, [] as [Int], total: 0) { _, _ in } }
    let hash = StableHash.of("activity", action.name, company.id).value
    let total = 1 + Int(hash % 4)
    return list(action, 0..<min(total, input.limit), total: total) { number, out in
      let chance = StableHash.of("activity", action.name, company.id, String(number)).value
      out.field("date", date(chance))
      out.field("companyName", company.name)
      switch action.subject {
      case .jobs:
        out.field("title", jobTitles[Int(chance % UInt64(jobTitles.count))])
        present("country", company.country, &out)
        out.field("url", "https://jobs.example/\(company.id)/\(chance % 10_000)")
      case .posts:
        out.field("text", "\(company.name) \(news[Int(chance % UInt64(news.count))])")
        out.field("url", "https://x.example/\(company.id)/\(chance % 10_000)")
      default:
        out.field("signal", signals[Int(chance % UInt64(signals.count))])
        out.field("url", "https://signals.example/\(company.id)/\(chance % 10_000)")
      }
    }
  }

  static func research(_ action: Action, _ input: DemoInput) -> ConnectorAnswer {
    if action.subject == .page {
      let url = input.text("url") ?? ""
      guard let company = CompanyData.shared.withDomain(url), covers(action, company.id) else {
        return miss
      }
      return hit { out in
        out.field("title", company.name)
        out.field("excerpt", sentence(company))
      }
    }
    guard let company = input.company(nameKeys: ["companyName", "company", "input"]),
      covers(action, company.id)
    else { return miss }
    return hit { out in
      out.field("answer", sentence(company))
      out.key("basis")
      out.beginArray()
      if let domain = company.domain { out.string("https://" + domain) }
      out.endArray()
    }
  }

  private static func sentence(_ company: Company) -> String {
    var text = company.name + " is a listed company"
    if let city = company.city { text += " in \(city)" }
    if let country = company.country { text += ", \(country)" }
    if let industry = company.industry { text += "; industry: \(industry)" }
    return text + "."
  }

  private static func date(_ chance: UInt64) -> String {
    let day = Timestamp.parse("2026-05-01T00:00:00Z") ?? 0
    return String(Timestamp.text(day + Int64(chance / 7 % 90) * 86_400_000).prefix(10))
  }

  private static let jobTitles = [
    "Account Executive", "Data Engineer", "Head of Growth", "Revenue Operations Manager",
    "Security Analyst", "Plant Manager", "Customer Success Manager", "Machine Learning Engineer",
  ]
  private static let news = [
    "opens a new site.", "presents its quarterly figures.", "is hiring in sales.",
    "announces a partnership.", "shows a new product.",
  ]
  private static let signals = ["hiring", "new_executive", "expansion", "product_launch"]
}
