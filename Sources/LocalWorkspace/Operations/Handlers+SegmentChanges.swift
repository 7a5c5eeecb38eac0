import CargoClient
import SQLite

extension Handlers {
  static let segmentChanges: [String: Handler] = [
    "segment.create": .write { writing in
      let (arguments, connection) = (writing.arguments, writing.connection)
      let model = try Model.find(arguments.uuid("modelUuid"), in: connection)
      let name = arguments.text("name")
      guard !name.isEmpty else { throw arguments.invalid("\"name\" must not be empty") }
      var segment = Segment(
        uuid: Identifier.make(), modelUUID: model.uuid,
        slug: try Segment.freeSlug(for: name, in: connection), name: name,
        filter: arguments["filter"]?.bytes ?? [], createdAt: writing.now)
      segment.apply(arguments)
      try segment.check(in: connection)
      try segment.insert(into: connection)
      return try body(of: segment, connection, writing.settings)
    },
    "segment.update": .write { writing in
      let (arguments, connection) = (writing.arguments, writing.connection)
      var segment = try Segment.find(arguments.uuid("uuid"), in: connection)
      if let name = arguments["name"]?.string {
        guard !name.isEmpty else { throw arguments.invalid("\"name\" must not be empty") }
        segment.name = name
      }
      segment.apply(arguments)
      segment.updatedAt = writing.now
      try segment.check(in: connection)
      try segment.update(in: connection)
      return try body(of: segment, connection, writing.settings)
    },
    "segment.remove": .write { writing in
      let segment = try Segment.find(writing.arguments.uuid("uuid"), in: writing.connection)
      try writing.connection.run(
        "DELETE FROM cargo_segments WHERE uuid = ?", [.text(segment.uuid)])
      return Array("{}".utf8)
    },
    "segment.download": .read { reading in
      let (arguments, connection) = (reading.arguments, reading.connection)
      if let uuid = arguments.optionalUUID("uuid") {
        _ = try Segment.find(uuid, in: connection)
      }
      let model = try Model.find(arguments.uuid("modelUuid"), in: connection)
      let url = try Export.write(columns: model.columns.map(\.slug), of: reading) { write in
        try connection.transaction(.deferred) {
          try model.records(
            arguments["filter"].map { JSONValue($0) } ?? .null,
            sort: arguments["sort"].map { JSONValue($0) }, limit: arguments["limit"]?.integer,
            in: connection, row: write)
        }
      }
      return JSONWriter.object { out in
        out.key("urls")
        out.beginArray()
        out.string(url)
        out.endArray()
      }
    },
  ]
}

extension Segment {
  /// Takes what create and update have in common; what is null is cleared.
  mutating func apply(_ arguments: Arguments) {
    if let filter = arguments["filter"] { self.filter = filter.bytes }
    if arguments.root["sort"] != nil { sort = arguments["sort"]?.bytes }
    if arguments.root["limit"] != nil { limit = arguments["limit"]?.integer }
    if arguments.root["trackingColumnSlugs"] != nil {
      tracking = arguments["trackingColumnSlugs"]?.bytes
    }
  }

  /// Refuses a filter or sort that does not fit the model: nobody would see it later.
  func check(in connection: Connection) throws {
    let model = try Model.find(modelUUID, in: connection)
    let filter = try JSONValue(filter, kind: .cargo)
    let sort = try sort.map { try JSONValue($0, kind: .cargo) }
    try model.records(filter, sort: sort, limit: 0, in: connection) { _ in }
  }

  func update(in connection: Connection) throws {
    try connection.run(
      """
      UPDATE cargo_segments SET name = ?, filter = ?, sort = ?, row_limit = ?, tracking = ?,
        updated_at = ? WHERE uuid = ?
      """,
      [
        .text(name), .utf8(filter), sort.map { .utf8($0) } ?? .null, .optional(limit),
        tracking.map { .utf8($0) } ?? .null, .integer(updatedAt), .text(uuid),
      ])
  }

  /// `High-Value Accounts` becomes `high-value-accounts`, with a number when that is taken.
  static func freeSlug(for name: String, in connection: Connection) throws -> String {
    let folded = CompanyName.folded(name).replacing(" ", with: "-")
    let base = folded.isEmpty ? "segment" : folded
    var slug = base
    var number = 2
    while try connection.first(
      "SELECT 1 FROM cargo_segments WHERE slug = ?", [.text(slug)], row: { _ in true }) != nil
    {
      slug = base + "-\(number)"
      number += 1
    }
    return slug
  }
}
