import CargoClient
import SQLite

extension Handlers {
  static let segments: [String: Handler] = [
    "segment.list": .read { reading in
      var out = JSONWriter()
      out.beginObject()
      out.key("segments")
      out.beginArray()
      var segments: [Segment] = []
      try reading.connection.query(
        Segment.selection + " WHERE ?1 IS NULL OR model_uuid = ?1 ORDER BY created_at, slug",
        [.optional(reading.arguments.optionalUUID("modelUuid"))]
      ) { segments.append(Segment(row: $0)) }
      for segment in segments {
        // A segment whose filter no longer fits its model is shown all the same.
        let count = try? segment.recordsCount(in: reading.connection)
        segment.write(reading.settings, recordsCount: count, to: &out)
      }
      out.endArray()
      out.endObject()
      return out.bytes
    },
    "segment.get": .read { reading in
      let segment = try Segment.find(reading.arguments.uuid("uuid"), in: reading.connection)
      return try body(of: segment, reading.connection, reading.settings)
    },
    "segment.fetch": .read { reading in
      let arguments = reading.arguments
      for key in ["enrich", "sync"] where arguments[key]?.bool == true {
        throw CargoError.refused(
          "segment.fetch: \"\(key)\" needs a model with connected enrichment",
          code: "notAvailableOffline")
      }
      let model = try Model.find(arguments.uuid("modelUuid"), in: reading.connection)
      return try fetch(model, arguments, in: reading.connection)
    },
  ]

  /// `{"segment":{…}}`.
  static func body(
    of segment: Segment, _ connection: Connection, _ settings: Settings
  ) throws -> [UInt8] {
    let count = try? segment.recordsCount(in: connection)
    return JSONWriter.object { out in
      out.key("segment")
      segment.write(settings, recordsCount: count, to: &out)
    }
  }

  /// The most records of one answer, unless the request says how many it wants.
  private static let defaultLimit: Int64 = 100

  private static func fetch(
    _ model: Model, _ arguments: Arguments, in connection: Connection
  ) throws -> [UInt8] {
    let filter = arguments["filter"].map { JSONValue($0) } ?? .null
    let sort = arguments["sort"].map { JSONValue($0) }
    let limit = arguments["fetchingLimit"]?.integer ?? defaultLimit
    let offset = arguments["fetchingOffset"]?.integer ?? 0
    var out = JSONWriter(capacity: Int(min(limit, 10_000)) * 192)
    out.beginObject()
    out.key("records")
    out.beginArray()
    let writer = RowWriter(columns: model.columns)
    var fetched: Int64 = 0
    // One view of the data for the page and the count.
    let total = try connection.transaction(.deferred) {
      try model.records(filter, sort: sort, limit: limit, offset: offset, in: connection) { row in
        writer.write(row, to: &out)
        try checkSize(of: out, "segment.each gives any number of records")
        fetched += 1
      }
      // A short page is the last one: what is before it and in it is all there is.
      if fetched < limit && (fetched > 0 || offset == 0) { return offset + fetched }
      return try model.count(filter, in: connection)
    }
    out.endArray()
    out.field("count", total)
    out.key("columns")
    model.writeShortColumns(to: &out)
    out.endObject()
    return out.bytes
  }
}
