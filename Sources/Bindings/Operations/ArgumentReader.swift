internal import CLua
internal import CLuaHost
internal import CargoClient
import Runtime

/// Reads the arguments of a call from the Lua stack and checks them by the operation's row, before
/// anything is sent (`design.md` §4.1, "Arguments", "Checks").
struct ArgumentReader {
  let host: LuaHost
  let stack: LuaStack
  let binding: OperationBinding
  private var operation: Operation { binding.operation }

  /// What JSON has in it that holds an expression made with `where`.
  private static let expressionMark = [UInt8]("\"\(WhereExpression.mark)\":".utf8)

  /// Where on the stack the `on_poll` function is kept until the call has left.
  private static let onPollSlot: Int32 = 3

  init(host: LuaHost, stack: LuaStack, binding: OperationBinding) {
    self.host = host
    self.stack = stack
    self.binding = binding
  }

  /// Why a call is refused.
  enum Refusal: Error {
    case error(CargoError)
    /// The error is on top of the Lua stack.
    case value
  }

  func read() throws(Refusal) -> CallArguments {
    var arguments = CallArguments(options: CallArguments.Options(waits: waitsByDefault))
    guard stack.reserve(12) else { throw refuse("there are too many arguments") }
    stack.setTop(Self.onPollSlot)
    stack.pushNil()
    lua_copy(stack.state, -1, Self.onPollSlot)
    stack.pop()
    if stack.isNoneOrNil(1) {
      // Nothing given.
    } else if let bare = barePosition() {
      try readValue(1, bare, alias: binding.fields[bare].parameter.name, into: &arguments)
      if stack.type(at: 2) == .table { try readTable(2, into: &arguments) }
    } else if stack.type(at: 1) == .table {
      try readTable(1, into: &arguments)
    } else {
      throw refuse(
        "the argument must be a table, got \(stack.type(at: 1).name)",
        hint: "write \(operation.name){ … }")
    }
    try addMissing(to: &arguments)
    return arguments
  }

  private var waitsByDefault: Bool {
    switch operation.waiting {
    case .byDefault, .only: true
    case .never, .onRequest: false
    }
  }

  /// Where a bare first argument goes; nil when it is the table of arguments.
  private func barePosition() -> Int? {
    guard let bare = binding.bareParameter else { return nil }
    guard stack.type(at: 1) == .table else { return bare }
    // A run or batch itself: a table with a uuid and more than the operation knows.
    guard binding.fields[bare].parameter.type == .handle else { return nil }
    if let uuid = stack.stringField("uuid", ofTableAt: 1), !uuid.isEmpty,
      stack.stringField("status", ofTableAt: 1) != nil
    {
      return bare
    }
    for key: StaticString in ["run", "batch", "message"] {
      stack.pushField(key, ofTableAt: 1)
      defer { stack.pop() }
      if stack.type(at: -1) == .table { return bare }
    }
    return nil
  }

  private func readTable(_ index: Int32, into arguments: inout CallArguments) throws(Refusal) {
    stack.pushNil()
    while lua_next(stack.state, index) != 0 {
      let valueIndex = stack.top
      guard stack.type(at: -2) == .string else {
        throw refuse(
          "arguments go by name, but there is one without",
          hint: "write \(operation.name){ \(exampleArgument) = … }")
      }
      guard let position = stack.withBytes(at: -2, { binding.position(of: $0) }) ?? nil else {
        throw unknownArgument(stack.string(at: -2) ?? "")
      }
      try readValue(
        valueIndex, position, alias: stack.string(at: -2) ?? "", into: &arguments)
      stack.setTop(valueIndex - 1)
    }
  }

  private var exampleArgument: String {
    operation.parameters.first { $0.isRequired }?.name ?? operation.parameters.first?.name ?? "name"
  }

