import CDemoData

/// One of the bundled companies; nil where the data has a gap.
struct Company: Sendable {
  let id: String
  let name: String
  let domain: String?
  let employeeCount: Int64?
  let foundedYear: Int64?
  let city: String?
  let country: String?
  let industry: String?
  let ticker: String?
  let indices: String?
}

/// The bundled companies, by name and by domain. Read at first use.
struct CompanyData: Sendable {
  /// In the order of the file.
  let all: [Company]
  private let byDomain: [String: Int]
  private let byFoldedName: [String: Int]
  private let byName: [String: Int]

  static let shared = CompanyData()

  private init() {
    let table = DemoTable(cargo_demo_companies())
    let names = [
      "_id", "name", "domain", "employee_count", "founded_year", "city", "country", "industry",
      "ticker", "indices",
    ]
    let columns = names.map { table.column($0) }
    func text(_ row: [String], _ column: Int) -> String? {
      let value = columns[column](row)
      return value.isEmpty ? nil : value
    }
    all = table.rows.map { row in
      Company(
        id: columns[0](row), name: columns[1](row), domain: text(row, 2),
        employeeCount: text(row, 3).flatMap { Int64($0) },
        foundedYear: text(row, 4).flatMap { Int64($0) }, city: text(row, 5), country: text(row, 6),
        industry: text(row, 7), ticker: text(row, 8), indices: text(row, 9))
    }
    var domains: [String: Int] = [:]
    var folded: [String: Int] = [:]
    var normalized: [String: Int] = [:]
    for (index, company) in all.enumerated() {
      if let domain = company.domain { domains[domain] = domains[domain] ?? index }
      let name = CompanyName.folded(company.name)
      folded[name] = folded[name] ?? index
      let short = CompanyName.normalized(company.name)
      normalized[short] = normalized[short] ?? index
    }
    byDomain = domains
    byFoldedName = folded
    byName = normalized
  }

  /// The company with that name, whatever its case, accents and legal form.
  func named(_ name: String) -> Company? {
    (byFoldedName[CompanyName.folded(name)] ?? byName[CompanyName.normalized(name)]).map { all[$0] }
  }

  /// The company with that domain, address or URL.
  func withDomain(_ domain: String) -> Company? {
    byDomain[DomainName.normalized(domain)].map { all[$0] }
  }
}
