import CargoClient
import SQLite

/// A link between two models (`cargo-platform.md` §1): their rows belong together where two columns
/// are equal.
struct Relationship: Sendable {
  var uuid: String
  var fromModel: String
  var fromColumn: String
  var toModel: String
  var toColumn: String
  var relation: String

  private static let selection = """
    SELECT uuid, from_model, from_column, to_model, to_column, relation FROM cargo_relationships
    """

  /// The kinds; the first is what goes without saying.
  static let relations = ["manyToOne", "oneToMany", "oneToOne", "manyToMany"]

  private static func read(_ row: Statement) -> Relationship {
    Relationship(
      uuid: row.string(0), fromModel: row.string(1), fromColumn: row.string(2),
      toModel: row.string(3), toColumn: row.string(4), relation: row.string(5))
  }

  /// Those that have a model at one end, in the order they were set.
  static func all(of model: String, in connection: Connection) throws -> [Relationship] {
    var all: [Relationship] = []
    try connection.query(
      selection + " WHERE from_model = ?1 OR to_model = ?1 ORDER BY position",
      [.text(model.lowercased())]
    ) { all.append(read($0)) }
    return all
  }

  func insert(at position: Int, dataset: String, into connection: Connection) throws {
    try connection.run(
      """
      INSERT INTO cargo_relationships (uuid, dataset_uuid, position, from_model, from_column,
        to_model, to_column, relation) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .text(uuid), .text(dataset), .integer(Int64(position)), .text(fromModel),
        .text(fromColumn), .text(toModel), .text(toColumn), .text(relation),
      ])
  }

  func write(to out: inout JSONWriter) {
    out.beginObject()
    out.field("uuid", uuid)
    out.field("fromModelUuid", fromModel)
    out.field("fromColumnSlug", fromColumn)
    out.field("toModelUuid", toModel)
    out.field("toColumnSlug", toColumn)
    out.field("relation", relation)
    out.endObject()
  }
}

extension Handlers {
  static let relationships: [String: Handler] = [
    "relationship.list": .read { reading in
      let model = try Model.find(reading.arguments.uuid("modelUuid"), in: reading.connection)
      return body(of: try Relationship.all(of: model.uuid, in: reading.connection))
    },
    "relationship.set": .write { writing in
      let (arguments, connection) = (writing.arguments, writing.connection)
      let dataset = arguments.uuid("datasetUuid")
      let isKnown = try connection.first(
        "SELECT 1 FROM cargo_datasets WHERE uuid = ?", [.text(dataset)]
      ) { _ in true }
      guard isKnown == true else {
        throw CargoError.notFound("Dataset", code: "datasetNotFound")
      }
      let elements = arguments["relationships"]?.array.map(Array.init) ?? []
      let wanted = try elements.enumerated().map { index, element in
        try relationship(element, "relationships[\(index)]", arguments, connection)
      }
      // All of a dataset are set at once; what is not named is gone.
      try connection.run(
        "DELETE FROM cargo_relationships WHERE dataset_uuid = ?", [.text(dataset)])
      for (position, relationship) in wanted.enumerated() {
        try relationship.insert(at: position, dataset: dataset, into: connection)
      }
      return body(of: wanted)
    },
  ]

  private static func relationship(
    _ view: JSONView, _ place: String, _ arguments: Arguments, _ connection: Connection
  ) throws -> Relationship {
    func end(_ name: String) throws -> (model: String, column: String) {
      let (modelKey, columnKey) = (name + "ModelUuid", name + "ColumnSlug")
      guard let uuid = view[modelKey]?.string, let slug = view[columnKey]?.string else {
        throw arguments.invalid("\(place) wants \(modelKey) and \(columnKey)")
      }
      let model = try Model.find(uuid, in: connection)
      guard model.column(slug) != nil else {
        throw CargoError.refused(
          "\(place): \(model.slug) has no column \"\(slug)\"", code: "columnNotFound")
      }
      return (model.uuid, slug)
    }
    let (from, to) = (try end("from"), try end("to"))
    let relation = view["relation"]?.string ?? Relationship.relations[0]
    guard Relationship.relations.contains(relation) else {
      throw arguments.invalid(
        "\(place).relation is one of \(Relationship.relations.joined(separator: ", "))")
    }
    return Relationship(
      uuid: view["uuid"]?.string?.lowercased() ?? Identifier.make(), fromModel: from.model,
      fromColumn: from.column, toModel: to.model, toColumn: to.column, relation: relation)
  }

  private static func body(of relationships: [Relationship]) -> [UInt8] {
    JSONWriter.object { out in
      out.key("relationships")
      out.beginArray()
      for relationship in relationships { relationship.write(to: &out) }
      out.endArray()
    }
  }
}