  private func unknownArgument(_ name: String) -> Refusal {
    let suggestion = NearestName.suggest(name, among: binding.parameterNames)
    let known = operation.parameters.map(\.name).joined(separator: ", ")
    return refuse(
      "unknown argument '\(name)'",
      hint: suggestion.map { "did you mean '\($0)'?" }
        ?? (known.isEmpty ? "it takes none" : "it takes \(known)"))
  }

  private func addMissing(to arguments: inout CallArguments) throws(Refusal) {
    for position in binding.canonicalOrder {
      let parameter = binding.fields[position].parameter
      if arguments.values.contains(where: { $0.field == position }) { continue }
      if arguments.names.contains(where: { $0.field == position }) { continue }
      if let defaultJSON = parameter.defaultJSON {
        arguments.values.append((position, [UInt8](defaultJSON.utf8)))
      } else if parameter.isRequired && parameter.isNullable {
        arguments.values.append((position, [UInt8]("null".utf8)))
      } else if parameter.isRequired {
        throw refuse("the argument '\(parameter.name)' is missing", hint: parameter.help)
      } else if parameter.location == .path, case .uuid(let reference?) = parameter.type {
        // Canonical order puts it behind the model that it is looked up by.
        arguments.standIn = (position, reference)
      }
    }
  }

  // MARK: - Values

  private func readValue(
    _ index: Int32, _ position: Int, alias: String, into arguments: inout CallArguments
  ) throws(Refusal) {
    let field = binding.fields[position]
    let parameter = field.parameter
    if parameter.location == .host {
      try readOption(index, parameter, into: &arguments.options)
      return
    }
    var json: [UInt8]?
    switch parameter.type {
    case .uuid(let reference):
      json = try readUUID(index, position, alias, reference, into: &arguments)
      if json == nil { return }
    case .handle:
      json = try readHandle(index, parameter)
    case .object where parameter.wireName == "action" && stack.type(at: index) == .string:
      json = try readActionName(index, into: &arguments)
    case .object where parameter.wireName == "action" && stack.type(at: index) == .table:
      json = try readAction(index, field)
    default:
      try check(index, parameter)
    }
    if json == nil {
      var bytes: [UInt8] = []
      guard host.encode(stack, index, shape: field.shape, into: &bytes) else { throw .value }
      if field.takesFilter && bytes.contains(sequence: Self.expressionMark) {
        arguments.expressions.append(position)
      }
      json = bytes
    }
    guard !arguments.values.contains(where: { $0.field == position }) else {
      throw refuse("the argument '\(parameter.name)' is given twice")
    }
    arguments.values.append((position, json ?? []))
  }

  private func readUUID(
    _ index: Int32, _ position: Int, _ alias: String, _ reference: ParameterType.Reference?,
    into arguments: inout CallArguments
  ) throws(Refusal) -> [UInt8]? {
    guard let text = stack.string(at: index) else {
      throw wrongType(alias, "a uuid", index)
    }
    if UUIDText.isUUID(text) { return [UInt8]("\"\(text)\"".utf8) }
    guard let reference else {
      throw refuse("'\(alias)' must be a uuid, got '\(text)'")
    }
    arguments.names.append(
      CallArguments.Name(field: position, reference: reference, name: text, alias: alias))
    return nil
  }

  private func readHandle(_ index: Int32, _ parameter: Parameter) throws(Refusal) -> [UInt8] {
    var uuid = stack.string(at: index)
    if stack.type(at: index) == .table {
      uuid = stack.stringField("uuid", ofTableAt: index)
      for key: StaticString in ["run", "batch", "message"] where uuid == nil {
        if stack.pushField(key, ofTableAt: index) == .table {
          uuid = stack.stringField("uuid", ofTableAt: -1)
        }
        stack.pop()
      }
    }
    guard let uuid, UUIDText.isUUID(uuid) else {
      throw refuse("the argument must be a run, batch or message, or its uuid")
    }
    return [UInt8]("\"\(uuid)\"".utf8)
  }

