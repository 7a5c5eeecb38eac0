import CargoClient
import SQLite

/// Fills a new workspace (docs/demo-data.md).
enum DemoSeed {
  /// What every workspace has: settings, the default dataset, the bundled integrations.
  static func writeBase(to connection: Connection) throws {
    try Settings().save(in: connection)
    let now = Timestamp.now()
    try connection.run(
      """
      INSERT INTO cargo_datasets (uuid, slug, kind, connector_uuid, created_at)
      VALUES (?, 'default', 'object', NULL, ?)
      """, [.text(datasetUUID), .integer(now)])
    for (position, integration) in DemoCatalogue.shared.integrations.enumerated() {
      try connection.run(
        "INSERT INTO cargo_integrations (slug, position, body) VALUES (?, ?, ?)",
        [.text(integration.slug), .integer(Int64(position)), .utf8(integration.json)])
    }
  }

  /// The demo: three models, segments, and a connector with credits for each integration.
  static func writeDemo(to connection: Connection) throws {
    try connection.run(
      "UPDATE cargo_settings SET value = 'Demo workspace' WHERE key = 'workspace_name'")
    let now = Timestamp.now()
    for integration in DemoCatalogue.shared.integrations {
      try ConnectorRow(
        uuid: Identifier.named("connector " + integration.slug),
        slug: ConnectorRow.slug(from: integration.slug), name: integration.name,
        integrationSlug: integration.slug, rateLimit: nil, cacheMilliseconds: nil,
        usesCredits: true, config: nil, createdAt: now, updatedAt: now
      ).insert(into: connection)
    }
    try writeCompanies(now, to: connection)
    try writeLeads(now, to: connection)
    try writeContacts(now, to: connection)
    for segment in segments(now) { try segment.insert(into: connection) }
  }

  static let datasetUUID = Identifier.named("dataset default")

  private static func model(
    _ slug: String, _ name: String, _ now: Int64, columns: [(String, Column.Kind, String)]
  ) -> Model {
    var model = Model(
      uuid: Identifier.named("model " + slug), datasetUUID: datasetUUID, datasetSlug: "default",
      slug: slug, name: name, createdAt: now, updatedAt: now)
    model.columns = columns.map { Column(slug: $0.0, type: $0.1, label: $0.2) }
    return model
  }

  private static func insertion(_ model: Model, in connection: Connection) throws -> Statement {
    try model.insert(into: connection)
    let places = model.columns.map { _ in "?" }.joined(separator: ", ")
    return try connection.prepare("INSERT INTO \(Model.quoted(model.table)) VALUES (\(places))")
  }

  private static func writeCompanies(_ now: Int64, to connection: Connection) throws {
    var companies = model(
      "companies", "Companies", now,
      columns: [
        ("_id", .string, "ID"), ("name", .string, "Name"), ("domain", .string, "Domain"),
        ("employee_count", .number, "Employees"), ("founded_year", .number, "Founded"),
        ("city", .string, "City"), ("country", .string, "Country"),
        ("industry", .string, "Industry"), ("ticker", .string, "Ticker"),
        ("indices", .string, "Indices"),
      ])
    companies.titleColumn = "name"
    let insert = try insertion(companies, in: connection)
    for company in CompanyData.shared.all {
      try insert.bind([
        .text(company.id), .text(company.name), .optional(company.domain),
        .optional(company.employeeCount), .optional(company.foundedYear), .optional(company.city),
        .optional(company.country), .optional(company.industry), .optional(company.ticker),
        .optional(company.indices),
      ])
      try insert.run()
    }
  }

  /// The names alone: what a recipe is to fill.
  private static func writeLeads(_ now: Int64, to connection: Connection) throws {
    var leads = model(
      "leads", "Leads", now,
      columns: [
        ("_id", .string, "ID"), ("name", .string, "Name"), ("domain", .string, "Domain"),
        ("employee_count", .number, "Employees"), ("country", .string, "Country"),
      ])
    leads.titleColumn = "name"
    let insert = try insertion(leads, in: connection)
    for (index, company) in CompanyData.shared.all.enumerated() {
      let number = String(index + 1)
      let id = "lead-" + String(repeating: "0", count: 4 - number.utf8.count) + number
      try insert.bind([.text(id), .text(company.name), .null, .null, .null])
      try insert.run()
    }
  }

  private static func writeContacts(_ now: Int64, to connection: Connection) throws {
    var contacts = model(
      "contacts", "Contacts", now,
      columns: [
        ("_id", .string, "ID"), ("full_name", .string, "Full name"),
        ("first_name", .string, "First name"), ("last_name", .string, "Last name"),
        ("job_title", .string, "Job title"), ("seniority", .string, "Seniority"),
        ("department", .string, "Department"), ("email", .string, "E-mail"),
        ("linkedin_url", .string, "LinkedIn"), ("company_id", .string, "Company"),
        ("company_name", .string, "Company name"), ("company_domain", .string, "Company domain"),
        ("is_champion", .boolean, "Champion"),
      ])
    contacts.titleColumn = "full_name"
    let insert = try insertion(contacts, in: connection)
    for contact in ContactData.shared.all {
      let company = CompanyData.shared.all[contact.companyIndex]
      // Gaps as a CRM has them: what the finders are for.
      let hasEmail = StableHash.of("has email", contact.id).value % 100 < 55
      let hasLinkedin = StableHash.of("has linkedin", contact.id).value % 100 < 70
      let isChampion = StableHash.of("champion", contact.id).value % 100 < 10
      try insert.bind([
        .text(contact.id), .text(contact.fullName), .text(contact.firstName),
        .text(contact.lastName), .text(contact.jobTitle), .text(contact.seniority),
        .text(contact.department), hasEmail ? .text(contact.email) : .null,
        hasLinkedin ? .text(contact.linkedinURL) : .null, .text(company.id), .text(company.name),
        .optional(company.domain), .integer(isChampion ? 1 : 0),
      ])
      try insert.run()
    }
  }

  private static func segments(_ now: Int64) -> [Segment] {
    func segment(_ slug: String, _ name: String, _ model: String, _ condition: String) -> Segment {
      let filter =
        #"{"conjonction":"and","groups":[{"conjonction":"and","conditions":["#
        + condition + "]}]}"
      return Segment(
        uuid: Identifier.named("segment " + slug), modelUUID: Identifier.named("model " + model),
        slug: slug, name: name, filter: Array(filter.utf8), createdAt: now)
    }
    return [
      segment(
        "german-companies", "German companies", "companies",
        #"{"kind":"string","columnSlug":"country","operator":"is","values":["Germany"]}"#),
      segment(
        "missing-domain", "Companies without a domain", "companies",
        #"{"kind":"string","columnSlug":"domain","operator":"isNull"}"#),
      segment(
        "large-companies", "Companies from 10,000 people", "companies",
        #"{"kind":"number","columnSlug":"employee_count","operator":"greaterThan","value":9999}"#),
      segment(
        "leads-to-enrich", "Leads without a domain", "leads",
        #"{"kind":"string","columnSlug":"domain","operator":"isEmpty"}"#),
      segment(
        "champions", "Champions", "contacts",
        #"{"kind":"boolean","columnSlug":"is_champion","operator":"isTrue"}"#),
      segment(
        "contacts-without-email", "Contacts without an e-mail address", "contacts",
        #"{"kind":"string","columnSlug":"email","operator":"isNull"}"#),
    ]
  }
}
