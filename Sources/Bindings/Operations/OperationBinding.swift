internal import CLua
internal import CLuaHost
internal import CargoClient

/// An operation as Lua calls it: its names as bytes and the shapes of its arguments, made at the
/// first call.
final class OperationBinding {
  /// A parameter, ready to be compared with the keys of a Lua table.
  struct Field {
    let parameter: Parameter
    let names: [[UInt8]]
    /// `"wireName":`
    let jsonKey: [UInt8]
    let shape: OpaquePointer?
    /// Whether there is room for a filter in it, which `where` may have made.
    let takesFilter: Bool
  }

  let operation: Operation
  let fields: [Field]
  /// Positions of the sent fields in the order of their wire names.
  let canonicalOrder: [Int]

  init(_ operation: Operation) {
    self.operation = operation
    let fields = operation.parameters.map { parameter in
      Field(
        parameter: parameter,
        names: ([parameter.name, parameter.wireName] + parameter.aliases).map { [UInt8]($0.utf8) },
        jsonKey: [UInt8]("\"\(parameter.wireName)\":".utf8),
        shape: parameter.type.makeShape(), takesFilter: parameter.type.holdsFilter)
    }
    self.fields = fields
    canonicalOrder = fields.indices
      .filter { fields[$0].parameter.location != .host }
      .sorted {
        fields[$0].parameter.wireName.utf8.lexicographicallyPrecedes(
          fields[$1].parameter.wireName.utf8)
      }
  }

  deinit { for field in fields { cs_json_shape_free(field.shape) } }

  /// The position of the parameter called `name`.
  func position(of name: UnsafeRawBufferPointer) -> Int? {
    fields.firstIndex { field in
      field.names.contains { $0.count == name.count && $0.elementsEqual(name) }
    }
  }

  /// The position of the parameter that a bare argument stands for: `run.get(uuid)`.
  var bareParameter: Int? {
    operation.bareParameter.flatMap { bare in
      fields.firstIndex { $0.parameter.name == bare.name }
    }
  }

  /// All names that may be given, for "did you mean".
  var parameterNames: [String] { operation.parameters.flatMap { [$0.name] + $0.aliases } }
}

extension ParameterType {
  /// The C host's shape of this type, which tells an empty list from an empty object; nil when
  /// there is nothing to tell.
  func makeShape() -> OpaquePointer? {
    switch self {
    case .array(let element):
      return cs_json_shape_array(element.makeShape())
    case .object(let fields):
      let shape = cs_json_shape_object()
      for field in fields {
        guard let inner = field.type.makeShape() else { continue }
        cs_json_shape_add_field(shape, field.key, field.key.utf8.count, inner)
      }
      return shape
    default:
      return nil
    }
  }
}
