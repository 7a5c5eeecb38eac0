import CargoClient
import SQLite

extension Column {
  /// A JSON value as this column stores it.
  /// - Throws: 400 when it does not fit the type.
  func stored(_ view: JSONView) throws -> SQLiteValue {
    if view.isNull { return .null }
    switch type {
    case .string, .date:
      if let text = view.string { return .text(text) }
      guard type == .string, view.kind != .object, view.kind != .array else {
        throw misfit("a text")
      }
      return .utf8(view.bytes)
    case .number:
      if let number = view.integer { return .integer(number) }
      if let number = view.double { return .real(number) }
      guard let text = view.string, let number = Double(text), number.isFinite else {
        throw misfit("a number")
      }
      return Int64(text).map { .integer($0) } ?? .real(number)
    case .boolean:
      guard let flag = view.bool else { throw misfit("true or false") }
      return .integer(flag ? 1 : 0)
    case .object:
      guard view.kind == .object else { throw misfit("an object") }
      return .utf8(view.bytes)
    case .array, .vector:
      guard view.kind == .array else { throw misfit("an array") }
      return .utf8(view.bytes)
    case .any: return .utf8(view.bytes)
    }
  }

  private func misfit(_ what: String) -> CargoError {
    CargoError.refused(
      "column \(slug) holds \(type.rawValue), the value must be \(what)",
      code: "invalidColumnValue")
  }

  /// The type that a first value suggests.
  static func type(of view: JSONView) -> Kind {
    switch view.kind {
    case .bool: .boolean
    case .integer, .double: .number
    case .object: .object
    case .array: .array
    case .string, .null: .string
    }
  }
}
