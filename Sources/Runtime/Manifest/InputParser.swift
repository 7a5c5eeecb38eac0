public import CargoClient

/// Reads a recipe's inputs from the command line: `--segment x --limit=20 --no-verify`.
public struct InputParser: Sendable {
  /// What the command line gave.
  public struct Result: Sendable, Equatable {
    /// Every input that has a value, defaults included.
    public var values: [String: InputValue]
    /// What followed a lone `--`.
    public var rest: [String]
  }

  private let inputs: [Input]
  private let otherFlags: [String]

  /// Makes a parser.
  ///
  /// - Parameters:
  ///   - inputs: the manifest's inputs.
  ///   - otherFlags: flags of the host, without dashes, to name when one is misspelt.
  public init(_ inputs: [Input], otherFlags: [String] = []) {
    self.inputs = inputs
    self.otherFlags = otherFlags
  }

  /// Reads the arguments that are not the host's own.
  /// - Throws: an `argument` error that names the flag.
  public func parse(_ arguments: [String]) throws(CargoError) -> Result {
    var result = Result(values: [:], rest: [])
    var index = 0
    while index < arguments.count {
      let argument = arguments[index]
      index += 1
      if argument == "--" {
        result.rest = Array(arguments[index...])
        break
      }
      guard argument.hasPrefix("--") else { throw unexpected(argument) }
      let parts = argument.dropFirst(2).split(
        separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let flag = String(parts[0].map { $0 == "_" ? "-" : $0 })
      if parts.count == 1, let input = denied(by: flag) {
        try set(.boolean(false), input, &result)
        continue
      }
      guard let input = inputs.first(where: { $0.flag == flag }) else { throw unknown(flag) }
      if parts.count == 2 {
        try set(try convert(String(parts[1]), input), input, &result)
      } else if input.type == .boolean {
        try set(.boolean(true), input, &result)
      } else {
        guard index < arguments.count, isValue(arguments[index], of: input) else {
          throw CargoError(
            .argument, "--\(flag) needs a value: \(input.type.article)",
            hint: "--\(flag)=VALUE takes one that begins with a dash")
        }
        try set(try convert(arguments[index], input), input, &result)
        index += 1
      }
    }
    try complete(&result)
    return result
  }

  /// `--no-verify` denies the boolean `verify`.
  private func denied(by flag: String) -> Input? {
    guard flag.hasPrefix("no-") else { return nil }
    let positive = flag.dropFirst("no-".utf8.count)
    return inputs.first { $0.type == .boolean && $0.flag == positive }
  }

  /// A dash begins a flag, unless a number is wanted and it begins one.
  private func isValue(_ text: String, of input: Input) -> Bool {
    guard text.hasPrefix("-"), text != "-" else { return true }
    return (input.type == .integer || input.type == .number) && Double(text) != nil
  }

  private func set(
    _ value: InputValue, _ input: Input, _ result: inout Result
  ) throws(CargoError) {
    if let reason = input.refusal(of: value) {
      throw CargoError(.argument, "--\(input.flag) \(reason), not \(value)", hint: input.help)
    }
    if case .list(let more) = value, case .list(let earlier)? = result.values[input.name] {
      result.values[input.name] = .list(earlier + more)
    } else if result.values.updateValue(value, forKey: input.name) != nil {
      throw CargoError(.argument, "--\(input.flag) is given twice")
    }
  }

  private func convert(_ text: String, _ input: Input) throws(CargoError) -> InputValue {
    switch input.type {
    case .string: return .string(text)
    case .list: return .list([text])
    case .integer:
      if let value = Int64(text) { return .integer(value) }
    case .number:
      if let value = Double(text), value.isFinite { return .number(value) }
    case .boolean:
      switch text {
      case "true", "yes", "1": return .boolean(true)
      case "false", "no", "0": return .boolean(false)
      default: break
      }
    }
    throw CargoError(
      .argument, "--\(input.flag) must be \(input.type.article), not \(quoted(text))",
      hint: input.help)
  }

  /// Fills in defaults and misses what is required.
  private func complete(_ result: inout Result) throws(CargoError) {
    for input in inputs where result.values[input.name] == nil {
      if let value = input.defaultValue {
        result.values[input.name] = value
      } else if input.isRequired {
        throw CargoError(.argument, "--\(input.flag) is required", hint: input.help)
      }
    }
  }

  private func unknown(_ flag: String) -> CargoError {
    let known = inputs.map(\.flag) + otherFlags
    return CargoError(
      .argument, "--\(flag) is not an input of this recipe",
      hint: NearestName.suggest(flag, among: known).map { "did you mean --\($0)?" }
        ?? (inputs.isEmpty
          ? "the recipe declares no inputs"
          : "its inputs: \(inputs.map { "--" + $0.flag }.joined(separator: ", "))"))
  }

  private func unexpected(_ argument: String) -> CargoError {
    let input = inputs.first { $0.flag == argument || $0.name == argument }
    return CargoError(
      .argument, "unexpected argument \(quoted(argument))",
      hint: input.map { "did you mean --\($0.flag)?" }
        ?? "inputs are given as --name value; what follows a lone -- is passed on")
  }

  private func quoted(_ text: String) -> String { "\"\(text)\"" }
}

extension InputParser {
  /// Rows of `recipe.lua --help`: the flag with its value, and what it is.
  public var helpRows: [(flag: String, help: String)] {
    // What must be given first, then by name.
    let ordered = inputs.filter(\.isRequired) + inputs.filter { !$0.isRequired }
    return ordered.map { input in
      var notes: [String] = []
      if input.isRequired { notes.append("required") }
      if let value = input.defaultValue { notes.append("default: \(value)") }
      if !input.choices.isEmpty {
        notes.append("one of: \(input.choices.map(\.description).joined(separator: ", "))")
      }
      switch (input.min.map(Input.text), input.max.map(Input.text)) {
      case (let min?, let max?): notes.append("\(min) to \(max)")
      case (let min?, nil): notes.append("at least \(min)")
      case (nil, let max?): notes.append("at most \(max)")
      case (nil, nil): break
      }
      if input.type == .list { notes.append("may be repeated") }
      let note = notes.isEmpty ? "" : "(\(notes.joined(separator: "; ")))"
      let help = [input.help ?? "", note].filter { !$0.isEmpty }.joined(separator: " ")
      let flag =
        input.type == .boolean
        ? "--\(input.flag), --no-\(input.flag)"
        : "--\(input.flag) <\(input.type == .list ? "string" : input.type.rawValue)>"
      return (flag, help)
    }
  }
}
