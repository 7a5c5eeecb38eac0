import CargoClient
import SQLite

extension Handlers {
  static let models: [String: Handler] = [
    "model.list": .read { reading in
      let models = try Model.all(
        dataset: reading.arguments.optionalUUID("datasetUuid"), in: reading.connection)
      return try JSONWriter.object(capacity: 4_096) { out in
        out.key("models")
        out.beginArray()
        for model in models { try model.write(reading, to: &out) }
        out.endArray()
      }
    },
    "model.get": .read { reading in
      let model = try Model.find(reading.arguments.uuid("uuid"), in: reading.connection)
      return try JSONWriter.object { out in
        out.key("model")
        try model.write(reading, to: &out)
      }
    },
    "model.get_ddl": .read { reading in
      let model = try Model.find(reading.arguments.uuid("uuid"), in: reading.connection)
      let ddl = try reading.connection.first(
        "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?", [.text(model.table)]
      ) { $0.string(0) }
      return JSONWriter.object { out in
        out.field("ddl", ddl ?? "")
        out.field("language", "sqlite")
      }
    },
    "column.list": .read { reading in
      let model = try Model.find(reading.arguments.uuid("modelUuid"), in: reading.connection)
      return JSONWriter.object { out in
        out.key("columns")
        model.writeColumns(to: &out) { _ in true }
      }
    },
    "dataset.list": .read { reading in
      var out = JSONWriter()
      out.beginObject()
      out.key("datasets")
      out.beginArray()
      try reading.connection.query(
        "SELECT uuid, slug, kind, connector_uuid, created_at FROM cargo_datasets ORDER BY slug"
      ) { Model.writeDataset($0, reading.settings, to: &out) }
      out.endArray()
      out.endObject()
      return out.bytes
    },
    "dataset.get": .read { reading in
      let dataset = try reading.connection.first(
        "SELECT uuid, slug, kind, connector_uuid, created_at FROM cargo_datasets WHERE uuid = ?",
        [.text(reading.arguments.uuid("uuid"))]
      ) { row in
        JSONWriter.object { out in
          out.key("dataset")
          Model.writeDataset(row, reading.settings, to: &out)
        }
      }
      guard let dataset else { throw CargoError.notFound("Dataset", code: "datasetNotFound") }
      return dataset
    },
  ]
}

extension Model {
  static func writeDataset(_ row: Statement, _ settings: Settings, to out: inout JSONWriter) {
    out.beginObject()
    out.field("uuid", row.string(0))
    out.field("slug", row.string(1))
    out.field("workspaceUuid", settings.workspaceUUID)
    out.field("kind", row.string(2))
    out.field("connectorUuid", row.optionalString(3))
    out.field("config", json: #"{"kind":"object"}"#)
    out.field("createdAt", instant: row.int64(4))
    out.endObject()
  }

  func write(_ reading: Reading, to out: inout JSONWriter) throws {
    let segments = try reading.connection.first(
      "SELECT count(*) FROM cargo_segments WHERE model_uuid = ?", [.text(uuid)]
    ) { $0.int64(0) }
    out.beginObject()
    out.field("uuid", uuid)
    out.field("workspaceUuid", reading.settings.workspaceUUID)
    out.field("slug", slug)
    out.field("name", name)
    out.field("datasetUuid", datasetUUID)
    out.field("extractorSlug", extractorSlug)
    out.field("idColumnSlug", idColumn)
    out.field("titleColumnSlug", titleColumn)
    out.field("timeColumnSlug", timeColumn)
    out.key("columns")
    writeColumns(to: &out) { $0.kind == "original" }
    out.key("additionalColumns")
    writeColumns(to: &out) { $0.kind != "original" }
    out.field("config", json: config)
    out.field("schedule", json: schedule)
    out.field("playsCount", 0 as Int64)
    out.field("segmentsCount", segments ?? 0)
    out.field("isPaused", false)
    out.nullField("lastRun")
    out.field("createdAt", instant: createdAt)
    out.field("updatedAt", instant: updatedAt)
    out.endObject()
  }

  func writeColumns(to out: inout JSONWriter, where isWanted: (Column) -> Bool) {
    out.beginArray()
    for column in columns where isWanted(column) {
      if let definition = column.definition {
        out.raw(definition.utf8)
        continue
      }
      out.beginObject()
      out.field("slug", column.slug)
      out.field("type", column.type.rawValue)
      out.field("label", column.label)
      out.field("kind", column.kind)
      if column.kind == "original" { out.field("originalSlug", column.slug) }
      out.endObject()
    }
    out.endArray()
  }

  /// The columns as `segment.fetch` shows them, the id first.
  func writeShortColumns(to out: inout JSONWriter) {
    out.beginArray()
    for column in columns {
      out.beginObject()
      out.field("slug", column.slug)
      out.field("type", column.type.rawValue)
      out.field("label", column.label)
      out.field("modelUuid", uuid)
      out.endObject()
    }
    out.endArray()
  }
}
