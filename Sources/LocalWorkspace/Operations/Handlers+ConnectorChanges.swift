import CargoClient
import SQLite

extension Handlers {
  static let connectorChanges: [String: Handler] = [
    "connector.create": .write { writing in
      let (arguments, connection) = (writing.arguments, writing.connection)
      let slug = arguments.text("slug")
      guard ConnectorRow.slug(from: slug) == slug else {
        throw arguments.invalid("\"slug\" must be in snake_case")
      }
      let integration = arguments.text("integrationSlug")
      let isKnown = try connection.first(
        "SELECT 1 FROM cargo_integrations WHERE slug = ?", [.text(integration)]
      ) { _ in true }
      guard isKnown == true else {
        throw CargoError.notFound("Integration", code: "integrationNotFound")
      }
      guard try !ConnectorRow.isTaken(slug, in: connection) else {
        throw CargoError.refused(
          "a connector with the slug \(slug) is there already", code: "slugAlreadyExists")
      }
      var row = ConnectorRow(
        uuid: Identifier.make(), slug: slug, name: arguments.text("name"),
        integrationSlug: integration, rateLimit: nil, cacheMilliseconds: nil, usesCredits: true,
        config: nil, createdAt: writing.now, updatedAt: writing.now)
      try row.apply(arguments)
      try row.insert(into: connection)
      let dataset = try row.makeDataset(writing)
      try Settings.bumpGeneration(in: connection)
      return JSONWriter.object { out in
        out.key("connector")
        row.write(writing.settings, to: &out)
        out.field("dataset", json: dataset)
      }
    },
    "connector.update": .write { writing in
      let (arguments, connection) = (writing.arguments, writing.connection)
      var row = try ConnectorRow.find(arguments.uuid("uuid"), in: connection)
      if let name = arguments["name"]?.string { row.name = name }
      try row.apply(arguments)
      row.updatedAt = writing.now
      try row.update(in: connection)
      try Settings.bumpGeneration(in: connection)
      return row.body(writing.settings)
    },
    "connector.remove": .write { writing in
      let connection = writing.connection
      let row = try ConnectorRow.find(writing.arguments.uuid("uuid"), in: connection)
      let datasets = "SELECT uuid FROM cargo_datasets WHERE connector_uuid = ?"
      let models = try connection.first(
        "SELECT count(*) FROM cargo_models WHERE dataset_uuid IN (\(datasets))", [.text(row.uuid)]
      ) { $0.int64(0) }
      guard models == 0 else {
        throw CargoError.refused(
          "the connector \(row.slug) is used by \(models ?? 0) models", code: "connectorInUse")
      }
      try connection.run(
        "DELETE FROM cargo_datasets WHERE connector_uuid = ?", [.text(row.uuid)])
      try connection.run("DELETE FROM cargo_connectors WHERE uuid = ?", [.text(row.uuid)])
      try Settings.bumpGeneration(in: connection)
      return Array("{}".utf8)
    },
    "connector.exists_by_slug": .read { reading in
      let isTaken = try ConnectorRow.isTaken(reading.arguments.text("slug"), in: reading.connection)
      return JSONWriter.object { $0.field("exists", isTaken) }
    },
  ]
}

extension ConnectorRow {
  static func isTaken(_ slug: String, in connection: Connection) throws -> Bool {
    try connection.first("SELECT 1 FROM cargo_connectors WHERE slug = ?", [.text(slug)]) { _ in
      true
    } ?? false
  }

  /// Takes what create and update have in common; what is null is cleared.
  mutating func apply(_ arguments: Arguments) throws {
    if arguments.root["config"] != nil {
      config = arguments["config"]?.bytes
    }
    if arguments.root["cacheTtlMilliseconds"] != nil {
      cacheMilliseconds = arguments["cacheTtlMilliseconds"]?.integer
    }
    guard arguments.root["rateLimit"] != nil else { return }
    rateLimit = RateLimit(json: arguments["rateLimit"])
    if arguments["rateLimit"] != nil && rateLimit == nil {
      throw arguments.invalid("\"rateLimit\" must be {unit: minute, hour or day, max: from 1}")
    }
  }

  func update(in connection: Connection) throws {
    try connection.run(
      """
      UPDATE cargo_connectors SET name = ?, rate_unit = ?, rate_max = ?, cache_ttl = ?, config = ?,
        updated_at = ? WHERE uuid = ?
      """,
      [
        .text(name), .optional(rateLimit?.unit.rawValue),
        .optional(rateLimit.map { Int64($0.max) }),
        .optional(cacheMilliseconds), config.map { .utf8($0) } ?? .null, .integer(updatedAt),
        .text(uuid),
      ])
  }

  /// Each connector owns exactly one dataset (`cargo-platform.md` §1).
  func makeDataset(_ writing: Writing) throws -> [UInt8] {
    let dataset = Identifier.make()
    let isTaken = try writing.connection.first(
      "SELECT 1 FROM cargo_datasets WHERE slug = ?", [.text(slug)]
    ) { _ in true }
    guard isTaken == nil else {
      throw CargoError.refused("a dataset \(slug) is there already", code: "slugAlreadyExists")
    }
    try writing.connection.run(
      """
      INSERT INTO cargo_datasets (uuid, slug, kind, connector_uuid, created_at)
      VALUES (?, ?, 'connector', ?, ?)
      """, [.text(dataset), .text(slug), .text(uuid), .integer(writing.now)])
    return try writing.connection.first(
      "SELECT uuid, slug, kind, connector_uuid, created_at FROM cargo_datasets WHERE uuid = ?",
      [.text(dataset)]
    ) { row in
      var out = JSONWriter()
      Model.writeDataset(row, writing.settings, to: &out)
      return out.bytes
    } ?? []
  }
}
