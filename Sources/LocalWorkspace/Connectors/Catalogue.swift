import CargoClient
import SQLite

/// The connectors and integrations of the workspace, as the loop's thread needs them to run actions.
///
/// Looked up at first use and again when this or another process has changed them.
final class Catalogue {
  private let store: Store
  private let loop: EventLoop
  private let demo: DemoBehaviour
  private var targets: [String: ActionTarget] = [:]
  private var limiters: [String: (limit: RateLimit, limiter: RateLimiter)] = [:]
  private var implementations: [String: any Connector] = [:]
  private var generation: Int64 = -1
  private var checkedAt: UInt64 = 0

  /// How long another process's change may go unseen.
  private static let checkInterval: UInt64 = 250_000_000

  init(store: Store, loop: EventLoop, demo: DemoBehaviour, registered: [any Connector]) {
    self.store = store
    self.loop = loop
    self.demo = demo
    for connector in registered { implementations[connector.integration.slug] = connector }
  }

  /// What is known must be looked up again.
  func invalidate() {
    targets.removeAll()
    generation = -1
  }

  /// The connector action that an action object names.
  func target(for action: JSONView) throws(CargoError) -> ActionTarget {
    guard let integration = action["integrationSlug"]?.string,
      let slug = action["actionSlug"]?.string
    else {
      throw CargoError.refused(
        "a connector action needs integrationSlug and actionSlug", code: "actionInvalid")
    }
    return try target(
      integration: integration, action: slug,
      connector: action["connectorUuid"]?.string?.lowercased())
  }

  /// The action of an integration, on one of its connectors or its first.
  func target(
    integration: String, action slug: String, connector: String?
  ) throws(CargoError) -> ActionTarget {
    do {
      try checkGeneration()
      let key = "\(integration) \(slug) \(connector ?? "")"
      if let target = targets[key] { return target }
      let target = try find(integration: integration, action: slug, connector: connector)
      targets[key] = target
      return target
    } catch {
      throw WorkspaceFile.failure(error, path: store.path)
    }
  }

  private func checkGeneration() throws {
    let now = EventLoop.now()
    guard generation < 0 || now - checkedAt > Catalogue.checkInterval else { return }
    checkedAt = now
    let current = try Settings.generation(in: store.lookup)
    if current != generation { targets.removeAll() }
    generation = current
  }

  private func find(
    integration slug: String, action actionSlug: String, connector uuid: String?
  ) throws -> ActionTarget {
    guard let integration = try integration(slug) else {
      throw CargoError.refused(
        "Integration not found: \(slug)", code: "integrationNotFound",
        hint: NearestName.suggest(slug, among: try Catalogue.slugs(in: store.lookup)).map {
          "did you mean \($0)?"
        })
    }
    guard let action = integration.actions.first(where: { $0.slug == actionSlug }) else {
      throw CargoError.refused(
        "Action not found: \(slug).\(actionSlug)", code: "actionNotFound",
        hint: NearestName.suggest(actionSlug, among: integration.actions.map(\.slug)).map {
          "did you mean \(slug).\($0)?"
        })
    }
    guard let connector = try connector(uuid, of: slug) else {
      throw CargoError.refused(
        "Connector not found for the integration \(slug)", code: "connectorNotFound")
    }
    return ActionTarget(
      connector: connector, integration: integration, action: action,
      implementation: implementation(of: integration), limiter: limiter(of: connector, integration))
  }

  /// An integration whose connector was registered, else the stored one.
  func integration(_ slug: String) throws -> Integration? {
    if let connector = implementations[slug], !(connector is DemoConnector) {
      return connector.integration
    }
    let body = try store.lookup.first(
      "SELECT body FROM cargo_integrations WHERE slug = ?", [.text(slug)]
    ) { $0.bytes(0) }
    return try body.flatMap { Integration(json: try JSONDocument($0).root) }
  }

  private static func slugs(in connection: Connection) throws -> [String] {
    var slugs: [String] = []
    try connection.query("SELECT slug FROM cargo_integrations ORDER BY position") {
      slugs.append($0.string(0))
    }
    return slugs
  }

  fileprivate func connector(_ uuid: String?, of integration: String) throws -> ConnectorRow? {
    try store.lookup.first(
      ConnectorRow.selection + """
         WHERE integration_slug = ?1 AND (?2 IS NULL OR uuid = ?2)
        ORDER BY created_at, slug LIMIT 1
        """, [.text(integration), .optional(uuid)], row: ConnectorRow.init)
  }

  private func implementation(of integration: Integration) -> any Connector {
    if let known = implementations[integration.slug] { return known }
    let connector = DemoConnector(integration: integration, loop: loop, behaviour: demo)
    implementations[integration.slug] = connector
    return connector
  }

  /// A connector's own limit, else the integration's.
  private func limiter(of connector: ConnectorRow, _ integration: Integration) -> RateLimiter? {
    guard let limit = connector.rateLimit ?? integration.rateLimit else { return nil }
    if let known = limiters[connector.uuid], known.limit == limit { return known.limiter }
    let uuid = connector.uuid
    let limiter = RateLimiter(loop: loop) { [store] wanted, done in
      store.write(
        { connection in
          try RateBucket.take(
            wanted, limit: limit, connector: uuid, now: Timestamp.now(), in: connection)
        }, completion: { done(try? $0.get()) })
    }
    limiters[uuid] = (limit, limiter)
    return limiter
  }
}

extension Catalogue: GraphSurroundings {
  func hasConnector(_ uuid: String?, integration: String) -> Bool {
    (try? connector(uuid, of: integration)) != nil
  }

  func childCount(of action: String, integration: String) -> Int? {
    let actions = (try? self.integration(integration))?.actions
    // None of a local workspace's actions has several ways out.
    return actions?.contains { $0.slug == action } == true ? 1 : nil
  }
}

extension ConnectorRow {
  static let selection = """
    SELECT uuid, slug, name, integration_slug, rate_unit, rate_max, cache_ttl, use_credits, config,
      created_at, updated_at
    FROM cargo_connectors
    """

  /// Reads a row of `selection`.
  init(row: Statement) {
    uuid = row.string(0)
    slug = row.string(1)
    name = row.string(2)
    integrationSlug = row.string(3)
    rateLimit = RateLimit.Unit(rawValue: row.string(4)).map {
      RateLimit(unit: $0, max: Int(row.int64(5)))
    }
    cacheMilliseconds = row.optionalInt64(6)
    usesCredits = row.int64(7) != 0
    config = row.optionalBytes(8)
    createdAt = row.int64(9)
    updatedAt = row.int64(10)
  }

  func insert(into connection: Connection) throws {
    try connection.run(
      """
      INSERT INTO cargo_connectors (uuid, slug, name, integration_slug, rate_unit, rate_max,
        cache_ttl, use_credits, config, created_at, updated_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .text(uuid), .text(slug), .text(name), .text(integrationSlug),
        .optional(rateLimit?.unit.rawValue), .optional(rateLimit.map { Int64($0.max) }),
        .optional(cacheMilliseconds), .integer(usesCredits ? 1 : 0),
        config.map { .utf8($0) } ?? .null, .integer(createdAt), .integer(updatedAt),
      ])
  }
}
