import CargoClient

// Errors as the platform answers them (`cargo-platform.md` §2.2, §8).
extension CargoError {
  /// A refusal: 400 unless said otherwise, with a code.
  static func refused(
    _ message: String, code: String? = nil, status: Int = 400, hint: String? = nil
  ) -> CargoError {
    CargoError(
      .cargo, message, code: code, status: status, hint: hint,
      body: JSONWriter.object { out in
        if let code { out.field("reason", code) }
        out.field("errorMessage", message)
      })
  }

  /// 404: `Model not found`.
  static func notFound(_ what: String, code: String) -> CargoError {
    refused("\(what) not found", code: code, status: 404)
  }

  /// A body that does not fit the operation.
  static func invalid(_ message: String, _ operation: String) -> CargoError {
    var error = refused("\(operation): \(message)", code: "invalidBody")
    error.operation = operation
    return error
  }
}
