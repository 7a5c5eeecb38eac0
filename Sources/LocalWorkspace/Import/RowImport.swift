public import CargoClient
import SQLite

/// Brings the rows of a file into a model of a local workspace: all of them, or none.
///
/// The file is read twice: first to its end, to find out what its columns hold, then to write. Both
/// take a fixed amount of memory whatever its size. Blocks the thread that it is used on.
public final class RowImport {
  /// What the user asks for.
  public struct Options: Sendable {
    /// A file of CSV, TSV or JSON lines; `-` is standard input.
    public var file: String
    /// The model's name: `NAME` in the dataset `default`, or `dataset.NAME`.
    public var model: String
    /// The column whose values tell rows apart; nil for the model's own id column.
    public var key: String?
    /// What separates the fields of CSV; nil finds it out from the first line.
    public var delimiter: UInt8?

    /// Names the options.
    public init(file: String, model: String, key: String? = nil, delimiter: UInt8? = nil) {
      self.file = file
      self.model = model
      self.key = key
      self.delimiter = delimiter
    }
  }

  /// A column as it is or will be in the model.
  public struct ColumnReport: Sendable, Equatable {
    /// The column's name in the model.
    public let slug: String
    /// Its header in the file.
    public let header: String
    /// Its type: `string`, `number`, …
    public let type: String
    /// Rows of the file that have a value there.
    public let filled: Int
    /// One of its values.
    public let example: String
    /// Whether the model does not have it yet.
    public let isNew: Bool
  }

  /// What is about to be written.
  public struct Preview: Sendable, Equatable {
    /// The model with its dataset.
    public let model: String
    /// Whether the workspace does not have it yet.
    public let isNewModel: Bool
    /// The column that tells rows apart.
    public let idColumn: String
    /// Whether rows get ids of their own.
    public let makesIDs: Bool
    /// Rows in the file.
    public let rows: Int
    /// The file's columns, in its order.
    public let columns: [ColumnReport]
  }

  /// What was written.
  public struct Summary: Sendable, Equatable {
    /// Rows that the model did not have.
    public let inserted: Int
    /// Rows that it had and that were changed.
    public let updated: Int
    /// Rows whose key came again further down: the last one holds.
    public let duplicates: Int
  }

  /// The length of the file in bytes.
  public var size: Int { file.size }
  private let options: Options
  private let name: ModelName
  private let file: ImportFile
  private var survey: ImportSurvey?

  /// Opens the file; standard input is read to its end.
  public init(_ options: Options) throws(CargoError) {
    self.options = options
    name = try ModelName(options.model)
    file = try ImportFile(options.file)
  }

  /// Reads the file and tells what would be written to the workspace at `path`, which need not exist.
  ///
  /// - Parameter progress: told now and then how many bytes have been read.
  public func preview(
    workspace path: String, progress: (_ bytes: Int) -> Void = { _ in }
  ) throws(CargoError) -> Preview {
    do {
      let survey = try ImportSurvey(file, delimiter: options.delimiter, progress: progress)
      self.survey = survey
      var existing: Model?
      if WorkspaceFile.exists(at: path) {
        existing = try name.find(in: WorkspaceFile.open(at: path))
      }
      let plan = try plan(survey, existing)
      return Preview(
        model: "\(plan.model.datasetSlug).\(plan.model.slug)", isNewModel: plan.isNewModel,
        idColumn: plan.model.idColumn, makesIDs: plan.key == nil, rows: survey.rows,
        columns: zip(survey.columns, plan.targets).map { found, target in
          ColumnReport(
            slug: target.column.slug, header: found.name, type: target.column.type.rawValue,
            filled: found.filled, example: found.example, isNew: target.isNew)
        })
    } catch {
      throw WorkspaceFile.failure(error, path: path)
    }
  }

  /// Writes the rows in one transaction. Call `preview` first.
  ///
  /// - Parameter progress: told now and then how many rows have been written.
  public func write(
    to path: String, progress: (_ rows: Int) -> Void = { _ in }
  ) throws(CargoError) -> Summary {
    guard let survey else { preconditionFailure("write comes after preview") }
    do {
      let connection = try WorkspaceFile.open(at: path)
      try connection.execute("PRAGMA cache_size = -\(RowImport.cacheSize)")
      let counts = try connection.withRollbackJournal {
        try connection.transaction { try writeRows(survey, on: connection, progress) }
      }
      connection.checkpoint()
      return Summary(
        inserted: counts.inserted, updated: counts.updated, duplicates: counts.duplicates)
    } catch {
      throw WorkspaceFile.failure(error, path: path)
    }
  }

  private func writeRows(
    _ survey: ImportSurvey, on connection: Connection, _ progress: (Int) -> Void
  ) throws -> ImportWriter.Counts {
    let plan = try plan(survey, name.find(in: connection))
    try prepare(plan, in: connection)
    var writer = try ImportWriter(plan, file, on: connection)
    let counts = try writer.run(delimiter: options.delimiter, progress: progress)
    try Settings.bumpGeneration(in: connection)
    return counts
  }

  /// KiB of pages that SQLite keeps: enough for the upper levels of the id index of millions of rows.
  private static let cacheSize = 8_192

  private func plan(_ survey: ImportSurvey, _ existing: Model?) throws(CargoError) -> ImportPlan {
    try ImportPlan(survey, key: options.key, model: existing, name: name, file: file.name)
  }

  /// Makes the model, or the columns that it lacks, as `model.create` and `storage.record.ingest` do.
  private func prepare(_ plan: ImportPlan, in connection: Connection) throws {
    guard plan.isNewModel else {
      var model = try Model.find(plan.model.uuid, in: connection)
      for target in plan.targets where target.isNew {
        try model.add(target.column, in: connection)
        model.columns.append(target.column)
      }
      return
    }
    let dataset = try connection.first(
      "SELECT uuid FROM cargo_datasets WHERE slug = ?", [.text(name.dataset)]
    ) { $0.string(0) }
    guard let dataset else {
      throw CargoError(
        .argument, "the workspace has no dataset \(name.dataset)",
        hint: "leave it out for the dataset default")
    }
    var model = plan.model
    model.datasetUUID = dataset
    try model.insert(into: connection)
  }
}
