import CargoClient

/// The operation and arguments of `call`, from words and flags: `run.get UUID`,
/// `orchestration run create --workflow-uuid … --data '{…}' --wait-until-finished`.
///
/// Only texts become values here, by the types of the operation's row. Whether they fit is checked
/// where recipes' arguments are.
struct OperationArguments {
  let operation: Operation
  /// The only argument, an object of arguments, or nil for none.
  let value: JSONValue?

  /// - Parameters:
  ///   - words: the words before the first flag: the operation's name, and perhaps a bare value.
  ///   - arguments: flags with their values, or one JSON object.
  init(words: [String], arguments: [String]) throws(UsageError) {
    let (operation, bare) = try OperationArguments.find(words)
    self.operation = operation
    var values = bare
    var object = JSONObject()
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if argument.hasPrefix("--"), argument.utf8.count > 2 {
        try OperationArguments.take(argument, &rest, operation, into: &object)
      } else {
        values.append(argument)
      }
    }
    if values.count > 1 || !values.isEmpty && !object.isEmpty {
      let extra = values.count > 1 ? values[1] : values[0]
      throw UsageError(
        "\(operation.name): unexpected argument \(extra)",
        hint: "write its parameters as flags, or as one JSON object")
    }
    if let text = values.first {
      value = try OperationArguments.single(text, operation)
    } else {
      value = object.isEmpty ? nil : .object(object)
    }
  }

  /// The files that the operation takes to the workspace.
  var files: [String] {
    guard case .object(let object) = value else { return [] }
    return operation.parameters.filter { $0.location == .file }.compactMap { parameter in
      (object[parameter.name] ?? object[parameter.wireName])?.string
    }
  }

  /// The operation that the words begin with, and the words behind its name.
  private static func find(_ words: [String]) throws(UsageError) -> (Operation, [String]) {
    guard !words.isEmpty else {
      throw UsageError("which operation?", hint: "cargo-script call OPERATION, such as whoami")
    }
    for count in stride(from: min(words.count, 4), through: 1, by: -1) {
      if let operation = OperationTable.named(words.prefix(count).joined(separator: " ")) {
        return (operation, Array(words.dropFirst(count)))
      }
    }
    let name = words.prefix(3).joined(separator: " ")
    let suggestion =
      OperationTable.suggestion(for: name) ?? OperationTable.suggestion(for: words[0])
    throw UsageError(
      "there is no operation \(name)", hint: suggestion.map { "did you mean \($0)?" })
  }

  /// The one argument without a name: a JSON object, or a bare value.
  private static func single(
    _ text: String, _ operation: Operation
  ) throws(UsageError) -> JSONValue {
    guard text.hasPrefix("{") || text.hasPrefix("[") else { return .string(text) }
    return try json(text, "\(operation.name): the arguments")
  }

  private static func take(
    _ argument: String, _ rest: inout ArraySlice<String>, _ operation: Operation,
    into object: inout JSONObject
  ) throws(UsageError) {
    let parts = argument.dropFirst(2).split(
      separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0].map { $0 == "-" ? "_" : $0 })
    let parameter = operation.parameters.first {
      $0.name == name || $0.wireName == name || $0.aliases.contains(name)
    }
    let key = parameter?.name == name || parameter == nil ? name : spelling(name, parameter)
    if parts.count == 1, parameter?.type == .boolean,
      !["true", "false"].contains(rest.first ?? "")
    {
      object[key] = .bool(true)
      return
    }
    guard let text = parts.count == 2 ? String(parts[1]) : rest.popFirst() else {
      throw UsageError("\(operation.name): --\(parts[0]) needs a value")
    }
    let value = try convert(text, parameter?.type ?? .string, flag: String(parts[0]))
    if case .array(let more) = value, case .array(let earlier)? = object[key] {
      object[key] = .array(earlier + more)
    } else {
      object[key] = value
    }
  }

  /// An alias stays as it is written: a name may stand where a uuid is meant.
  private static func spelling(_ name: String, _ parameter: Parameter?) -> String {
    guard let parameter, !parameter.aliases.contains(name) else { return name }
    return parameter.name
  }

  /// A text as a value of a type; one that does not fit stays a text, for the check to refuse.
  private static func convert(
    _ text: String, _ type: ParameterType, flag: String
  ) throws(UsageError) -> JSONValue {
    switch type {
    case .integer: return Int64(text).map { .int($0) } ?? .string(text)
    case .number:
      return Int64(text).map { .int($0) } ?? Double(text).map { .double($0) } ?? .string(text)
    case .boolean:
      return text == "true" ? .bool(true) : text == "false" ? .bool(false) : .string(text)
    case .array(let element):
      if text.hasPrefix("[") { return try json(text, "--\(flag)") }
      return .array([try convert(text, element, flag: flag)])
    // An action may be named: `prospeo.findEmail`.
    case .object: return text.hasPrefix("{") ? try json(text, "--\(flag)") : .string(text)
    case .any: return (try? JSONValue(Array(text.utf8))) ?? .string(text)
    default: return .string(text)
    }
  }

  private static func json(_ text: String, _ what: String) throws(UsageError) -> JSONValue {
    do {
      return try JSONValue(Array(text.utf8), kind: .argument)
    } catch {
      throw UsageError("\(what) must be JSON: \(error.message)", hint: error.hint)
    }
  }
}
