/// Evaluates JavaScript for the workspace (`cargo-platform.md` §5.2): a process of its own, so that
/// nothing a graph brings can hold up, fill or reach this one.
///
/// Bound to the loop's thread.
public protocol ExpressionEngine: AnyObject {
  /// Evaluates. `completion` is called exactly once, on the loop's thread, never from within.
  func evaluate(
    _ question: Evaluation, completion: @escaping (Result<[[UInt8]?], EvaluationFailure>) -> Void)
  /// Ends whatever is under way; what was asked is not answered any more.
  func close()
}

/// What is to be evaluated, in one go: the expressions of a node, or a script.
public struct Evaluation: Sendable {
  /// The text of one expression.
  public struct Expression: Sendable, Equatable {
    /// How the text is meant.
    public enum Kind: String, Sendable {
      /// Text with `{{ … }}` in it.
      case template
      /// One expression.
      case js
    }

    /// How the text is meant.
    public var kind: Kind
    /// The text.
    public var text: String

    /// Makes an expression.
    public init(_ kind: Kind, _ text: String) {
      self.kind = kind
      self.text = text
    }
  }

  /// What is evaluated.
  public enum Subject: Sendable {
    /// These, each for itself; one value each.
    case expressions([Expression])
    /// The body of a function; its value is what it returns.
    case script(String)
  }

  /// The variables by name: a JSON object.
  public var variables: [UInt8]
  /// What is evaluated.
  public var subject: Subject

  /// Makes a question.
  public init(_ subject: Subject, variables: [UInt8]) {
    self.subject = subject
    self.variables = variables
  }
}

/// Why nothing came of an evaluation.
public struct EvaluationFailure: Error, Sendable, Equatable {
  /// Which expression failed; nil when it was not one of them.
  public var index: Int?
  /// The part of its text that failed.
  public var code: String?
  /// What happened, in words that may follow a colon.
  public var message: String

  /// Makes a failure.
  public init(_ message: String, index: Int? = nil, code: String? = nil) {
    self.message = message
    self.index = index
    self.code = code
  }
}

/// Runs the text of `python` nodes (`cargo-platform.md` §5.3). There is one only where the command line
/// allows it: Python is no sandbox.
///
/// Bound to the loop's thread.
public protocol PythonRunner: AnyObject {
  /// Runs a script with these variables, a JSON object. `completion` gets the value of its variable
  /// `result` as JSON, exactly once, on the loop's thread, never from within.
  func run(
    _ script: String, variables: [UInt8],
    completion: @escaping (Result<[UInt8], EvaluationFailure>) -> Void)
  /// Ends whatever is under way; what was asked is not answered any more.
  func close()
}
