import CJSON
import Glibc

/// A value inside a `JSONDocument`. Cheap to make and to pass on; keeps its document alive.
public struct JSONView {
  let document: JSONDocument
  let value: cj_value

  /// What a value is.
  public enum Kind: Sendable {
    /// The kinds of JSON; numbers are told apart as the document holds them.
    case null, bool, integer, double, string, array, object
  }

  private var tag: Int { Int(cj_tag(value)) }

  /// What the value is.
  public var kind: Kind {
    switch tag {
    case Int(CJ_NULL): .null
    case Int(CJ_TRUE), Int(CJ_FALSE): .bool
    case Int(CJ_INT64): .integer
    case Int(CJ_UINT64), Int(CJ_DOUBLE): .double
    case Int(CJ_STRING): .string
    case Int(CJ_ARRAY): .array
    default: .object
    }
  }

  /// Whether it is `null`.
  public var isNull: Bool { tag == Int(CJ_NULL) }

  /// The text of a string; nil for any other value.
  public var string: String? {
    guard tag == Int(CJ_STRING) else { return nil }
    var length = 0
    guard let start = cj_string(value, &length) else { return nil }
    let bytes = UnsafeRawBufferPointer(start: start, count: length)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A whole number that fits 64 bits, also one written as `3.0`; nil for any other value.
  public var integer: Int64? {
    switch tag {
    case Int(CJ_INT64): cj_int64(value)
    case Int(CJ_DOUBLE): Int64(exactly: cj_double(value))
    default: nil
    }
  }

  /// Any number as a double; nil for any other value.
  public var double: Double? {
    switch tag {
    case Int(CJ_INT64): Double(cj_int64(value))
    case Int(CJ_UINT64): Double(cj_uint64(value))
    case Int(CJ_DOUBLE): cj_double(value)
    default: nil
    }
  }

  /// True or false; nil for any other value.
  public var bool: Bool? {
    switch tag {
    case Int(CJ_TRUE): true
    case Int(CJ_FALSE): false
    default: nil
    }
  }

  /// The elements of an array; nil for any other value.
  public var array: JSONElements? {
    tag == Int(CJ_ARRAY) ? JSONElements(view: self) : nil
  }

  /// The members of an object in the order of the text; nil for any other value.
  public var object: JSONMembers? {
    tag == Int(CJ_OBJECT) ? JSONMembers(view: self) : nil
  }

  /// The member `key` of an object; the last one where it repeats.
  public subscript(key: String) -> JSONView? {
    var key = key
    var member = cj_value()
    let isFound = key.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { bytes in
        bytes.baseAddress.map { cj_member(value, $0, bytes.count, &member) }
          ?? cj_member(value, "", 0, &member)
      }
    }
    return isFound ? JSONView(document: document, value: member) : nil
  }

  /// The element at a position of an array, from 0.
  public subscript(position: Int) -> JSONView? {
    var element = cj_value()
    guard position >= 0, cj_element(value, position, &element) else { return nil }
    return JSONView(document: document, value: element)
  }

  /// The value as compact JSON, members in the order of the text.
  public var bytes: [UInt8] {
    var writer = JSONWriter()
    writer.value(self)
    return writer.bytes
  }

  func at(_ index: Int) -> JSONView {
    JSONView(document: document, value: cj_at(value, index))
  }
}

/// The elements of an array.
public struct JSONElements: Sequence {
  let view: JSONView

  /// How many there are.
  public var count: Int { cj_count(view.value) }

  /// Walks over the elements.
  public struct Iterator: IteratorProtocol {
    let view: JSONView
    var index: Int
    let end: Int

    /// The next element.
    public mutating func next() -> JSONView? {
      guard index < end else { return nil }
      let element = view.at(index)
      index = cj_after(element.value)
      return element
    }
  }

  /// Begins a walk.
  public func makeIterator() -> Iterator {
    Iterator(view: view, index: cj_first(view.value), end: cj_end(view.value))
  }
}

/// The members of an object.
public struct JSONMembers: Sequence {
  let view: JSONView

  /// How many there are; repeated keys count each time.
  public var count: Int { cj_count(view.value) }

  /// Walks over the members.
  public struct Iterator: IteratorProtocol {
    let view: JSONView
    var index: Int
    let end: Int

    /// The next member.
    public mutating func next() -> (key: String, value: JSONView)? {
      guard index < end else { return nil }
      let key = view.at(index)
      let value = view.at(index + 1)
      index = cj_after(value.value)
      return (key.string ?? "", value)
    }
  }

  /// Begins a walk.
  public func makeIterator() -> Iterator {
    Iterator(view: view, index: cj_first(view.value), end: cj_end(view.value))
  }
}
