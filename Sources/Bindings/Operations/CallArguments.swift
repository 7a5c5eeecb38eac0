internal import CargoClient

/// The checked arguments of one call.
struct CallArguments {
  /// What the host itself understands.
  struct Options {
    var waits: Bool
    var timeout: Double?
    var pollingInterval: Double?
    var maxCredits: Double?
    var raises = true
    var keepsNulls = false
    /// The stack index of the `on_poll` function.
    var onPoll: Int32?
  }

  /// A name where a uuid is meant, to be resolved before the call leaves.
  struct Name {
    let field: Int
    let reference: ParameterType.Reference
    let name: String
    /// What the recipe called the argument: `tool` and `play` both stand for a workflow.
    let alias: String
  }

  var options: Options
  /// The JSON of each given field, by position.
  var values: [(field: Int, json: [UInt8])] = []
  var names: [Name] = []
  /// A thing of the model that the address needs and the recipe need not name: any will do.
  var standIn: (field: Int, reference: ParameterType.Reference)?
  /// The fields that hold a filter made with `where`, to be understood before the call leaves.
  var expressions: [Int] = []
  /// `prospeo.findEmail`, where the call runs an action that was given by name.
  var actionName: String?

  /// The text of a field by its name on the wire.
  func uuid(_ wireName: String, _ binding: OperationBinding) -> String? {
    guard
      let value = values.first(where: { binding.fields[$0.field].parameter.wireName == wireName })
    else { return nil }
    return (try? JSONValue(value.json))?.string
  }

  /// The request's body: one object, keys sorted.
  func body(_ binding: OperationBinding) -> [UInt8] {
    var body: [UInt8] = [UInt8(ascii: "{")]
    body.reserveCapacity(values.reduce(2) { $0 + $1.json.count + 24 })
    for position in binding.canonicalOrder {
      guard let value = values.first(where: { $0.field == position }) else { continue }
      if body.count > 1 { body.append(UInt8(ascii: ",")) }
      body += binding.fields[position].jsonKey
      body += value.json
    }
    body.append(UInt8(ascii: "}"))
    return body
  }
}
