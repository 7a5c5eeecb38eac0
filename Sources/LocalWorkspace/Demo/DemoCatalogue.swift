import CDemoData
import CargoClient

/// The demo integrations, their actions, prices and coverage, read from the bundled tables.
struct DemoCatalogue: Sendable {
  /// What the demo knows about an action beyond what `integration.get` shows.
  struct Action: Sendable {
    /// `prospeo.findEmail`.
    let name: String
    let subject: Subject
    /// Of a hundred inputs that the bundled data could answer, so many are answered.
    let coverage: Int
    /// The keys of the answer.
    let outputs: [String]
  }

  /// What an action is asked about.
  enum Subject: String, Sendable {
    case company, person, email, verification, jobChange, companySearch, peopleSearch, jobs, posts
    case signals, page, task
  }

  /// In the order of the file.
  let integrations: [Integration]
  /// By `integration.action`.
  let actions: [String: Action]

  static let shared = DemoCatalogue()

  private init() {
    let table = DemoTable(cargo_demo_actions())
    let field = Fields(table)
    var actions: [String: Action] = [:]
    var byIntegration: [String: [IntegrationAction]] = [:]
    for row in table.rows {
      let integration = field.integration(row)
      let slug = field.action(row)
      let outputs = DemoCatalogue.list(field.outputs(row))
      let name = integration + "." + slug
      actions[name] = Action(
        name: name, subject: Subject(rawValue: field.subject(row)) ?? .company,
        coverage: Int(field.coverage(row)) ?? 0, outputs: outputs.map(DemoCatalogue.key))
      byIntegration[integration, default: []].append(
        IntegrationAction(
          slug: slug, name: field.name(row), summary: field.summary(row),
          inputSchema: DemoCatalogue.schema(
            DemoCatalogue.list(field.inputs(row)), required: DemoCatalogue.list(field.required(row))
          ),
          outputSchema: DemoCatalogue.schema(outputs, required: []),
          price: Price(
            Price.Shape(rawValue: field.charged(row)) ?? .call,
            credits: Double(field.credits(row)) ?? 0)))
    }
    self.actions = actions
    integrations = DemoCatalogue.integrations(byIntegration)
  }

  private struct Fields {
    let integration, action, name, credits, charged, subject, coverage, inputs, required, outputs,
      summary: ([String]) -> String

    init(_ table: DemoTable) {
      integration = table.column("integration")
      action = table.column("action")
      name = table.column("name")
      credits = table.column("credits")
      charged = table.column("charged")
      subject = table.column("subject")
      coverage = table.column("coverage")
      inputs = table.column("inputs")
      required = table.column("required")
      outputs = table.column("outputs")
      summary = table.column("summary")
    }
  }

  private static func integrations(_ actions: [String: [IntegrationAction]]) -> [Integration] {
    let table = DemoTable(cargo_demo_integrations())
    let slug = table.column("slug")
    let name = table.column("name")
    let category = table.column("category")
    let attempts = table.column("maximum_attempts")
    let interval = table.column("initial_interval")
    let backoff = table.column("backoff")
    let summary = table.column("summary")
    return table.rows.map { row in
      Integration(
        slug: slug(row), name: name(row), summary: summary(row), category: category(row),
        retry: RetryPolicy(
          maximumAttempts: Int(attempts(row)) ?? 3, initialInterval: Double(interval(row)) ?? 250,
          backoffCoefficient: Double(backoff(row)) ?? 2),
        actions: actions[slug(row)] ?? [])
    }
  }

  private static func list(_ text: String) -> [String] {
    text.split(separator: ";").map(String.init)
  }

  private static func key(_ field: String) -> String {
    String(field.prefix { $0 != ":" })
  }

  /// A JSON schema from `name;limit:integer` and `name|domain`: one of the first, and all groups.
  private static func schema(_ fields: [String], required: [String]) -> [UInt8] {
    JSONWriter.object { out in
      out.field("type", "object")
      out.key("properties")
      out.beginObject()
      for field in fields {
        let parts = field.split(separator: ":").map(String.init)
        out.key(parts[0])
        out.beginObject()
        out.field("type", parts.count > 1 ? parts[1] : "string")
        out.endObject()
      }
      out.endObject()
      guard !required.isEmpty else { return }
      out.key("allOf")
      out.beginArray()
      for group in required {
        out.beginObject()
        out.key("anyOf")
        out.beginArray()
        for name in group.split(separator: "|") {
          out.raw("{\"required\":[\"\(name)\"]}".utf8)
        }
        out.endArray()
        out.endObject()
      }
      out.endArray()
    }
  }
}
