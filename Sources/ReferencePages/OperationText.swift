import CargoClient
import LocalWorkspace

/// What the reference says of one operation.
struct OperationText {
  private let operation: Operation

  init(_ operation: Operation) { self.operation = operation }

  /// Where a page's heading for it is found, as GitHub names it.
  var anchor: String { operation.name.filter { $0 != "." } }

  /// What it does to the world and where it is answered.
  var traits: String {
    var traits = [effect(operation.effect)]
    var answered = operation
    if case .iterator(let name) = operation.result {
      answered = OperationTable.named(name) ?? operation
    }
    if LocalWorkspace.answers(answered) { traits.append("offline") }
    return traits.joined(separator: ", ")
  }

  private func effect(_ effect: Operation.Effect) -> String {
    switch effect {
    case .read: "reads"
    case .write: "writes"
    case .pay: "may pay"
    }
  }

  /// The section of its page.
  var section: String {
    var text = "## \(operation.name)\n\n\(operation.summary)\n\n```lua\n\(signature)\n```\n\n"
    text += "Returns \(result). \(consequences)\n"
    let parameters = operation.parameters
    if !parameters.isEmpty {
      text += "\n| argument | type | |\n| --- | --- | --- |\n"
      for parameter in parameters { text += row(of: parameter) }
    }
    text += "\nPlatform: `\(operation.method.rawValue) \(operation.path)`"
    if operation.fullName != operation.name { text += ", full name `\(operation.fullName)`" }
    return text + ".\n"
  }

  /// How a call of it looks, with what it needs.
  private var signature: String {
    let required = operation.parameters.filter { $0.isRequired && $0.defaultJSON == nil }
    let sent = operation.parameters.count { $0.location != .host }
    if let bare = operation.bareParameter, !operation.isTableOnly,
      sent == 1 || operation.effect == .read
    {
      return "\(operation.name)(\(shortName(of: bare)))"
    }
    if sent == 0 { return "\(operation.name)()" }
    var arguments = required.map { "\(shortName(of: $0)) = …" }
    if sent > required.count { arguments.append("…") }
    return "\(operation.name) { \(arguments.joined(separator: ", ")) }"
  }

  /// `model` rather than `model_uuid`: a name will do.
  private func shortName(of parameter: Parameter) -> String {
    if case .uuid(_?) = parameter.type, let alias = parameter.aliases.first { return alias }
    return parameter.name
  }

  private var result: String {
    switch operation.result {
    case .whole: "the platform's answer"
    case .unwrap(let key): "the value of `\(key)` in the platform's answer"
    case .text: "a text"
    case .run: "the run, with `context` and `configs`"
    case .execution:
      "`{ output, run, context, configs, credits }`; with `wait = false` the pending run"
    case .rows: "a list of rows"
    case .iterator:
      "an iterator for `for row in … do`, which gives each row once, whatever is written "
        + "meanwhile"
    case .batchExecution:
      "`{ results, errors, batch, credits }` in the order of `records`; with `wait = false` the "
        + "pending batch"
    case .message: "both messages; with `wait = true` the assistant's finished message"
    }
  }

  private var consequences: String {
    var sentences: [String] = []
    switch operation.waiting {
    case .never, .only: break
    case .onRequest: sentences.append("Returns at once unless `wait = true`.")
    case .byDefault: sentences.append("Waits for the end unless `wait = false`.")
    }
    switch operation.effect {
    case .read: sentences.append("Looks only.")
    case .write: sentences.append("Changes the workspace.")
    case .pay: sentences.append("May cost credits.")
    }
    for argument in operation.effectsOfArguments {
      guard let name = operation.parameter(named: argument.wireName)?.name else { continue }
      sentences.append(
        argument.effect == .pay
          ? "With `\(name)` it may cost credits." : "With `\(name)` it changes the workspace.")
    }
    sentences.append(
      LocalWorkspace.answers(operation)
        ? "Answered offline too." : "Needs `--workspace live`.")
    return sentences.joined(separator: " ")
  }

  // MARK: - Parameters

  private func row(of parameter: Parameter) -> String {
    var names = "`\(parameter.name)`"
    let aliases = parameter.aliases.filter { $0 != parameter.wireName }
    if !aliases.isEmpty {
      names += " or " + aliases.map { "`\($0)`" }.joined(separator: ", ")
    }
    return "| \(names) | \(type(parameter.type)) | \(help(parameter)) |\n"
  }

  private func help(_ parameter: Parameter) -> String {
    var help = parameter.help
    if let defaultJSON = parameter.defaultJSON {
      help += " Default `\(defaultJSON)`."
    } else if parameter.isRequired {
      help += parameter.isNullable ? " `null` when left out." : " **Required.**"
    }
    return help
  }

  private func type(_ type: ParameterType) -> String {
    switch type {
    case .string: "string"
    case .uuid(nil): "uuid"
    case .uuid(.workflow?): "uuid, or the name of a tool or play"
    case .uuid(let reference?): "uuid or name of \(article(reference.rawValue))"
    case .integer(let least, let most):
      "integer" + bounds(least.map { "\($0)" }, most.map { "\($0)" })
    case .number(let least, let most):
      "number" + bounds(least.map(plain), most.map(plain))
    case .boolean: "boolean"
    case .date: "ISO 8601 date or time"
    case .oneOf(let choices): choices.map { "`\"\($0)\"`" }.joined(separator: ", ")
    case .array(let element): "list of " + plural(element)
    case .object: "table"
    case .any: "any value"
    case .function: "function"
    case .handle: "a run, batch or message, or its uuid"
    }
  }

  private func bounds(_ least: String?, _ most: String?) -> String {
    switch (least, most) {
    case (let least?, let most?): " from \(least) to \(most)"
    case (let least?, nil): " of at least \(least)"
    case (nil, let most?): " of at most \(most)"
    case (nil, nil): ""
    }
  }

  private func plain(_ number: Double) -> String {
    Int64(exactly: number).map { "\($0)" } ?? "\(number)"
  }

  private func plural(_ type: ParameterType) -> String {
    switch type {
    case .string: "strings"
    case .uuid: "uuids"
    case .object: "tables"
    case .any: "values"
    case .oneOf(let choices): choices.map { "`\"\($0)\"`" }.joined(separator: ", ")
    default: self.type(type)
    }
  }

  private func article(_ noun: String) -> String {
    "aeiou".contains(noun.first ?? "x") ? "an \(noun)" : "a \(noun)"
  }
}

extension Operation {
  /// Whether its only argument is a table itself, which no bare argument stands for.
  fileprivate var isTableOnly: Bool {
    switch bareParameter?.type {
    case .object?, .array?, .any?: true
    default: false
    }
  }
}
