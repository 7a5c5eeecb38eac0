import CargoClient

/// What a filter has to know of a model.
struct FilterModel: Equatable, Sendable {
  /// A column.
  struct Column: Equatable, Sendable {
    /// Its slug, which is its name in the table.
    let slug: String
    /// Its type: `string`, `number`, `boolean`, `date`, `object`, `array`, `vector`, `any`.
    let type: String
  }

  /// The model.
  let uuid: String
  /// Its slug, for messages.
  let slug: String
  /// The table's name in the file.
  let table: String
  /// The column that identifies a record.
  let idColumn: String
  /// The column that tells when a record happened; nil when the model has none.
  var timeColumn: String?
  /// All columns, those that were added included.
  let columns: [Column]

  /// The column of a slug.
  func column(_ slug: String) -> Column? { columns.first { $0.slug == slug } }
}

/// A link between two models: rows of `fromModel` and `toModel` belong together when the two columns
/// are equal.
struct FilterRelationship: Equatable, Sendable {
  let fromModel: String
  let fromColumn: String
  let toModel: String
  let toColumn: String
}

/// A saved segment, as a condition `segment in` needs it.
struct FilterSegment: Sendable {
  /// The segment's model.
  let modelUUID: String
  /// Its filter.
  let filter: JSONValue
  /// Its order, which matters when it has a limit.
  var sort: JSONValue?
  /// How many records it holds at most.
  var limit: Int64?
}

/// Events of workflows, for the condition `enrollment`: a SELECT without parameters that gives the
/// columns `workflow_uuid`, `record_id`, `node_slug` (NULL unless nodes are asked for) and `time`.
struct FilterEvents: Equatable, Sendable {
  /// How `time` is written.
  enum Clock: Equatable, Sendable {
    /// ISO 8601 text.
    case iso8601
    /// Milliseconds since 1970.
    case milliseconds
  }

  /// The SELECT. It comes from the program, never from a request.
  let select: String
  let clock: Clock
}

/// The kinds of event that `enrollment` counts (`cargo-platform.md` §6.3).
enum FilterActivity: String, CaseIterable, Sendable {
  case workflowEntered, workflowNodeExecuted, workflowLeft
}

/// Finds what a filter refers to.
protocol FilterResolver {
  /// A model by its uuid.
  func model(_ uuid: String) throws -> FilterModel?
  /// The relationships that have this model at one end, in the order they were made.
  func relationships(of modelUUID: String) throws -> [FilterRelationship]
  /// A segment by its uuid.
  func segment(_ uuid: String) throws -> FilterSegment?
  /// Where events of a kind are; nil when there are none.
  func events(_ activity: FilterActivity) -> FilterEvents?
}

/// Finds nothing: for filters over one model alone.
struct NoFilterResolver: FilterResolver {
  func model(_ uuid: String) -> FilterModel? { nil }
  func relationships(of modelUUID: String) -> [FilterRelationship] { [] }
  func segment(_ uuid: String) -> FilterSegment? { nil }
  func events(_ activity: FilterActivity) -> FilterEvents? { nil }
}
