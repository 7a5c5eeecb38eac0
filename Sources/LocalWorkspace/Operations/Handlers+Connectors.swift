import CargoClient
import SQLite

extension Handlers {
  static let connectors: [String: Handler] = [
    "integration.list": .read { reading in
      let arguments = reading.arguments
      let search = arguments.text("search").lowercased()
      var out = JSONWriter()
      out.beginObject()
      out.key("integrations")
      out.beginArray()
      try reading.connection.query("SELECT slug, body FROM cargo_integrations ORDER BY position") {
        row in
        let body = row.bytes(1)
        let document = try JSONDocument(body).root
        if let slug = arguments["slug"]?.string, slug != row.string(0) { return }
        if let category = arguments["category"]?.string, category != document["category"]?.string {
          return
        }
        if let wanted = arguments["hasActions"]?.bool,
          wanted != ((document["actions"]?.object?.count ?? 0) > 0)
        {
          return
        }
        if let wanted = arguments["hasExtractors"]?.bool,
          wanted != ((document["extractors"]?.object?.count ?? 0) > 0)
        {
          return
        }
        let text = [row.string(0), document["name"]?.string, document["description"]?.string]
          .compactMap { $0 }.joined(separator: " ").lowercased()
        if !search.isEmpty && !search.split(separator: " ").allSatisfy({ text.contains($0) }) {
          return
        }
        out.raw(body)
      }
      out.endArray()
      out.endObject()
      return out.bytes
    },
    "integration.get": .read { reading in
      let slug = reading.arguments.text("slug")
      guard
        let body = try reading.connection.first(
          "SELECT body FROM cargo_integrations WHERE slug = ?", [.text(slug)], row: { $0.bytes(0) })
      else { throw CargoError.notFound("Integration", code: "integrationNotFound") }
      return JSONWriter.object(capacity: body.count + 32) { $0.field("integration", json: body) }
    },
    "integration.get_documentation": .read { reading in
      let slug = reading.arguments.text("slug")
      let body = try reading.connection.first(
        "SELECT body FROM cargo_integrations WHERE slug = ?", [.text(slug)]
      ) { $0.bytes(0) }
      guard let body, let integration = Integration(json: try JSONDocument(body).root) else {
        throw CargoError.notFound("Integration", code: "integrationNotFound")
      }
      var lines = "\(integration.name): \(integration.summary)\n"
      for action in integration.actions { lines += "\n\(slug).\(action.slug): \(action.summary)" }
      var out = JSONWriter()
      out.string(lines)
      return out.bytes
    },
    "connector.list": .read { reading in
      var out = JSONWriter()
      out.beginObject()
      out.key("connectors")
      out.beginArray()
      try reading.connection.query(
        ConnectorRow.selection
          + " WHERE ?1 IS NULL OR integration_slug = ?1 ORDER BY created_at, slug",
        [.optional(reading.arguments["integrationSlug"]?.string)]
      ) { ConnectorRow(row: $0).write(reading.settings, to: &out) }
      out.endArray()
      out.endObject()
      return out.bytes
    },
    "connector.get": .read { reading in
      try ConnectorRow.find(reading.arguments.uuid("uuid"), in: reading.connection)
        .body(reading.settings)
    },
  ]
}

extension ConnectorRow {
  static func find(_ uuid: String, in connection: Connection) throws -> ConnectorRow {
    guard
      let row = try connection.first(
        selection + " WHERE uuid = ?", [.text(uuid)], row: ConnectorRow.init)
    else { throw CargoError.notFound("Connector", code: "connectorNotFound") }
    return row
  }

  /// `{"connector":{…}}`.
  func body(_ settings: Settings) -> [UInt8] {
    JSONWriter.object { out in
      out.key("connector")
      write(settings, to: &out)
    }
  }

  func write(_ settings: Settings, to out: inout JSONWriter) {
    out.beginObject()
    out.field("uuid", uuid)
    out.field("workspaceUuid", settings.workspaceUUID)
    out.field("userUuid", settings.userUUID)
    out.field("name", name)
    out.field("slug", slug)
    out.field("integrationSlug", integrationSlug)
    out.key("rateLimit")
    RateLimit.write(rateLimit, to: &out)
    out.field("cacheTtlMilliseconds", cacheMilliseconds)
    out.field("playsCount", 0 as Int64)
    out.field("toolsCount", 0 as Int64)
    out.field("modelsCount", 0 as Int64)
    out.field("useCredits", usesCredits)
    // Credentials are not shown again.
    out.nullField("config")
    out.field("createdAt", instant: createdAt)
    out.field("updatedAt", instant: updatedAt)
    out.nullField("deletedAt")
    out.endObject()
  }
}

extension Integration {
  /// Writes a registered integration to the catalogue and gives it a connector, where it has none.
  func adopt(in connection: Connection) throws {
    let body = json
    let known = try connection.first(
      "SELECT body FROM cargo_integrations WHERE slug = ?", [.text(slug)]
    ) { $0.bytes(0) }
    if known != body {
      try connection.run(
        """
        INSERT INTO cargo_integrations (slug, position, body)
        VALUES (?, (SELECT coalesce(max(position), 0) + 1 FROM cargo_integrations), ?)
        ON CONFLICT (slug) DO UPDATE SET body = excluded.body
        """, [.text(slug), .utf8(body)])
      try Settings.bumpGeneration(in: connection)
    }
    let hasConnector =
      try connection.first(
        "SELECT 1 FROM cargo_connectors WHERE integration_slug = ?", [.text(slug)]
      ) { _ in true } ?? false
    if !hasConnector {
      let now = Timestamp.now()
      try ConnectorRow(
        uuid: Identifier.make(), slug: ConnectorRow.slug(from: slug), name: name,
        integrationSlug: slug, rateLimit: nil, cacheMilliseconds: nil, usesCredits: true,
        config: nil, createdAt: now, updatedAt: now
      ).insert(into: connection)
    }
  }
}

extension ConnectorRow {
  /// A connector's slug in snake_case from an integration's in camelCase.
  static func slug(from name: String) -> String {
    var result = ""
    for character in name.unicodeScalars {
      switch character {
      case "A"..."Z":
        if let last = result.last, last != "_" { result += "_" }
        result += String(character).lowercased()
      case "a"..."z", "0"..."9": result.unicodeScalars.append(character)
      default: if let last = result.last, last != "_" { result += "_" }
      }
    }
    while result.last == "_" { result.removeLast() }
    return result.isEmpty ? "connector" : result
  }
}
