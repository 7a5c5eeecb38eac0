/// A JSON value as a tree, for what has to be changed or compared; see `JSONDocument` for looking into
/// a text.
public indirect enum JSONValue: Sendable, Equatable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A whole number that was written as one and fits 64 bits.
  case int(Int64)
  /// Any other number. One that is whole and below 2^53 is written as an integer.
  case double(Double)
  /// A text.
  case string(String)
  /// A list.
  case array([JSONValue])
  /// Members by their keys.
  case object(JSONObject)

  /// Parses a text.
  ///
  /// - Parameters:
  ///   - bytes: One JSON value in UTF-8.
  ///   - kind: The kind of the error for a text that is not JSON.
  /// - Throws: An error that names what is wrong, line and column.
  public init(_ bytes: [UInt8], kind: CargoError.Kind = .http) throws(CargoError) {
    self.init(try JSONDocument(bytes, kind: kind).root)
  }

  /// Copies a value out of a document.
  public init(_ view: JSONView) {
    switch view.kind {
    case .null: self = .null
    case .bool: self = .bool(view.bool ?? false)
    case .integer: self = .int(view.integer ?? 0)
    case .double: self = .double(view.double ?? 0)
    case .string: self = .string(view.string ?? "")
    case .array: self = .array(view.array?.map { JSONValue($0) } ?? [])
    case .object:
      var object = JSONObject()
      if let members = view.object {
        object.reserveCapacity(members.count)
        for (key, value) in members { object[key] = JSONValue(value) }
      }
      self = .object(object)
    }
  }

  /// The canonical text: compact, keys sorted by their bytes, numbers as JavaScript writes them.
  ///
  /// - Throws: An `argument` error for NaN and infinities, which JSON does not have.
  public func canonicalBytes() throws(CargoError) -> [UInt8] {
    var writer = JSONWriter()
    try writer.value(self)
    return writer.bytes
  }

  /// The member `key` of an object; nil for any other value. Setting a member of a value that is no
  /// object makes it one; setting nil removes the member.
  public subscript(key: String) -> JSONValue? {
    get {
      guard case .object(let object) = self else { return nil }
      return object[key]
    }
    set {
      var object = self.object ?? JSONObject()
      self = .null
      object[key] = newValue
      self = .object(object)
    }
  }

  /// The element at a position of an array, from 0; nil for any other value or position.
  public subscript(position: Int) -> JSONValue? {
    guard case .array(let elements) = self, elements.indices.contains(position) else { return nil }
    return elements[position]
  }

  /// Whether it is `null`.
  public var isNull: Bool { self == .null }

  /// The text of a string; nil for any other value.
  public var string: String? {
    guard case .string(let value) = self else { return nil }
    return value
  }

  /// A whole number that fits 64 bits, also a double that is one; nil for any other value.
  public var integer: Int64? {
    switch self {
    case .int(let value): value
    case .double(let value): Int64(exactly: value)
    default: nil
    }
  }

  /// Any number as a double; nil for any other value.
  public var double: Double? {
    switch self {
    case .int(let value): Double(value)
    case .double(let value): value
    default: nil
    }
  }

  /// True or false; nil for any other value.
  public var bool: Bool? {
    guard case .bool(let value) = self else { return nil }
    return value
  }

  /// The elements of an array; nil for any other value.
  public var array: [JSONValue]? {
    guard case .array(let value) = self else { return nil }
    return value
  }

  /// The members of an object; nil for any other value.
  public var object: JSONObject? {
    guard case .object(let value) = self else { return nil }
    return value
  }
}

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByStringLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// `nil` is `null`.
  public init(nilLiteral: ()) { self = .null }
  /// A truth value.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// A whole number.
  public init(integerLiteral value: Int64) { self = .int(value) }
  /// A number with a fraction.
  public init(floatLiteral value: Double) { self = .double(value) }
  /// A text.
  public init(stringLiteral value: String) { self = .string(value) }
  /// A list.
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  /// Members; the last one wins where a key repeats.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    var object = JSONObject()
    for (key, value) in elements { object[key] = value }
    self = .object(object)
  }
}
