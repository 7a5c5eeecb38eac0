/// A value of the manifest as Lua has it, before anything is known about its meaning.
///
/// The manifest is read in a Lua state of its own (`design.md` §4.6); what comes out of that state is
/// this tree and nothing else.
public indirect enum ManifestNode: Sendable, Equatable {
  /// nil.
  case none
  /// A boolean.
  case boolean(Bool)
  /// A number of Lua's integer kind.
  case integer(Int64)
  /// A number of Lua's float kind.
  case number(Double)
  /// Text.
  case string(String)
  /// A table with the keys 1…n; an empty table may be either.
  case list([ManifestNode])
  /// A table with text keys.
  case table([String: ManifestNode])
  /// What a manifest cannot hold, by name: "a function", "a table with both keys and a list".
  case unsupported(String)

  /// What it is, for messages: "a string".
  var kind: String {
    switch self {
    case .none: "nothing"
    case .boolean: "a boolean"
    case .integer, .number: "a number"
    case .string: "a string"
    case .list(let items): items.isEmpty ? "an empty table" : "a list"
    case .table(let fields): fields.isEmpty ? "an empty table" : "a table"
    case .unsupported(let what): what
    }
  }
}

/// A manifest that cannot be used: which field, and why.
public struct ManifestError: Error, Equatable, CustomStringConvertible {
  /// The path of the field, `inputs.limit.min`; empty for the manifest itself.
  public let field: String
  /// The rest of the sentence: "must be a whole number, not a string".
  public let reason: String
  /// The way out, when one is known.
  public let hint: String?

  init(_ field: String, _ reason: String, hint: String? = nil) {
    self.field = field
    self.reason = reason
    self.hint = hint
  }

  /// One sentence that names the field.
  public var description: String {
    let subject = field.isEmpty ? "recipe{…}" : "recipe{…}: \(field)"
    return "\(subject) \(reason)" + (hint.map { " (\($0))" } ?? "")
  }
}
