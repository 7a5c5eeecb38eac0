import CargoClient
import SQLite

extension Handlers {
  static let modelChanges: [String: Handler] = [
    "model.create": .write { writing in
      let (arguments, connection) = (writing.arguments, writing.connection)
      let slug = arguments.text("slug")
      guard Model.isSlug(slug) else {
        throw arguments.invalid("\"slug\" has letters, digits and _ only")
      }
      let dataset = try connection.first(
        "SELECT slug FROM cargo_datasets WHERE uuid = ?", [.text(arguments.uuid("datasetUuid"))]
      ) { $0.string(0) }
      guard let dataset else { throw CargoError.notFound("Dataset", code: "datasetNotFound") }
      var model = Model(
        uuid: Identifier.make(), datasetUUID: arguments.uuid("datasetUuid"), datasetSlug: dataset,
        slug: slug, name: arguments.text("name"), createdAt: writing.now, updatedAt: writing.now)
      // SQLite does not tell names apart by their case.
      let isTaken = try Model.all(in: connection).contains {
        $0.table.lowercased() == model.table.lowercased()
      }
      guard !isTaken else {
        throw CargoError.refused(
          "the dataset \(dataset) has a model \(slug)", code: "slugAlreadyExists")
      }
      model.extractorSlug = arguments.text("extractorSlug")
      if let config = arguments["config"] {
        model.config = String(decoding: config.bytes, as: UTF8.self)
      }
      model.schedule = arguments["schedule"].map { String(decoding: $0.bytes, as: UTF8.self) }
      model.columns = [Column(slug: model.idColumn, type: .string, label: "ID")]
      try model.insert(into: connection)
      try Settings.bumpGeneration(in: connection)
      return try modelBody(model, writing)
    },
    "model.update": .write { writing in
      let (arguments, connection) = (writing.arguments, writing.connection)
      var model = try Model.find(arguments.uuid("uuid"), in: connection)
      if let name = arguments["name"]?.string { model.name = name }
      if let slug = arguments["extractorSlug"]?.string { model.extractorSlug = slug }
      if let config = arguments["config"] {
        model.config = String(decoding: config.bytes, as: UTF8.self)
      }
      if arguments.root["schedule"] != nil {
        model.schedule = arguments["schedule"].map { String(decoding: $0.bytes, as: UTF8.self) }
      }
      model.updatedAt = writing.now
      try connection.run(
        """
        UPDATE cargo_models SET name = ?, extractor_slug = ?, config = ?, schedule = ?,
          updated_at = ? WHERE uuid = ?
        """,
        [
          .text(model.name), .text(model.extractorSlug), .text(model.config),
          .optional(model.schedule), .integer(writing.now), .text(model.uuid),
        ])
      return try modelBody(model, writing)
    },
    "model.remove": .write { writing in
      let connection = writing.connection
      let model = try Model.find(writing.arguments.uuid("uuid"), in: connection)
      let segments = try connection.first(
        "SELECT count(*) FROM cargo_segments WHERE model_uuid = ?", [.text(model.uuid)]
      ) { $0.int64(0) }
      guard segments == 0 else {
        throw CargoError.refused(
          "the model \(model.slug) is used by \(segments ?? 0) segments", code: "modelInUse")
      }
      try connection.run("DELETE FROM cargo_columns WHERE model_uuid = ?", [.text(model.uuid)])
      try connection.run("DELETE FROM cargo_models WHERE uuid = ?", [.text(model.uuid)])
      try connection.execute("DROP TABLE \(Model.quoted(model.table))")
      try Settings.bumpGeneration(in: connection)
      return Array("{}".utf8)
    },
    "column.create": .write { writing in
      let (model, column) = try columnArgument(writing)
      guard model.column(column.slug) == nil else {
        throw CargoError.refused(
          "the model \(model.slug) has a column \(column.slug)", code: "slugAlreadyExists")
      }
      try model.add(column, in: writing.connection)
      return Array("{}".utf8)
    },
    "column.update": .write { writing in
      let (model, column) = try columnArgument(writing)
      guard let old = model.column(column.slug) else {
        throw CargoError.notFound("Column", code: "columnNotFound")
      }
      guard old.type == column.type else {
        throw CargoError.refused(
          "the type of column \(column.slug) cannot change from \(old.type.rawValue)",
          code: "columnTypeFixed")
      }
      try writing.connection.run(
        """
        UPDATE cargo_columns SET label = ?, kind = ?, definition = ?
        WHERE model_uuid = ? AND slug = ?
        """,
        [
          .text(column.label), .text(column.kind), .optional(column.definition),
          .text(model.uuid), .text(column.slug),
        ])
      return Array("{}".utf8)
    },
    "column.remove": .write { writing in
      let connection = writing.connection
      let model = try Model.find(writing.arguments.uuid("modelUuid"), in: connection)
      let column = try existingColumn(writing.arguments.text("columnSlug"), of: model)
      guard column.slug != model.idColumn else {
        throw CargoError.refused("the id column cannot be removed", code: "columnRequired")
      }
      try connection.run(
        "DELETE FROM cargo_columns WHERE model_uuid = ? AND slug = ?",
        [.text(model.uuid), .text(column.slug)])
      try connection.execute(
        "ALTER TABLE \(Model.quoted(model.table)) DROP COLUMN \(Model.quoted(column.slug))")
      return Array("{}".utf8)
    },
    "column.reorder": .write { writing in
      let (arguments, connection) = (writing.arguments, writing.connection)
      let model = try Model.find(arguments.uuid("modelUuid"), in: connection)
      let column = try existingColumn(arguments.text("columnSlug"), of: model)
      var columns = model.columns.filter { $0.slug != column.slug }
      let index = Int(arguments["toIndex"]?.integer ?? 0)
      columns.insert(column, at: min(index, columns.count))
      for (position, column) in columns.enumerated() {
        try connection.run(
          "UPDATE cargo_columns SET position = ? WHERE model_uuid = ? AND slug = ?",
          [.integer(Int64(position)), .text(model.uuid), .text(column.slug)])
      }
      return Array("{}".utf8)
    },
  ]

