/// The members of a JSON object, sorted by the bytes of their keys, as canonical text needs them.
///
/// Keys are told apart by their bytes: JSON knows no equality of é and e with an accent, which Swift's
/// strings do.
public struct JSONObject: Sendable, Equatable {
  private var keys: [String] = []
  private var values: [JSONValue] = []

  /// Makes an object without members.
  public init() {}

  /// Whether keys and values agree, keys by their bytes.
  public static func == (a: JSONObject, b: JSONObject) -> Bool {
    a.values == b.values && a.keys.elementsEqual(b.keys) { $0.utf8.elementsEqual($1.utf8) }
  }

  /// The number of members.
  public var count: Int { keys.count }

  /// Whether there are none.
  public var isEmpty: Bool { keys.isEmpty }

  /// Makes room for so many members.
  public mutating func reserveCapacity(_ count: Int) {
    keys.reserveCapacity(count)
    values.reserveCapacity(count)
  }

  /// The value of a key; setting nil removes the member.
  public subscript(key: String) -> JSONValue? {
    get {
      let (position, isFound) = find(key)
      // Not `isFound ? … : nil`, where nil would be JSON's null.
      guard isFound else { return nil }
      return values[position]
    }
    set {
      let (position, isFound) = find(key)
      switch (newValue, isFound) {
      case (let value?, true): values[position] = value
      case (let value?, false):
        keys.insert(key, at: position)
        values.insert(value, at: position)
      case (nil, true):
        keys.remove(at: position)
        values.remove(at: position)
      case (nil, false): break
      }
    }
  }

  // The position of a key, or of where it belongs. Texts are often sorted already: the end first.
  private func find(_ key: String) -> (position: Int, isFound: Bool) {
    if let last = keys.last, JSONObject.precedes(last, key) { return (keys.count, false) }
    var low = 0
    var high = keys.count
    while low < high {
      let middle = (low + high) / 2
      if JSONObject.precedes(keys[middle], key) { low = middle + 1 } else { high = middle }
    }
    return (low, low < keys.count && keys[low].utf8.elementsEqual(key.utf8))
  }

  private static func precedes(_ a: String, _ b: String) -> Bool {
    a.utf8.lexicographicallyPrecedes(b.utf8)
  }
}

extension JSONObject: Sequence {
  /// Walks over the members by their keys' order.
  public struct Iterator: IteratorProtocol {
    fileprivate let object: JSONObject
    fileprivate var position = 0

    /// The next member.
    public mutating func next() -> (key: String, value: JSONValue)? {
      guard position < object.keys.count else { return nil }
      defer { position += 1 }
      return (object.keys[position], object.values[position])
    }
  }

  /// Begins a walk.
  public func makeIterator() -> Iterator { Iterator(object: self) }
}
