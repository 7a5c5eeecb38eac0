import CargoClient
import SQLite

/// A saved filter over a model.
struct Segment: Sendable {
  var uuid: String
  var modelUUID: String
  var slug: String
  var name: String
  /// JSON.
  var filter: [UInt8]
  /// JSON.
  var sort: [UInt8]?
  var limit: Int64?
  /// JSON.
  var tracking: [UInt8]?
  var isFromPlay = false
  var createdAt: Int64
  var updatedAt: Int64

  static let selection = """
    SELECT uuid, model_uuid, slug, name, filter, sort, row_limit, tracking, from_play, created_at,
      updated_at
    FROM cargo_segments
    """

  init(
    uuid: String, modelUUID: String, slug: String, name: String, filter: [UInt8], createdAt: Int64
  ) {
    self.uuid = uuid
    self.modelUUID = modelUUID
    self.slug = slug
    self.name = name
    self.filter = filter
    self.createdAt = createdAt
    updatedAt = createdAt
  }

  /// Reads a row of `selection`.
  init(row: Statement) {
    uuid = row.string(0)
    modelUUID = row.string(1)
    slug = row.string(2)
    name = row.string(3)
    filter = row.bytes(4)
    sort = row.optionalBytes(5)
    limit = row.optionalInt64(6)
    tracking = row.optionalBytes(7)
    isFromPlay = row.int64(8) != 0
    createdAt = row.int64(9)
    updatedAt = row.int64(10)
  }

  func insert(into connection: Connection) throws {
    try connection.run(
      """
      INSERT INTO cargo_segments (uuid, model_uuid, slug, name, filter, sort, row_limit, tracking,
        from_play, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .text(uuid), .text(modelUUID), .text(slug), .text(name), .utf8(filter),
        sort.map { .utf8($0) } ?? .null, .optional(limit), tracking.map { .utf8($0) } ?? .null,
        .integer(isFromPlay ? 1 : 0), .integer(createdAt), .integer(updatedAt),
      ])
  }

  static func find(_ uuid: String, in connection: Connection) throws -> Segment {
    guard
      let segment = try connection.first(
        selection + " WHERE uuid = ?", [.text(uuid)], row: { Segment(row: $0) })
    else { throw CargoError.notFound("Segment", code: "segmentNotFound") }
    return segment
  }

  /// How many records it holds now.
  func recordsCount(in connection: Connection) throws -> Int64 {
    let count = try Model.find(modelUUID, in: connection).count(
      try JSONValue(filter, kind: .cargo), in: connection)
    return limit.map { min($0, count) } ?? count
  }

  func write(_ settings: Settings, recordsCount: Int64?, to out: inout JSONWriter) {
    out.beginObject()
    out.field("uuid", uuid)
    out.field("workspaceUuid", settings.workspaceUUID)
    out.field("userUuid", settings.userUUID)
    out.field("modelUuid", modelUUID)
    out.field("slug", slug)
    out.field("name", name)
    out.field("filter", json: filter)
    if let sort { out.field("sort", json: sort) } else { out.nullField("sort") }
    out.field("limit", limit)
    out.field("recordsCount", recordsCount)
    out.field("fromPlay", isFromPlay)
    if let tracking {
      out.field("trackingColumnSlugs", json: tracking)
    } else {
      out.nullField("trackingColumnSlugs")
    }
    out.field("syncedAt", instant: updatedAt)
    out.nullField("lastChange")
    out.field("createdAt", instant: createdAt)
    out.field("updatedAt", instant: updatedAt)
    out.nullField("deletedAt")
    out.endObject()
  }
}