  private static func modelBody(_ model: Model, _ writing: Writing) throws -> [UInt8] {
    let reading = Reading(
      arguments: writing.arguments, connection: writing.connection, settings: writing.settings)
    return try JSONWriter.object { out in
      out.key("model")
      try model.write(reading, to: &out)
    }
  }

  private static func existingColumn(_ slug: String, of model: Model) throws -> Column {
    guard let column = model.column(slug) else {
      throw CargoError.notFound("Column", code: "columnNotFound")
    }
    return column
  }

  /// The model and the column that `column.create` and `column.update` are given.
  private static func columnArgument(_ writing: Writing) throws -> (Model, Column) {
    let arguments = writing.arguments
    let model = try Model.find(arguments.uuid("modelUuid"), in: writing.connection)
    guard let column = arguments["column"], let slug = column["slug"]?.string, Model.isSlug(slug)
    else { throw arguments.invalid("\"column.slug\" has letters, digits and _ only") }
    guard let type = column["type"]?.string.flatMap(Column.Kind.init) else {
      let types = Column.Kind.allCases.map(\.rawValue).joined(separator: ", ")
      throw arguments.invalid("\"column.type\" must be one of \(types)")
    }
    let kind = column["kind"]?.string ?? "custom"
    guard ["custom", "original"].contains(kind) else {
      throw CargoError.refused(
        "columns of kind \(kind) are not available offline", code: "notAvailableOffline",
        hint: "use a column of kind custom and fill it from a recipe")
    }
    return (
      model, Column(slug: slug, type: type, label: column["label"]?.string ?? slug, kind: kind)
    )
  }
}

extension Model {
  /// Adds a column to the model and its table.
  func add(_ column: Column, in connection: Connection) throws {
    // SQLite does not tell names apart by their case.
    if let other = columns.first(where: { $0.slug.lowercased() == column.slug.lowercased() }) {
      throw CargoError.refused(
        "the model \(slug) has a column \(other.slug)", code: "slugAlreadyExists")
    }
    guard columns.count < 1_000 else {
      throw CargoError.refused("the model \(slug) has too many columns", code: "tooManyColumns")
    }
    let position = try connection.first(
      "SELECT coalesce(max(position), -1) + 1 FROM cargo_columns WHERE model_uuid = ?",
      [.text(uuid)]
    ) { Int($0.int64(0)) }
    try insert(column, at: position ?? columns.count, into: connection)
    try connection.execute(
      """
      ALTER TABLE \(Model.quoted(table))
      ADD COLUMN \(Model.quoted(column.slug)) \(column.type.storage)
      """)
  }
}
