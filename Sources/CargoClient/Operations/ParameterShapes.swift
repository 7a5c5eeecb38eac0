// The nested shapes of `cargo-platform.md` §3.1, §5 and §6: which keys hold lists and which objects,
// so that an empty Lua table in them becomes the right empty value.
extension ParameterType {
  /// A filter: exactly two levels, and the key is `conjonction`.
  static let filter = ParameterType.object([
    Field("conjonction", .oneOf(["and", "or"])),
    Field(
      "groups",
      .array(
        .object([
          Field("conjonction", .oneOf(["and", "or"])),
          Field("conditions", .array(condition)),
        ]))),
  ])

  /// Whether it is a filter or has one in it.
  public var holdsFilter: Bool {
    switch self {
    case .filter: true
    case .array(let element): element.holdsFilter
    case .object(let fields): fields.contains { $0.type.holdsFilter }
    default: false
    }
  }

  /// A condition on a column, a segment, an enrollment, or on rows of a related model.
  private static let condition = ParameterType.object(
    conditionFields + [
      Field("conditions", .array(.object(conditionFields))),
      Field("conjonction", .oneOf(["and", "or"])),
      Field("frequency", .object([Field("operator", .string), Field("value", .integer())])),
      Field(
        "period",
        .object([
          Field("operator", .string), Field("value", .integer()), Field("unit", .string),
        ])),
    ])

  private static let conditionFields = [
    Field("kind", .string), Field("columnSlug", .string), Field("operator", .string),
    Field("propertyName", .string), Field("values", .array(.any)), Field("value", .any),
    Field("firstValue", .any), Field("lastValue", .any), Field("otherValue", .any),
    Field("relatedModelUuid", .uuid()), Field("segmentUuid", .uuid()),
    Field("workflowUuid", .uuid()), Field("activityKind", .string), Field("nodeSlug", .string),
    Field("name", .string), Field("clause", .string),
  ]

  /// Columns to sort by, the first one first.
  static let sort = ParameterType.array(
    .object([Field("columnSlug", .string), Field("kind", .oneOf(["asc", "desc"]))]))

  private static let retry = ParameterType.object([
    Field("maximumAttempts", .integer()), Field("initialInterval", .integer()),
    Field("backoffCoefficient", .number()),
  ])

  /// An action that runs without a workflow.
  static let action = ParameterType.object([
    Field("kind", .oneOf(["tool", "connector", "agent", "native"])),
    Field("integrationSlug", .string), Field("actionSlug", .string),
    Field("connectorUuid", .uuid()), Field("toolUuid", .uuid()), Field("agentUuid", .uuid()),
    Field("templateSlug", .string), Field("releaseUuid", .uuid()), Field("config", .object()),
    Field("retry", retry),
  ])

  /// A node of a graph.
  static let node = ParameterType.object(
    nodeFields + [
      Field("config", .object(configFields + [Field("_nodes", .array(.object(nodeFields)))]))
    ])

  /// A node graph.
  static let nodes = ParameterType.array(node)

  private static let nodeFields = [
    Field("uuid", .uuid()), Field("slug", .string), Field("kind", .string),
    Field("actionSlug", .string), Field("integrationSlug", .string),
    Field("connectorUuid", .uuid()), Field("toolUuid", .uuid()), Field("agentUuid", .uuid()),
    Field("templateSlug", .string), Field("releaseUuid", .uuid()),
    Field("config", .object(configFields)), Field("childrenUuids", .array(.string)),
    Field("fallbackChildUuid", .uuid()), Field("fallbackOnFailure", .boolean),
    Field("position", .object([Field("x", .number()), Field("y", .number())])),
    Field("retry", retry), Field("name", .string), Field("description", .string),
  ]

  private static let configFields = [
    Field("variables", .array(.object())), Field("routes", .array(.object())),
    Field("items", .array(.any)), Field("mappings", .array(.object())),
    Field("actions", .array(.object())), Field("resources", .array(.object())),
    Field("capabilities", .array(.any)), Field("advancedSettings", .object()),
    Field("output", .object([Field("jsonSchema", .object())])),
  ]

  /// Records: objects of any fields.
  static let records = ParameterType.array(.object())

  /// The parts of a message.
  static let parts = ParameterType.array(
    .object([Field("type", .string), Field("text", .string)]))

  /// What a batch works on (`cargo-platform.md` §3.3).
  static let batchData = ParameterType.object([
    Field("kind", .oneOf(["segment", "change", "filter", "recordIds", "file", "records"])),
    Field("segmentUuid", .uuid(.segment)), Field("changeUuid", .uuid()),
    Field("changeKinds", .array(.string)), Field("modelUuid", .uuid(.model)),
    Field("filter", filter), Field("sort", sort), Field("limit", .integer()),
    Field("ids", .array(.string)), Field("recordIds", .array(.string)),
    Field("s3Filename", .string), Field("records", records),
  ])

  /// What nodes see: outputs by slug.
  static let context = ParameterType.object([Field("nodes", .object())])

  /// The input fields that a tool declares.
  static let formFields = ParameterType.array(
    .object([
      Field("slug", .string), Field("name", .string), Field("kind", .string),
      Field("description", .string), Field("isRequired", .boolean),
    ]))

  /// A column of a model.
  static let column = ParameterType.object([
    Field("slug", .string), Field("type", .oneOf(columnTypes)), Field("label", .string),
    Field("kind", .oneOf(["original", "custom", "computed", "metric", "lookup"])),
    Field("expression", .object()), Field("columnsUsed", .array(.string)),
    Field("aggregation", .object()), Field("filter", filter), Field("join", .object()),
    Field("extractColumnSlug", .string), Field("relationshipUuid", .uuid()),
  ])

  /// The types a column may have.
  static let columnTypes = [
    "string", "number", "boolean", "date", "object", "array", "vector", "any",
  ]

  /// Runs and records end in these, or are still on their way.
  static let statuses = ParameterType.array(.string)
}
