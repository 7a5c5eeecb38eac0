/// One parameter of an operation.
public struct Parameter: Sendable {
  /// The name recipes use, in snake_case: `model_uuid`.
  public let name: String
  /// The name on the wire, in camelCase: `modelUuid`. Recipes may use it too.
  public let wireName: String
  /// The type, down to nested shapes.
  public let type: ParameterType
  /// Whether the call is refused without it.
  public let isRequired: Bool
  /// Whether `null` may be sent; a required nullable parameter left out is sent as `null`.
  public let isNullable: Bool
  /// JSON text sent when the recipe gives no value; nil for none.
  public let defaultJSON: String?
  /// Where it travels.
  public let location: Location
  /// One sentence of help.
  public let help: String

  /// Where a parameter travels.
  public enum Location: Sendable, Equatable {
    /// In the JSON body.
    case body
    /// The JSON body itself (ingest).
    case wholeBody
    /// In the query string; arrays repeat the key (`cargo-platform.md` §2.3).
    case query
    /// In the path.
    case path
    /// Not sent: an option of this program (`wait`, `timeout`, `max_credits`).
    case host
  }

  /// Makes a parameter; the wire name is the camelCase of the name unless given.
  public init(
    _ name: String, _ type: ParameterType, _ help: String, wireName: String? = nil,
    required: Bool = false, nullable: Bool = false, default defaultJSON: String? = nil,
    in location: Location = .body
  ) {
    self.name = name
    self.wireName = wireName ?? Parameter.camelCase(name)
    self.type = type
    self.help = help
    self.isRequired = required
    self.isNullable = nullable
    self.defaultJSON = defaultJSON
    self.location = location
  }

  /// `model_uuid` becomes `modelUuid`.
  public static func camelCase(_ name: String) -> String {
    var result = ""
    var upper = false
    for character in name {
      if character == "_" {
        upper = true
      } else {
        result += upper ? character.uppercased() : String(character)
        upper = false
      }
    }
    return result
  }
}

/// The type of a parameter.
public indirect enum ParameterType: Sendable, Equatable {
  /// Text.
  case string
  /// A UUIDv4; with a reference, a slug or name is resolved to one (`design.md` §4.1, "Names").
  case uuid(Reference? = nil)
  /// A whole number within bounds, where given.
  case integer(min: Int64? = nil, max: Int64? = nil)
  /// A number.
  case number(min: Double? = nil, max: Double? = nil)
  /// True or false.
  case boolean
  /// An ISO 8601 date or instant, as text.
  case date
  /// One of these texts.
  case oneOf([String])
  /// A list of one type.
  case array(ParameterType)
  /// A JSON object; the fields that are known, so that an empty Lua table in them becomes the right
  /// empty value. Unknown fields pass through untouched.
  case object([Field] = [])
  /// Any JSON value.
  case any
  /// A function of the recipe (`on_poll`); host options only.
  case function
  /// A run, batch or message, or its uuid (`run.wait(x)`).
  case handle

  /// A known field of an object.
  public struct Field: Sendable, Equatable {
    /// The key on the wire.
    public let key: String
    /// Its type.
    public let type: ParameterType

    /// Names a field.
    public init(_ key: String, _ type: ParameterType) {
      self.key = key
      self.type = type
    }
  }

  /// What a name may stand for: the argument `model = "companies"` where `model_uuid` is meant.
  public enum Reference: String, Sendable, CaseIterable {
    case model, segment, tool, play, agent, connector
  }
}
