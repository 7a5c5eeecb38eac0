import CargoClient
import SQLite

// Rows of models: `storage.record.*` (`cargo-platform.md` §3.7, §9.6).
extension Handlers {
  static let storageRecords: [String: Handler] = [
    "storage.record.list": .read { reading in
      let (arguments, connection) = (reading.arguments, reading.connection)
      let model = try Model.find(arguments.uuid("modelUuid"), in: connection)
      let writer = RowWriter(columns: model.columns)
      var out = JSONWriter(capacity: 16_384)
      out.beginObject()
      out.key("records")
      out.beginArray()
      try model.records(
        ["conjonction": "and", "groups": []], sort: arguments["sort"].map { JSONValue($0) },
        limit: arguments["limit"]?.integer ?? 100, offset: arguments["offset"]?.integer ?? 0,
        in: connection
      ) { writer.write($0, to: &out) }
      out.endArray()
      out.endObject()
      return out.bytes
    },
    "storage.record.update_bulk": .write { writing in
      let arguments = writing.arguments
      let model = try Model.find(arguments.uuid("modelUuid"), in: writing.connection)
      let records = arguments["records"]?.array.map(Array.init) ?? []
      guard (1...1_000).contains(records.count) else {
        throw arguments.invalid("\"records\" must have 1 to 1000 elements")
      }
      return try update(model, records, arguments, in: writing.connection)
    },
    "storage.record.ingest": .write { writing in
      let arguments = writing.arguments
      let model = try Model.find(arguments.uuid("modelUuid"), in: writing.connection)
      let records = arguments["records"]?.array.map(Array.init) ?? []
      guard records.count <= 100 else {
        throw arguments.invalid("a request ingests 100 records at most")
      }
      try ingest(model, records, arguments, in: writing.connection)
      return Array(#"{"message":"OK"}"#.utf8)
    },
  ]

  private static func update(
    _ model: Model, _ records: [JSONView], _ arguments: Arguments, in connection: Connection
  ) throws -> [UInt8] {
    let table = Model.quoted(model.table)
    let id = Model.quoted(model.idColumn)
    let names = model.columns.map { Model.quoted($0.slug) }.joined(separator: ", ")
    let writer = RowWriter(columns: model.columns)
    var out = JSONWriter(capacity: records.count * 192)
    out.beginObject()
    out.key("records")
    out.beginArray()
    for (index, record) in records.enumerated() {
      guard let key = record["id"]?.string ?? record["id"]?.integer.map(String.init),
        let data = record["data"]?.object
      else { throw arguments.invalid("\"records[\(index)]\" must be {id, data}") }
      var assignments: [String] = []
      var values: [SQLiteValue] = []
      for (slug, value) in data {
        guard let column = model.column(slug) else {
          throw CargoError.refused(
            "Column not found: \(slug)", code: "columnNotFound",
            hint: NearestName.suggest(slug, among: model.columns.map(\.slug)).map {
              "did you mean \($0)?"
            })
        }
        guard slug != model.idColumn else {
          throw CargoError.refused("the id of a record cannot change", code: "idColumnFixed")
        }
        assignments.append(Model.quoted(slug) + " = ?")
        values.append(try column.stored(value))
      }
      if !assignments.isEmpty {
        try connection.run(
          "UPDATE \(table) SET \(assignments.joined(separator: ", ")) WHERE \(id) = ?",
          values + [.text(key)])
      }
      let isThere: Void? = try connection.first(
        "SELECT \(names) FROM \(table) WHERE \(id) = ?", [.text(key)]
      ) { writer.write($0, to: &out) }
      guard isThere != nil else {
        throw CargoError.refused("Record not found: \(key)", code: "recordNotFound", status: 404)
      }
    }
    out.endArray()
    out.endObject()
    return out.bytes
  }

  /// Inserts rows; keys that the model does not have become columns.
  private static func ingest(
    _ model: Model, _ records: [JSONView], _ arguments: Arguments, in connection: Connection
  ) throws {
    var model = model
    for (index, record) in records.enumerated() {
      guard let members = record.object else {
        throw arguments.invalid("\"records[\(index)]\" must be an object")
      }
      var values: [String: SQLiteValue] = [:]
      for (key, value) in members {
        if model.column(key) == nil {
          guard Model.isSlug(key) else {
            throw arguments.invalid("\"records[\(index)].\(key)\" is no column name")
          }
          try model.add(Column(slug: key, type: Column.type(of: value), label: key), in: connection)
          model = try Model.find(model.uuid, in: connection)
        }
        values[key] = try model.column(key)?.stored(value)
      }
      _ = try model.insert(values, subject: "records[\(index)]: ", in: connection)
    }
  }
}
