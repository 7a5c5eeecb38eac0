import CargoClient

/// A table of the manifest that is being read: typed access by key, errors that name the field.
struct ManifestTable {
  let path: String
  let fields: [String: ManifestNode]

  /// Takes a table whose keys are all known; an unknown one is an error.
  init(
    _ node: ManifestNode, at path: String, keys: [String]
  ) throws(ManifestError) {
    try self.init(node, at: path)
    for key in fields.keys.sorted() where !keys.contains(key) {
      let nearest = NearestName.suggest(key, among: keys)
      throw ManifestError(
        field(key), "is not known",
        hint: nearest.map { "did you mean \($0)?" }
          ?? "known here: \(keys.joined(separator: ", "))")
    }
  }

  /// Takes a table with keys of the author's choice.
  init(_ node: ManifestNode, at path: String) throws(ManifestError) {
    self.path = path
    switch node {
    case .table(let fields): self.fields = fields
    case .list(let items) where items.isEmpty: fields = [:]
    default: throw ManifestError(path, "must be a table with keys, not \(node.kind)")
    }
  }

  /// The path of a key.
  func field(_ key: String) -> String { path.isEmpty ? key : path + "." + key }

  /// The value of a key; nil when it is not there.
  subscript(key: String) -> ManifestNode? {
    switch fields[key] {
    case nil, .some(.none): nil
    case let node?: node
    }
  }

  /// A text; nil when absent.
  func string(_ key: String) throws(ManifestError) -> String? {
    guard let node = self[key] else { return nil }
    guard case .string(let text) = node else { throw mismatch(key, "a string", node) }
    return text
  }

  /// A boolean; nil when absent.
  func boolean(_ key: String) throws(ManifestError) -> Bool? {
    guard let node = self[key] else { return nil }
    guard case .boolean(let value) = node else { throw mismatch(key, "true or false", node) }
    return value
  }

  /// A list of texts, none empty, none twice; nil when absent.
  func strings(_ key: String) throws(ManifestError) -> [String]? {
    guard let node = self[key] else { return nil }
    guard let items = ManifestTable.items(node) else {
      throw mismatch(key, "a list of strings", node)
    }
    var texts: [String] = []
    for (index, item) in items.enumerated() {
      let place = "\(field(key))[\(index + 1)]"
      guard case .string(let text) = item else {
        throw ManifestError(place, "must be a string, not \(item.kind)")
      }
      if text.isEmpty { throw ManifestError(place, "is empty") }
      if texts.contains(text) { throw ManifestError(place, "names \(text) a second time") }
      texts.append(text)
    }
    return texts
  }

  /// An amount of credits; nil when absent.
  func credits(_ key: String) throws(ManifestError) -> Credits? {
    guard let node = self[key] else { return nil }
    let amount: Credits? =
      switch node {
      case .integer(let value): Credits(Double(value))
      case .number(let value): Credits(value)
      default: throw mismatch(key, "a number of credits", node)
      }
    guard let amount else { throw ManifestError(field(key), "must be 0 or more credits") }
    return amount
  }

  /// The items of a list; nil when the node is none.
  static func items(_ node: ManifestNode) -> [ManifestNode]? {
    switch node {
    case .list(let items): items
    case .table(let fields) where fields.isEmpty: []
    default: nil
    }
  }

  /// The error of a value of the wrong type.
  func mismatch(_ key: String, _ expected: String, _ node: ManifestNode) -> ManifestError {
    ManifestError(field(key), "must be \(expected), not \(node.kind)")
  }
}
