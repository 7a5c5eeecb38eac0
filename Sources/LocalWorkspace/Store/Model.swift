import CargoClient
import SQLite

/// A column of a model.
struct Column: Sendable, Equatable {
  /// The types of `cargo-platform.md` §1.
  enum Kind: String, Sendable, CaseIterable {
    case string, number, boolean, date, object, array, vector, any

    /// How SQLite stores it (`cargo-platform.md` §7.1).
    var storage: String {
      switch self {
      case .number: "NUMERIC"
      case .boolean: "INTEGER"
      default: "TEXT"
      }
    }

    /// Whether the text in the column is JSON.
    var isJSON: Bool { self == .object || self == .array || self == .any || self == .vector }
  }

  var slug: String
  var type: Kind
  var label: String
  /// `original`, `custom`, `computed`, `metric`, `lookup`.
  var kind = "original"
  /// The whole column as it was given, where it is more than an original one.
  var definition: String?
}

/// A model and its columns.
struct Model: Sendable {
  var uuid: String
  var datasetUUID: String
  var datasetSlug: String
  var slug: String
  var name: String
  var extractorSlug = "manual"
  var idColumn = "_id"
  var titleColumn: String?
  var timeColumn: String?
  var config = "{}"
  var schedule: String?
  var createdAt: Int64
  var updatedAt: Int64
  var columns: [Column] = []

  /// The table's name in the file (`cargo-platform.md` §7.1).
  var table: String { Model.table(dataset: datasetSlug, model: slug) }

  static func table(dataset: String, model: String) -> String {
    "datasets_\(dataset)__models_\(model)"
  }

  func column(_ slug: String) -> Column? { columns.first { $0.slug == slug } }

  /// A name in double quotes, for SQL.
  static func quoted(_ name: String) -> String {
    "\"" + name.replacing("\"", with: "\"\"") + "\""
  }

  /// Whether `slug` may name a dataset, model or column (`cargo-platform.md` §1).
  static func isSlug(_ slug: String) -> Bool {
    !slug.isEmpty && slug.utf8.count <= 120
      && slug.utf8.allSatisfy {
        (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 95
      }
  }
}

// MARK: - In the file

extension Model {
  /// Writes a new model and makes its table.
  func insert(into connection: Connection) throws {
    try connection.run(
      """
      INSERT INTO cargo_models (uuid, dataset_uuid, slug, name, extractor_slug, id_column,
        title_column, time_column, config, schedule, created_at, updated_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .text(uuid), .text(datasetUUID), .text(slug), .text(name), .text(extractorSlug),
        .text(idColumn), .optional(titleColumn), .optional(timeColumn), .text(config),
        .optional(schedule), .integer(createdAt), .integer(updatedAt),
      ])
    for (position, column) in columns.enumerated() {
      try insert(column, at: position, into: connection)
    }
    let definitions = columns.map { column in
      let key = column.slug == idColumn ? " PRIMARY KEY NOT NULL" : ""
      return Model.quoted(column.slug) + " " + column.type.storage + key
    }
    try connection.execute(
      "CREATE TABLE \(Model.quoted(table)) (\(definitions.joined(separator: ", ")))")
  }

  /// Writes down a column; the table is the caller's.
  func insert(_ column: Column, at position: Int, into connection: Connection) throws {
    try connection.run(
      """
      INSERT INTO cargo_columns (model_uuid, slug, position, type, label, kind, definition)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .text(uuid), .text(column.slug), .integer(Int64(position)), .text(column.type.rawValue),
        .text(column.label), .text(column.kind), .optional(column.definition),
      ])
  }

  private static let selection = """
    SELECT m.uuid, m.dataset_uuid, d.slug, m.slug, m.name, m.extractor_slug, m.id_column,
      m.title_column, m.time_column, m.config, m.schedule, m.created_at, m.updated_at
    FROM cargo_models m JOIN cargo_datasets d ON d.uuid = m.dataset_uuid
    """

  private init(row: Statement, connection: Connection) throws {
    uuid = row.string(0)
    datasetUUID = row.string(1)
    datasetSlug = row.string(2)
    slug = row.string(3)
    name = row.string(4)
    extractorSlug = row.string(5)
    idColumn = row.string(6)
    titleColumn = row.optionalString(7)
    timeColumn = row.optionalString(8)
    config = row.string(9)
    schedule = row.optionalString(10)
    createdAt = row.int64(11)
    updatedAt = row.int64(12)
    try connection.query(
      """
      SELECT slug, type, label, kind, definition FROM cargo_columns WHERE model_uuid = ?
      ORDER BY position
      """, [.text(uuid)]
    ) { row in
      columns.append(
        Column(
          slug: row.string(0), type: Column.Kind(rawValue: row.string(1)) ?? .any,
          label: row.string(2), kind: row.string(3), definition: row.optionalString(4)))
    }
  }

  /// The model with that uuid.
  /// - Throws: 404 when there is none.
  static func find(_ uuid: String, in connection: Connection) throws -> Model {
    guard
      let model = try connection.first(
        selection + " WHERE m.uuid = ?", [.text(uuid.lowercased())],
        row: { try Model(row: $0, connection: connection) })
    else { throw CargoError.notFound("Model", code: "modelNotFound") }
    return model
  }

  /// All models, of one dataset or of all.
  static func all(dataset: String? = nil, in connection: Connection) throws -> [Model] {
    var models: [Model] = []
    try connection.query(
      selection + " WHERE ?1 IS NULL OR m.dataset_uuid = ?1 ORDER BY d.slug, m.slug",
      [.optional(dataset?.lowercased())]
    ) { models.append(try Model(row: $0, connection: connection)) }
    return models
  }
}
