import CargoClient
import SQLite

/// `action.list`: connector actions whose texts have all words of the query (`cargo-platform.md` §3.1).
struct ActionSearch {
  private let reading: Reading
  private let words: [String]

  init(_ reading: Reading) {
    self.reading = reading
    words = reading.arguments.text("query").lowercased().split(separator: " ").map(String.init)
  }

  func answer() throws -> [UInt8] {
    let arguments = reading.arguments
    let limit = Int(arguments["limit"]?.integer ?? 20)
    var total = 0
    var results = JSONWriter(capacity: 4_096)
    results.beginArray()
    for integration in try integrations() {
      let connectors = try connectors(of: integration.slug)
      for action in integration.actions where matches(integration, action) {
        total += 1
        if total <= limit { write(integration, action, connectors, to: &results) }
      }
    }
    results.endArray()
    return JSONWriter.object { out in
      out.field("query", arguments.text("query"))
      out.field("totalMatches", Int64(total))
      out.field("results", json: results.bytes)
    }
  }

  private func integrations() throws -> [Integration] {
    let kind = reading.arguments["kind"]?.string
    // Tools and agents are the platform's; built-in actions run in graphs.
    if let kind, kind != "connector" { return [] }
    var found: [Integration] = []
    try reading.connection.query(
      "SELECT body FROM cargo_integrations WHERE ?1 IS NULL OR slug = ?1 ORDER BY position",
      [.optional(reading.arguments["integrationSlug"]?.string)]
    ) { row in
      if let integration = Integration(json: try JSONDocument(row.bytes(0)).root) {
        found.append(integration)
      }
    }
    return found
  }

  private func connectors(of integration: String) throws -> [[UInt8]] {
    var found: [[UInt8]] = []
    try reading.connection.query(
      ConnectorRow.selection + " WHERE integration_slug = ? ORDER BY created_at, slug",
      [.text(integration)]
    ) { row in
      let connector = ConnectorRow(row: row)
      found.append(
        JSONWriter.object { out in
          out.field("uuid", connector.uuid)
          out.field("slug", connector.slug)
          out.field("name", connector.name)
        })
    }
    return found
  }

  private func matches(_ integration: Integration, _ action: IntegrationAction) -> Bool {
    let text = [integration.slug, integration.name, action.slug, action.name, action.summary]
      .joined(separator: " ").lowercased()
    return words.allSatisfy { text.contains($0) }
  }

  private func write(
    _ integration: Integration, _ action: IntegrationAction, _ connectors: [[UInt8]],
    to out: inout JSONWriter
  ) {
    out.beginObject()
    out.field("name", action.name)
    out.field("description", action.summary)
    out.field("score", 1 as Int64)
    out.key("action")
    out.beginObject()
    out.field("kind", "connector")
    out.field("integrationSlug", integration.slug)
    out.field("actionSlug", action.slug)
    out.field("config", json: "{}".utf8)
    out.endObject()
    out.key("connectors")
    out.beginArray()
    for connector in connectors { out.raw(connector) }
    out.endArray()
    out.key("credits")
    out.beginArray()
    if action.price.microcredits > 0 { action.price.write(to: &out) }
    out.endArray()
    out.field("autocompletes", json: "[]".utf8)
    out.endObject()
  }
}