  /// `"prospeo.findEmail"` is short for the connector action (slugs are exact).
  private func readActionName(
    _ index: Int32, into arguments: inout CallArguments
  ) throws(Refusal) -> [UInt8] {
    let name = stack.string(at: index) ?? ""
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(isSlugByte) })
    else {
      throw refuse(
        "'\(name)' is no action", hint: "an action is written \"integration.action\"")
    }
    arguments.actionName = name
    return [UInt8](
      """
      {"actionSlug":"\(parts[1])","config":{},"integrationSlug":"\(parts[0])","kind":"connector"}
      """.utf8)
  }

  private func isSlugByte(_ byte: UInt8) -> Bool {
    (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122)
      || byte == 95 || byte == 45
  }

  /// An action object gets the empty `config` that the wire wants (`cargo-platform.md` §3.1).
  private func readAction(
    _ index: Int32, _ field: OperationBinding.Field
  ) throws(Refusal) -> [UInt8] {
    let index = stack.absolute(index)
    stack.pushTable(fields: 4)
    let copy = stack.top
    stack.pushTable()
    stack.setField("config", ofTableAt: copy)
    stack.pushNil()
    while lua_next(stack.state, index) != 0 {
      stack.push(copyOf: -2)
      lua_rotate(stack.state, -2, 1)
      lua_rawset(stack.state, copy)
    }
    var bytes: [UInt8] = []
    guard host.encode(stack, copy, shape: field.shape, into: &bytes) else { throw .value }
    return bytes
  }

  private func check(_ index: Int32, _ parameter: Parameter) throws(Refusal) {
    let type = stack.type(at: index)
    if type == .lightUserdata && parameter.isNullable { return }
    switch parameter.type {
    case .string, .date:
      guard type == .string else { throw wrongType(parameter.name, "a string", index) }
    case .oneOf(let choices):
      guard let text = stack.string(at: index), choices.contains(text) else {
        let list = choices.map { "\"\($0)\"" }.joined(separator: ", ")
        throw refuse("'\(parameter.name)' must be one of \(list)")
      }
    case .integer(let least, let most):
      guard let value = stack.integer(at: index) else {
        throw wrongType(parameter.name, "a whole number", index)
      }
      try checkBounds(
        parameter, Double(value), least.map(Double.init), most.map(Double.init))
    case .number(let least, let most):
      guard let value = stack.number(at: index) else {
        throw wrongType(parameter.name, "a number", index)
      }
      try checkBounds(parameter, value, least, most)
    case .boolean:
      guard type == .boolean else { throw wrongType(parameter.name, "true or false", index) }
    case .array:
      guard type == .table else { throw wrongType(parameter.name, "a list", index) }
    case .object:
      guard type == .table else {
        throw refuse(
          "'\(parameter.name)' must be a table, got \(type.name)",
          hint: type == .boolean && parameter.wireName == "filter"
            ? "Lua cannot hand on a comparison: write where.country:is(\"US\"), not ==" : nil)
      }
      if parameter.wireName == "filter" { try checkSpelling(ofFilterAt: index) }
    case .any, .uuid, .handle, .function:
      break
    }
  }

  private func checkBounds(
    _ parameter: Parameter, _ value: Double, _ least: Double?, _ most: Double?
  ) throws(Refusal) {
    if value.isNaN { throw refuse("'\(parameter.name)' must be a number, got NaN") }
    if let least, value < least {
      throw refuse("'\(parameter.name)' must be at least \(short(least)), got \(short(value))")
    }
    if let most, value > most {
      throw refuse("'\(parameter.name)' must be at most \(short(most)), got \(short(value))")
    }
  }

  private func short(_ value: Double) -> String {
    Int64(exactly: value).map(String.init) ?? String(value)
  }

  /// The platform takes the English spelling in silence and then matches nothing.
  private func checkSpelling(ofFilterAt index: Int32) throws(Refusal) {
    if stack.pushField("conjunction", ofTableAt: index) != .nil {
      stack.pop()
      throw refuse(
        "the filter says 'conjunction'", hint: "the platform's key is 'conjonction'")
    }
    stack.pop()
    guard stack.pushField("groups", ofTableAt: index) == .table else {
      stack.pop()
      return
    }
    let groups = stack.top
    defer { stack.setTop(groups - 1) }
    for position in 0..<Int64(lua_rawlen(stack.state, groups)) {
      if lua_rawgeti(stack.state, groups, position + 1) == LUA_TTABLE,
        stack.pushField("conjunction", ofTableAt: -1) != .nil
      {
        throw refuse(
          "groups[\(position + 1)] of the filter says 'conjunction'",
          hint: "the platform's key is 'conjonction'")
      }
      stack.setTop(groups)
    }
  }

  // MARK: - Options

  private func readOption(
    _ index: Int32, _ parameter: Parameter, into options: inout CallArguments.Options
  ) throws(Refusal) {
    guard parameter.type != .function else {
      guard stack.type(at: index) == .function else {
        throw wrongType(parameter.name, "a function", index)
      }
      lua_copy(stack.state, index, Self.onPollSlot)
      options.onPoll = Self.onPollSlot
      return
    }
    try check(index, parameter)
    switch parameter.name {
    case "wait": options.waits = stack.boolean(at: index) ?? options.waits
    case "timeout": options.timeout = stack.number(at: index)
    case "polling_interval": options.pollingInterval = try interval(index)
    case "raise": options.raises = stack.boolean(at: index) ?? true
    case "max_credits": options.maxCredits = stack.number(at: index)
    case "nulls": options.keepsNulls = true
    default: break
    }
  }

  private func interval(_ index: Int32) throws(Refusal) -> Double? {
    guard let seconds = stack.number(at: index) else { return nil }
    guard seconds <= 600 else {
      throw refuse(
        "'polling_interval' must be at most 600, got \(short(seconds))",
        hint: "it is in seconds, not milliseconds")
    }
    return seconds
  }

  // MARK: - Refusals

  private func wrongType(_ name: String, _ wanted: String, _ index: Int32) -> Refusal {
    refuse("'\(name)' must be \(wanted), got \(stack.type(at: index).name)")
  }

  private func refuse(_ message: String, hint: String? = nil) -> Refusal {
    .error(
      CargoError(
        .argument, "\(operation.name): \(message)", operation: operation.name, hint: hint))
  }
}

