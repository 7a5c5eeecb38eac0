import CargoClient
import SQLite

/// What `modelInsert` and `modelUpsert` nodes write (`cargo-platform.md` §5.3).
struct ModelChange {
  private let modelUUID: String
  private let matching: (column: String, value: JSONValue)?
  private let mappings: [(column: String, value: JSONValue)]

  /// Reads a computed configuration.
  init(_ config: JSONValue, isUpsert: Bool) throws {
    func invalid(_ message: String) -> CargoError {
      CargoError.refused(message, code: "configInvalid")
    }
    guard let uuid = config["modelUuid"]?.string, Identifier.isValid(uuid) else {
      throw invalid("modelUuid must be a UUID (version 4)")
    }
    modelUUID = uuid
    guard let list = config["mappings"]?.array else {
      throw invalid("mappings must be a list of {columnSlug, value}")
    }
    mappings = try list.enumerated().map { index, mapping in
      guard let column = mapping["columnSlug"]?.string else {
        throw invalid("mappings[\(index)] has no columnSlug")
      }
      return (column, mapping["value"] ?? .null)
    }
    guard isUpsert else {
      matching = nil
      return
    }
    guard let column = config["matchingColumnSlug"]?.string else {
      throw invalid("matchingColumnSlug must be a text")
    }
    guard let value = config["matchingValue"], !value.isNull else {
      throw invalid("matchingValue is empty: which record is meant?")
    }
    matching = (column, value)
  }

  /// Writes and returns the record as JSON.
  func apply(in connection: Connection) throws -> [UInt8] {
    let model = try Model.find(modelUUID, in: connection)
    var values: [String: SQLiteValue] = [:]
    for (slug, value) in mappings { values[slug] = try stored(value, in: slug, of: model) }
    var key: SQLiteValue?
    if let matching {
      let value = try stored(matching.value, in: matching.column, of: model)
      key = try find(value, in: matching.column, of: model, connection)
      if key == nil { values[matching.column] = value }
    }
    if let key {
      try update(key, values, of: model, connection)
    } else {
      key = try model.insert(values, in: connection)
    }
    return try row(key ?? .null, of: model, connection)
  }

  private func stored(
    _ value: JSONValue, in slug: String, of model: Model
  ) throws -> SQLiteValue {
    guard let column = model.column(slug) else {
      throw CargoError.refused(
        "Column not found: \(slug)", code: "columnNotFound",
        hint: NearestName.suggest(slug, among: model.columns.map(\.slug)).map {
          "did you mean \($0)?"
        })
    }
    return try column.stored(JSONDocument(value.canonicalBytes()).root)
  }

  private func find(
    _ value: SQLiteValue, in column: String, of model: Model, _ connection: Connection
  ) throws -> SQLiteValue? {
    try connection.first(
      """
      SELECT \(Model.quoted(model.idColumn)) FROM \(Model.quoted(model.table))
      WHERE \(Model.quoted(column)) = ? ORDER BY 1 LIMIT 1
      """, [value]
    ) { .text($0.string(0)) }
  }

  private func update(
    _ key: SQLiteValue, _ values: [String: SQLiteValue], of model: Model, _ connection: Connection
  ) throws {
    let changed = model.columns.filter { values[$0.slug] != nil && $0.slug != model.idColumn }
    guard !changed.isEmpty else { return }
    try connection.run(
      """
      UPDATE \(Model.quoted(model.table))
      SET \(changed.map { Model.quoted($0.slug) + " = ?" }.joined(separator: ", "))
      WHERE \(Model.quoted(model.idColumn)) = ?
      """, changed.map { values[$0.slug] ?? .null } + [key])
  }

  private func row(
    _ key: SQLiteValue, of model: Model, _ connection: Connection
  ) throws -> [UInt8] {
    let names = model.columns.map { Model.quoted($0.slug) }.joined(separator: ", ")
    let writer = RowWriter(columns: model.columns)
    var out = JSONWriter()
    let isThere: Void? = try connection.first(
      """
      SELECT \(names) FROM \(Model.quoted(model.table)) WHERE \(Model.quoted(model.idColumn)) = ?
      """, [key]
    ) { writer.write($0, to: &out) }
    guard isThere != nil else { throw CargoError.notFound("Record", code: "recordNotFound") }
    return out.bytes
  }
}
