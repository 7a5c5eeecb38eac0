import CCSV
import CargoClient
import SQLite

extension Column {
  /// Binds a value of JSON as this column stores it.
  /// - Returns: false when it does not fit the column's type.
  func bind(_ value: JSONView, to statement: Statement, at index: Int) throws -> Bool {
    guard let stored = try? stored(value) else { return false }
    try statement.bind(index, stored)
    return true
  }

  /// What the column holds, in a sentence.
  var typeInWords: String {
    switch type {
    case .string: "texts"
    case .number: "numbers"
    case .boolean: "true or false"
    case .date: "ISO dates, such as 2024-02-29 or 2024-02-29T12:30:00Z"
    case .object: "JSON objects"
    case .array, .vector: "JSON arrays"
    case .any: "JSON"
    }
  }
}

extension Column.Kind {
  /// Binds a text from a file as a column of this type stores it.
  /// - Returns: false when it does not fit.
  func bind(_ text: UnsafeRawBufferPointer, to statement: Statement, at index: Int) throws -> Bool {
    switch self {
    case .string: try statement.bind(index, utf8: text)
    case .number: return try Self.bindNumber(text, to: statement, at: index)
    case .boolean:
      guard let flag = Self.flag(text) else { return false }
      try statement.bind(index, flag)
    case .date:
      guard Self.isKind(CCSV_DATE, text) else { return false }
      try statement.bind(index, utf8: text)
    case .object, .array, .vector, .any:
      guard let document = try? JSONDocument(Array(text), kind: .argument) else { return false }
      return try Column(slug: "", type: self, label: "")
        .bind(document.root, to: statement, at: index)
    }
    return true
  }

  private static func isKind(_ kind: Int, _ text: UnsafeRawBufferPointer) -> Bool {
    let bytes = text.baseAddress?.assumingMemoryBound(to: CChar.self)
    return ccsv_kinds(bytes, text.count, UInt32(kind)) != 0
  }

  private static func bindNumber(
    _ text: UnsafeRawBufferPointer, to statement: Statement, at index: Int
  ) throws -> Bool {
    if isKind(CCSV_NUMBER, text) {
      var integer: Int64 = 0
      var real = 0.0
      let bytes = text.baseAddress?.assumingMemoryBound(to: CChar.self)
      if ccsv_number(bytes, text.count, &integer, &real) {
        try statement.bind(index, integer)
      } else {
        try statement.bind(index, real)
      }
      return true
    }
    // The column is known to hold numbers: what was cautious about codes and ids is not needed.
    let string = String(decoding: text, as: UTF8.self)
    if let integer = Int64(string) {
      try statement.bind(index, integer)
    } else if let real = Double(string), real.isFinite {
      try statement.bind(index, real)
    } else {
      return false
    }
    return true
  }

  private static func flag(_ text: UnsafeRawBufferPointer) -> Int64? {
    if isKind(CCSV_BOOLEAN, text) { return text.count == 4 ? 1 : 0 }
    guard text.count == 1 else { return nil }
    switch text[0] {
    case UInt8(ascii: "1"): return 1
    case UInt8(ascii: "0"): return 0
    default: return nil
    }
  }
}
