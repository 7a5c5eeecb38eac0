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
  /// Other names recipes may use: `wait_until_finished` for `wait`, and `model` for `model_uuid`,
  /// whose value may then be a slug or a name (`design.md` §4.1, "Names").
  public let aliases: [String]
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
    /// A path on this machine, whose file is sent as a multipart form (`file.upload`).
    case file
    /// Not sent: an option of this program (`wait`, `timeout`, `max_credits`).
    case host
  }

  /// Makes a parameter; the wire name is the camelCase of the name unless given.
  public init(
    _ name: String, _ type: ParameterType, _ help: String, wireName: String? = nil,
    required: Bool = false, nullable: Bool = false, default defaultJSON: String? = nil,
    aliases: [String] = [], in location: Location = .body
  ) {
    self.name = name
    self.wireName = wireName ?? Parameter.camelCase(name)
    self.type = type
    self.help = help
    self.isRequired = required
    self.isNullable = nullable
    self.defaultJSON = defaultJSON
    self.aliases = aliases + type.aliases(of: name)
    self.location = location
  }

  /// The same parameter, travelling elsewhere.
  func located(_ location: Location) -> Parameter {
    Parameter(self, location)
  }

  private init(_ other: Parameter, _ location: Location) {
    name = other.name
    wireName = other.wireName
    type = other.type
    help = other.help
    isRequired = other.isRequired
    isNullable = other.isNullable
    defaultJSON = other.defaultJSON
    aliases = other.aliases
    self.location = location
  }

  /// `model_uuid` becomes `modelUuid`.
  public static func camelCase(_ name: String) -> String {
    let underscore = UInt8(ascii: "_")
    guard name.utf8.contains(underscore) else { return name }
    var result: [UInt8] = []
    result.reserveCapacity(name.utf8.count)
    var upper = false
    for byte in name.utf8 {
      if byte == underscore && !result.isEmpty {
        upper = true
      } else {
        let isLower = byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")
        result.append(upper && isLower ? byte - 32 : byte)
        upper = false
      }
    }
    return String(decoding: result, as: UTF8.self)
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
  /// A run, batch or message, or its uuid (`run.wait(x)`); the uuid is sent.
  case handle

  /// A known field of an object.
  public struct Field: Sendable, Equatable {
    /// The key on the wire.
    public let key: String
    /// Its type; it says what an empty table stands for and is not checked.
    public let type: ParameterType

    /// Names a field.
    public init(_ key: String, _ type: ParameterType) {
      self.key = key
      self.type = type
    }
  }

  /// What a name may stand for: the argument `model = "companies"` where `model_uuid` is meant.
  public enum Reference: String, Sendable, CaseIterable {
    case dataset, model, segment, tool, play, agent, connector
    /// A workflow has no name of its own: `tool = "…"` or `play = "…"` stands for its workflow.
    case workflow
  }

  /// The names that stand for the parameter `name` because of its reference: `model` for
  /// `model_uuid`, `segment` for the `uuid` of a segment.
  func aliases(of name: String) -> [String] {
    guard case .uuid(let reference?) = self else { return [] }
    if reference == .workflow { return ["workflow", "tool", "play"] }
    return name == "uuid" ? [reference.rawValue] : [String(name.dropLast("_uuid".utf8.count))]
  }
}
