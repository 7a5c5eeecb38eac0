/// An error that a recipe may see: what failed, where, and the way out.
///
/// Rendered as one line, `message`, plus an optional `hint`. Secrets never enter one: whoever builds
/// it from outside text redacts first (`cargo-platform.md` §2.1).
public struct CargoError: Error, Sendable, Equatable {
  /// The family of an error, which recipes branch on as `err.kind` (`design.md` §4.1) and from which
  /// the exit code follows (§7).
  public enum Kind: String, Sendable, CaseIterable {
    /// The platform answered with an error (`reason`, `errorMessage`).
    case cargo
    /// The server could not be reached, or what it answered is not usable.
    case http
    /// A run, batch or message ended in `error` or `cancelled`.
    case run
    /// A wait took longer than it was given; the remote work goes on.
    case timeout
    /// The recipe was not granted what it asked for.
    case permission
    /// The call would pass a credits limit, or a paying call has no limit at all.
    case budget
    /// The call's arguments do not fit the operation.
    case argument
    /// The task was cancelled.
    case cancelled
    /// A paying request was sent and no answer tells what became of it.
    case unknown
    /// The journal or the workspace file cannot be used.
    case journal
    /// A file cannot be read or written: missing, not permitted by the system, disk full.
    case file
  }

  /// The family.
  public var kind: Kind
  /// The platform's code, such as `playNotCompatible`; nil when it gave none.
  public var code: String?
  /// One sentence that names the thing and the place.
  public var message: String
  /// The HTTP status, when an answer came.
  public var status: Int?
  /// The operation's short name, `segment.fetch`.
  public var operation: String?
  /// The way out, when one is known.
  public var hint: String?
  /// JSON that belongs to the error: the finished run of a `run` error, else the answer's body.
  public var body: [UInt8]?

  /// Makes an error; everything but kind and message is optional.
  public init(
    _ kind: Kind, _ message: String, code: String? = nil, status: Int? = nil,
    operation: String? = nil, hint: String? = nil, body: [UInt8]? = nil
  ) {
    self.kind = kind
    self.message = message
    self.code = code
    self.status = status
    self.operation = operation
    self.hint = hint
    self.body = body
  }
}

extension CargoError: CustomStringConvertible {
  /// The message, and the hint after it in parentheses.
  public var description: String {
    hint.map { "\(message) (\($0))" } ?? message
  }
}
