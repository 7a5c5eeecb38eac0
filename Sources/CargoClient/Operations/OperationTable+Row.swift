// How rows are written: a row says what is special about it, and the rest follows from its method,
// its path and what is waited for.
extension OperationTable {
  /// A row. A parameter travels in the path when the path names it, else in the query of a GET, else
  /// in the body; what the host itself understands (`wait`, `nulls`) is appended.
  static func row(
    _ domain: String, _ name: String, full: String? = nil, _ summary: String,
    _ method: Operation.Method, _ path: String, or alternativePath: String? = nil,
    _ parameters: @autoclosure @escaping @Sendable () -> [Parameter] = [],
    _ result: Operation.ResultShape, waits waiting: Operation.Waiting = .never,
    _ effect: Operation.Effect, when effectsOfArguments: [Operation.ArgumentEffect] = []
  ) -> Operation {
    let mayPay = effect == .pay || effectsOfArguments.contains { $0.effect == .pay }
    return Operation(
      domain: domain, name: name, fullName: full, summary: summary, method: method, path: path,
      alternativePath: alternativePath,
      parameters: placed(parameters(), method, path)
        + hostOptions(waiting: waiting, isRead: effect == .read, mayPay: mayPay),
      result: result, waiting: waiting, effect: effect, effectsOfArguments: effectsOfArguments)
  }

  private static func placed(
    _ parameters: [Parameter], _ method: Operation.Method, _ path: String
  ) -> [Parameter] {
    parameters.map { parameter in
      guard parameter.location == .body else { return parameter }
      if path.contains("{" + parameter.wireName + "}") { return parameter.located(.path) }
      return method == .get ? parameter.located(.query) : parameter
    }
  }

  /// The options that never leave this program (`design.md` §4.1).
  private static func hostOptions(
    waiting: Operation.Waiting, isRead: Bool, mayPay: Bool
  ) -> [Parameter] {
    var options: [Parameter] = []
    switch waiting {
    case .never: break
    case .only: options = waitOptions
    case .onRequest: options = [wait("false")] + waitOptions
    case .byDefault: options = [wait("true")] + waitOptions
    }
    if mayPay { options.append(maxCredits) }
    if isRead { options.append(nulls) }
    return options
  }

  private static func wait(_ defaultJSON: String) -> Parameter {
    Parameter(
      "wait", .boolean, "Wait for the end and return the finished value.", default: defaultJSON,
      aliases: ["wait_until_finished", "waitUntilFinished"], in: .host)
  }

  private static let waitOptions = [
    Parameter(
      "timeout", .number(min: 0),
      "Seconds until waiting raises a timeout; the remote work goes on.", in: .host),
    Parameter(
      "polling_interval", .number(min: 0), "Seconds between two looks, at most 600.", in: .host),
    Parameter(
      "raise", .boolean, "Raise an error when the work ends in error or is cancelled.",
      default: "true", in: .host),
    Parameter("on_poll", .function, "Called with the state that each look finds.", in: .host),
  ]

  private static let maxCredits = Parameter(
    "max_credits", .number(min: 0), "The most this call may cost, in credits.", in: .host)

  private static let nulls = Parameter(
    "nulls", .oneOf(["keep"]),
    "Keep nulls inside objects as json.null instead of leaving them out.",
    in: .host)
}

// Parameters that many rows share.
extension Parameter {
  /// A parameter that the call is refused without.
  static func required(
    _ name: String, _ type: ParameterType, _ help: String, nullable: Bool = false,
    default defaultJSON: String? = nil, aliases: [String] = []
  ) -> Parameter {
    Parameter(
      name, type, help, required: true, nullable: nullable, default: defaultJSON, aliases: aliases)
  }

  /// A parameter that may be left out.
  static func optional(
    _ name: String, _ type: ParameterType, _ help: String, nullable: Bool = false,
    aliases: [String] = []
  ) -> Parameter {
    Parameter(name, type, help, nullable: nullable, aliases: aliases)
  }

  /// The uuid of the thing itself, in the path.
  static func uuid(
    _ help: String, _ reference: ParameterType.Reference? = nil
  ) -> Parameter {
    .required("uuid", .uuid(reference), help)
  }

  /// How many to answer with.
  static let limit = optional("limit", .integer(min: 0), "The most rows to answer with.")
  /// How many to skip.
  static let offset = optional("offset", .integer(min: 0), "How many rows to skip.")
  /// Only what is younger.
  static let createdAfter = optional("created_after", .date, "Only what was created after this.")
  /// Only what is older.
  static let createdBefore = optional(
    "created_before", .date, "Only what was created before this.")
}
