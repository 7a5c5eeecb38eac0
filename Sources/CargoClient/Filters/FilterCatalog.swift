/// What has to be known of a workspace to understand a `WhereExpression`.
public struct FilterCatalog: Sendable {
  /// A model.
  public struct Model: Sendable {
    /// Its uuid.
    public let uuid: String
    /// Its slug, for messages.
    public let slug: String
    /// The types of its columns, by slug.
    public let columns: [String: String]

    /// Describes a model.
    public init(uuid: String, slug: String, columns: [String: String]) {
      self.uuid = uuid
      self.slug = slug
      self.columns = columns
    }
  }

  /// Something that an expression names and that the wire wants a uuid of.
  public struct Reference: Hashable, Sendable {
    /// What it is.
    public let kind: ParameterType.Reference
    /// Its slug, name or uuid.
    public let name: String
    /// What the recipe called it: `tool` and `play` both stand for a workflow.
    public let alias: String

    /// Names something.
    public init(_ kind: ParameterType.Reference, _ name: String, alias: String? = nil) {
      self.kind = kind
      self.name = name
      self.alias = alias ?? kind.rawValue
    }
  }

  /// The uuids of what is named.
  public var uuids: [Reference: String]
  /// The models, by uuid.
  public var models: [String: Model]

  /// Makes a catalogue.
  public init(uuids: [Reference: String] = [:], models: [String: Model] = [:]) {
    self.uuids = uuids
    self.models = models
  }
}
