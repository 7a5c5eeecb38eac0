import CargoClient

/// The arguments of a request, checked against the operation's row as the platform checks bodies:
/// strictly (`cargo-platform.md` §2.2).
///
/// Belongs to the thread that made it.
struct Arguments {
  let root: JSONView
  private let operation: String

  /// Parses and checks.
  init(_ bytes: [UInt8], for operation: Operation) throws(CargoError) {
    let document: JSONDocument
    do {
      document = try JSONDocument(bytes, kind: .cargo)
    } catch {
      throw CargoError.invalid(error.message, operation.name)
    }
    root = document.root
    self.operation = operation.name
    guard let members = root.object else {
      throw CargoError.invalid("the body must be an object", operation.name)
    }
    for (key, value) in members {
      guard
        let parameter = operation.parameters.first(where: {
          $0.wireName == key && $0.location != .host
        })
      else {
        throw CargoError.invalid("unknown key \"\(key)\"", operation.name)
      }
      try Arguments.check(value, parameter, operation.name)
    }
    for parameter in operation.parameters
    where parameter.isRequired && parameter.location != .host && root[parameter.wireName] == nil {
      throw CargoError.invalid("\"\(parameter.wireName)\" is required", operation.name)
    }
  }

  private static func check(
    _ value: JSONView, _ parameter: Parameter, _ operation: String
  ) throws(CargoError) {
    if value.isNull && (parameter.isNullable || !parameter.isRequired) { return }
    if let problem = problem(value, parameter.type) {
      throw CargoError.invalid("\"\(parameter.wireName)\" must be \(problem)", operation)
    }
  }

  /// What a value of that type must be; nil when it is that.
  private static func problem(_ value: JSONView, _ type: ParameterType) -> String? {
    switch type {
    case .string: value.kind == .string ? nil : "a string"
    case .date: value.kind == .string ? nil : "a date"
    case .boolean: value.kind == .bool ? nil : "true or false"
    case .uuid, .handle:
      Identifier.isValid(value.string ?? "") ? nil : "a UUID (version 4)"
    case .integer(let min, let max): bounds(value.integer, min, max, "an integer")
    case .number(let min, let max): bounds(value.double, min, max, "a number")
    case .oneOf(let texts):
      texts.contains(value.string ?? "") ? nil : "one of " + texts.joined(separator: ", ")
    case .array(let element):
      if let elements = value.array {
        // The inside of objects has rules of its own, which their handlers know.
        element.isScalar
          ? elements.lazy.compactMap { problem($0, element) }.first.map {
            "an array, each element \($0)"
          } : nil
      } else {
        "an array"
      }
    case .object: value.kind == .object ? nil : "an object"
    case .any, .function: nil
    }
  }

  private static func bounds<N: Comparable>(
    _ number: N?, _ min: N?, _ max: N?, _ noun: String
  ) -> String? {
    guard let number else { return noun }
    if let min, number < min { return "\(noun) from \(min)" }
    if let max, number > max { return "\(noun) up to \(max)" }
    return nil
  }

  /// A member that is there and not null.
  subscript(key: String) -> JSONView? {
    root[key].flatMap { $0.isNull ? nil : $0 }
  }

  /// The text of a member; empty when it is not there (required ones are).
  func text(_ key: String) -> String { self[key]?.string ?? "" }

  /// A uuid in lower case, as all are stored.
  func uuid(_ key: String) -> String { text(key).lowercased() }

  /// A uuid that may be left out.
  func optionalUUID(_ key: String) -> String? { self[key]?.string?.lowercased() }

  /// The texts of a list; nil when it is not there.
  func texts(_ key: String) -> [String]? { self[key]?.array.map { $0.compactMap(\.string) } }

  /// An error about these arguments.
  func invalid(_ message: String) -> CargoError { CargoError.invalid(message, operation) }
}

extension ParameterType {
  fileprivate var isScalar: Bool {
    switch self {
    case .array, .object, .any, .function: false
    default: true
    }
  }
}
