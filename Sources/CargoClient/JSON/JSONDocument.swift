import CJSON

/// A parsed JSON text that can be looked into without building a tree of values.
///
/// The parser behind it (simdjson) comes from a pool of the thread and goes back there with the
/// document. Views keep their document alive.
///
/// Two things are lenient (`design.md` §4.2): integers beyond 64 bits are doubles, and an escaped half
/// of a surrogate pair is U+FFFD. Nesting beyond 200 levels is refused.
public final class JSONDocument {
  private let document: OpaquePointer

  /// Parses a text. The bytes are not kept.
  ///
  /// - Parameters:
  ///   - bytes: One JSON value in UTF-8.
  ///   - kind: The kind of the error for a text that is not JSON: `http` for what a server sent.
  /// - Throws: An error that names what is wrong, line and column.
  public init(_ bytes: [UInt8], kind: CargoError.Kind = .http) throws(CargoError) {
    guard let document = cj_document_acquire() else {
      throw CargoError(kind, "out of memory while reading JSON")
    }
    var error = cj_error()
    let isValid = bytes.withUnsafeBytes { buffer in
      let start = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
      return start.map { cj_parse(document, $0, buffer.count, &error) }
        ?? cj_parse(document, "", 0, &error)
    }
    guard isValid else {
      cj_document_release(document)
      let reason = String(cString: error.reason)
      throw CargoError(
        kind, "invalid JSON at line \(error.line), column \(error.column): \(reason)")
    }
    self.document = document
  }

  deinit { cj_document_release(document) }

  /// The value of the whole text.
  public var root: JSONView { JSONView(document: self, value: cj_root(document)) }

  /// The member `key` of the root; nil when there is none, or when the root is no object.
  public subscript(key: String) -> JSONView? { root[key] }

  /// A value inside the document as compact JSON, its members in the order of the text.
  public func bytes(of view: JSONView) -> [UInt8] { view.bytes }
}
