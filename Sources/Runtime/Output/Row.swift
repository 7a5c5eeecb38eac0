import CargoClient

/// A row of `emit`, looked into.
struct Row {
  private let members: JSONMembers
  private let root: JSONView

  /// Parses a row.
  init(_ bytes: [UInt8]) throws(CargoError) {
    root = try JSONDocument(bytes, kind: .argument).root
    guard let members = root.object else {
      throw CargoError(.argument, "a row must be a table with keys")
    }
    self.members = members
  }

  /// The keys, in the row's order.
  var keys: [String] { members.map(\.key) }

  /// The value of a key.
  subscript(key: String) -> RowValue? { root[key].map { RowValue($0) } }
}

/// A value in a row.
struct RowValue {
  private let value: JSONView

  init(_ value: JSONView) { self.value = value }

  /// As compact JSON.
  var json: [UInt8] { value.bytes }

  /// As a CSV field before quoting: text as it is, null as nothing, the rest as compact JSON.
  var plainText: [UInt8] {
    if value.isNull { return [] }
    if let text = value.string { return Array(text.utf8) }
    return json
  }
}
