import CargoClient
import SQLite

extension Handlers {
  static let billing: [String: Handler] = [
    "billing.usage": .read { reading in
      let arguments = reading.arguments
      guard let from = Timestamp.parse(arguments.text("from")),
        let to = Timestamp.parse(arguments.text("to"))
      else { throw arguments.invalid("\"from\" and \"to\" must be dates, YYYY-MM-DD") }
      let units = arguments["unit"]?.string.map { [$0] } ?? Usage.units
      var days: [String: [Usage.Item]] = [:]
      for unit in units {
        try Usage.read(unit, from: from, before: to + 86_400_000, arguments, reading.connection) {
          days[$0, default: []].append($1)
        }
      }
      return JSONWriter.object { out in
        out.key("metrics")
        out.beginArray()
        for day in days.keys.sorted() {
          out.beginObject()
          out.field("date", day)
          out.key("items")
          out.beginArray()
          for item in days[day] ?? [] {
            out.beginObject()
            out.field("slug", item.slug)
            out.key("count")
            out.number(item.count)
            out.field("groupBy", item.group)
            out.endObject()
          }
          out.endArray()
          out.endObject()
        }
        out.endArray()
      }
    }
  ]
}

/// What was used, day by day (`cargo-platform.md` §3.11). Credits come from the ledger.
enum Usage {
  static let units = ["billing.credits", "orchestration.executions"]

  struct Item {
    let slug: String
    let count: Double
    let group: String?
  }

  static func read(
    _ unit: String, from: Int64, before: Int64, _ arguments: Arguments, _ connection: Connection,
    _ body: (_ day: String, Item) -> Void
  ) throws {
    // Rows of models are not metered offline.
    guard units.contains(unit) else { return }
    let isCredits = unit == "billing.credits"
    let table = isCredits ? "cargo_ledger" : "cargo_runs"
    // An action's run has three steps when it succeeds, two when it fails.
    let count = isCredits ? "sum(microcredits) / 1e6" : "sum(CASE status WHEN 2 THEN 3 ELSE 2 END)"
    var conditions = ["created_at >= ?", "created_at < ?"]
    var values: [SQLiteValue] = [.integer(from), .integer(before)]
    if !isCredits { conditions.append("status IN (2, 3) AND integration IS NOT NULL") }
    for (key, column) in [("connectorUuid", "connector_uuid"), ("integrationSlug", "integration")] {
      guard let value = arguments[key]?.string else { continue }
      conditions.append("\(column) = ?")
      values.append(.text(key == "connectorUuid" ? value.lowercased() : value))
    }
    if let slug = arguments["slug"]?.string {
      conditions.append("integration || '.' || action = ?")
      values.append(.text(slug))
    }
    // Single actions belong to no workflow, model or agent.
    for key in ["workflowUuid", "modelUuid", "agentUuid"] where arguments[key] != nil {
      conditions.append("0")
    }
    let group =
      ["connector_uuid": "connector_uuid", "integration_slug": "integration"][
        arguments.text("groupBy")] ?? "NULL"
    try connection.query(
      """
      SELECT date(created_at / 1000, 'unixepoch') AS day, integration || '.' || action AS slug,
        \(group) AS grouped, \(count)
      FROM \(table) WHERE \(conditions.joined(separator: " AND "))
      GROUP BY day, slug, grouped ORDER BY day, slug, grouped
      """, values
    ) { row in
      body(
        row.string(0),
        Item(slug: row.string(1), count: row.double(3), group: row.optionalString(2)))
    }
  }
}