/// UUIDs as the platform wants them (`cargo-platform.md` §2.2).
enum UUIDText {
  /// Whether the text is a UUIDv4.
  static func isUUID(_ text: String) -> Bool {
    let bytes = text.utf8
    guard bytes.count == 36 else { return false }
    for (position, byte) in bytes.enumerated() {
      switch position {
      case 8, 13, 18, 23:
        guard byte == UInt8(ascii: "-") else { return false }
      case 14:
        guard byte == UInt8(ascii: "4") else { return false }
      case 19:
        guard "89abAB".utf8.contains(byte) else { return false }
      default:
        guard isHexDigit(byte) else { return false }
      }
    }
    return true
  }

  private static func isHexDigit(_ byte: UInt8) -> Bool {
    (byte >= 48 && byte <= 57) || (byte >= 97 && byte <= 102) || (byte >= 65 && byte <= 70)
  }
}

extension [UInt8] {
  /// Whether these bytes stand somewhere in it.
  fileprivate func contains(sequence: [UInt8]) -> Bool {
    guard count >= sequence.count, let first = sequence.first else { return sequence.isEmpty }
    return withUnsafeBufferPointer { bytes in
      var start = 0
      while let found = bytes[start...].firstIndex(of: first), found + sequence.count <= count {
        if bytes[found...].starts(with: sequence) { return true }
        start = found + 1
      }
      return false
    }
  }
}
