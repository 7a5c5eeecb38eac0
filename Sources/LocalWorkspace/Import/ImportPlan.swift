import CargoClient
import SQLite

/// Where each column of a file goes.
struct ImportPlan {
  /// The most columns of a model.
  static let columnLimit = 1_000

  /// One column of the file and the model's column that it fills.
  struct Target {
    var column: Column
    /// Whether the model does not have it yet.
    let isNew: Bool
  }

  /// The model, with the columns that the file adds.
  private(set) var model: Model
  /// Whether the workspace does not have the model yet.
  let isNewModel: Bool
  /// What the file calls its columns.
  let names: [String]
  /// In the order of the file's columns.
  private(set) var targets: [Target] = []
  /// The position of the column in the file whose values tell rows apart; nil when rows get ids.
  let key: Int?
  /// Whether the key was named, so that no row may lack it.
  let requiresKey: Bool

  /// - Throws: When the key is no column, or not the model's.
  init(
    _ survey: ImportSurvey, key named: String?, model existing: Model?, name: ModelName,
    file: String
  ) throws(CargoError) {
    names = survey.columns.map(\.name)
    let slugs = ColumnNames.slugs(for: names)
    guard slugs.count < ImportPlan.columnLimit else {
      throw CargoError(
        .argument, "\(file) has \(slugs.count) columns, and a model has 1000 at most")
    }
    key = try ImportPlan.key(named, names, slugs, existing, file)
    requiresKey = named != nil
    isNewModel = existing == nil
    let id = key.map { slugs[$0] } ?? "_id"
    model = existing ?? name.newModel(idColumn: id)
    if existing == nil {
      let label = key.map { ImportPlan.label(names[$0], slugs[$0]) } ?? "ID"
      model.columns = [Column(slug: id, type: .string, label: id == "_id" ? "ID" : label)]
    }
    for (position, found) in survey.columns.enumerated() {
      let slug = slugs[position]
      if let column = model.columns.first(where: { $0.slug.lowercased() == slug.lowercased() }) {
        let isOwn = existing == nil && position == key
        targets.append(Target(column: column, isNew: isOwn))
      } else {
        let column = Column(
          slug: slug, type: found.type, label: ImportPlan.label(names[position], slug))
        model.columns.append(column)
        targets.append(Target(column: column, isNew: true))
      }
    }
    guard model.columns.count <= ImportPlan.columnLimit else {
      throw CargoError(
        .argument,
        "with the columns of \(file) the model \(model.slug) would have "
          + "\(model.columns.count), and it has 1000 at most")
    }
  }

  private static func label(_ name: String, _ slug: String) -> String {
    let label = name.split(separator: " ").joined(separator: " ")
    return label.isEmpty ? slug : label
  }

  /// The column whose values tell rows apart: the one that is named, else the model's id column,
  /// where the file has it.
  private static func key(
    _ named: String?, _ names: [String], _ slugs: [String], _ model: Model?, _ file: String
  ) throws(CargoError) -> Int? {
    let own = model?.idColumn ?? "_id"
    guard let named else {
      let position = slugs.firstIndex { $0.lowercased() == own.lowercased() }
      guard position != nil || own == "_id" else {
        throw CargoError(
          .argument,
          "\(file) has no column \(own), which tells the rows of \(model?.slug ?? "") apart",
          hint: "rename the column that holds it, or import into another model")
      }
      return position
    }
    guard let position = ColumnNames.position(of: named, names: names, slugs: slugs) else {
      throw CargoError(
        .argument, "\(file) has no column \(named)",
        hint: NearestName.suggest(named, among: names).map { "did you mean --key '\($0)'?" }
          ?? "its columns are \(names.prefix(20).joined(separator: ", "))")
    }
    if let model, slugs[position].lowercased() != own.lowercased() {
      throw CargoError(
        .argument,
        "the rows of \(model.slug) are told apart by \(own), not by \(slugs[position])",
        hint: slugs.contains(own) ? "use --key \(own)" : "import into another model")
    }
    return position
  }
}

/// What a model is called on the command line: `NAME` or `dataset.NAME`.
struct ModelName {
  let dataset: String
  let model: String

  init(_ text: String) throws(CargoError) {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    dataset = parts.count == 2 ? String(parts[0]) : "default"
    model = String(parts.last ?? "")
    guard Model.isSlug(dataset), Model.isSlug(model) else {
      let nearest = ColumnNames.slug(model)
      throw CargoError(
        .argument, "\(text) is no name of a model: it has letters, digits and _ only",
        hint: nearest.map { "such as \($0)" })
    }
  }

  /// How it is shown.
  var text: String { "\(dataset).\(model)" }

  /// The model of that name, if there is one.
  func find(in connection: Connection) throws -> Model? {
    try Model.all(in: connection).first {
      $0.table.lowercased() == Model.table(dataset: dataset, model: model).lowercased()
    }
  }

  /// A model that is not yet in any workspace.
  fileprivate func newModel(idColumn: String) -> Model {
    let now = Timestamp.now()
    return Model(
      uuid: Identifier.make(), datasetUUID: "", datasetSlug: dataset, slug: model, name: model,
      idColumn: idColumn, createdAt: now, updatedAt: now)
  }
}
