import CargoClient

/// What the demo integrations answer (docs/demo-data.md).
enum DemoAnswers {
  typealias Action = DemoCatalogue.Action

  static func answer(_ action: Action, _ input: DemoInput) -> ConnectorAnswer {
    switch action.subject {
    case .company: company(action, input)
    case .person, .email: person(action, input)
    case .verification: verification(action, input)
    case .jobChange: jobChange(action, input)
    case .companySearch: companySearch(action, input)
    case .peopleSearch: peopleSearch(action, input)
    case .jobs, .posts, .signals: activity(action, input)
    case .page, .task: research(action, input)
    }
  }

  /// An empty object: nothing was found.
  static let miss = ConnectorAnswer(output: Array("{}".utf8), isHit: false, returnedCount: 0)

  /// Whether an action knows the thing with that id: the same in every process, and whichever way
  /// the thing was asked for.
  static func covers(_ action: Action, _ id: String) -> Bool {
    Int(StableHash.of("coverage", action.name, id).value % 100) < action.coverage
  }

  static func hit(count: Int = 1, _ body: (inout JSONWriter) -> Void) -> ConnectorAnswer {
    ConnectorAnswer(output: JSONWriter.object(body), isHit: true, returnedCount: count)
  }

  private static func company(_ action: Action, _ input: DemoInput) -> ConnectorAnswer {
    guard let company = input.company(), covers(action, company.id) else { return miss }
    return hit { write(company, fields: action.outputs, to: &$0) }
  }

  /// The fields that are wanted and known; a field that the data lacks is absent.
  static func write(_ company: Company, fields: [String], to out: inout JSONWriter) {
    for field in fields {
      switch field {
      case "name": out.field(field, company.name)
      case "domain": present(field, company.domain, &out)
      case "employeeCount": present(field, company.employeeCount, &out)
      case "foundedYear": present(field, company.foundedYear, &out)
      case "city": present(field, company.city, &out)
      case "country": present(field, company.country, &out)
      case "industry": present(field, company.industry, &out)
      case "ticker": present(field, company.ticker, &out)
      case "isPublic": out.field(field, true)
      case "indices":
        out.key(field)
        out.beginArray()
        for index in (company.indices ?? "").split(separator: ";") {
          out.string(String(index.drop { $0 == " " }))
        }
        out.endArray()
      default: break
      }
    }
  }

  static func present(_ field: String, _ value: String?, _ out: inout JSONWriter) {
    if let value { out.field(field, value) }
  }

  static func present(_ field: String, _ value: Int64?, _ out: inout JSONWriter) {
    if let value { out.field(field, value) }
  }

  private static func companySearch(_ action: Action, _ input: DemoInput) -> ConnectorAnswer {
    let query = input.text("query").map(CompanyName.folded)
    let countries = input.words("country")
    let industries = input.words("industry")
    let least = input.number("minEmployees")
    let most = input.number("maxEmployees")
    let found = CompanyData.shared.all.filter { company in
      guard covers(action, company.id) else { return false }
      if let query, !CompanyName.folded(company.name).contains(query) { return false }
      if !countries.isEmpty && !countries.contains(CompanyName.folded(company.country ?? "")) {
        return false
      }
      if !industries.isEmpty {
        let industry = CompanyName.folded(company.industry ?? "")
        if !industries.contains(where: industry.contains) { return false }
      }
      if let least, (company.employeeCount ?? -1) < least { return false }
      if let most, company.employeeCount.map({ $0 > most }) ?? true { return false }
      return true
    }
    let page = found.dropFirst(input.offset).prefix(input.limit)
    let fields = [
      "name", "domain", "employeeCount", "foundedYear", "city", "country", "industry", "ticker",
    ]
    return list(action, page, total: found.count) { write($0, fields: fields, to: &$1) }
  }

  /// A page of results under the action's first key, and how many there are in all.
  static func list<T>(
    _ action: Action, _ page: some Sequence<T>, total: Int,
    _ element: (T, inout JSONWriter) -> Void
  ) -> ConnectorAnswer {
    var count = 0
    let output = JSONWriter.object { out in
      out.key(action.outputs.first ?? "results")
      out.beginArray()
      for item in page {
        out.beginObject()
        element(item, &out)
        out.endObject()
        count += 1
      }
      out.endArray()
      out.field("total", Int64(total))
    }
    return ConnectorAnswer(output: output, isHit: count > 0, returnedCount: count)
  }
}
