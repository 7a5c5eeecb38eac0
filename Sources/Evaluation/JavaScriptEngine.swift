public import CargoClient
public import LocalWorkspace

/// Evaluates JavaScript in a process of its own, which is started at the first question and again
/// after it had to be ended.
///
/// A thread asks it, so the loop never waits; questions are answered in their order.
public final class JavaScriptEngine: ExpressionEngine {
  /// What an evaluation may use.
  public struct Limits: Sendable {
    /// Seconds for the expressions of one node.
    public var expressions = 1.0
    /// Seconds for a script.
    public var script = 10.0
    /// Bytes that the process may hold.
    public var memory = 256 << 20
    /// Seconds after which the process is ended when it has not stopped by itself.
    public var grace = 2.0

    /// Makes the limits that hold unless others are given.
    public init() {}
  }

  /// The argument by which the command knows that it is to be the helper: `JavaScriptHelper`.
  public static let helperArgument = "--javascript-helper"

  private let mailbox: Mailbox
  private let executable: String
  private let limits: Limits
  private var thread: BackgroundThread?
  private let helper: HelperProcess
  private var isClosed = false

  /// Makes an engine; nothing is started yet.
  ///
  /// - Parameters:
  ///   - mailbox: of the loop that answers come back to.
  ///   - executable: a program that becomes the helper when it is given `helperArgument`; this one.
  ///   - limits: what an evaluation may use.
  public init(
    mailbox: Mailbox, executable: String = "/proc/self/exe", limits: Limits = Limits()
  ) {
    self.mailbox = mailbox
    self.executable = executable
    self.limits = limits
    helper = HelperProcess(
      executable: executable, arguments: [JavaScriptEngine.helperArgument],
      memory: limits.memory, grace: limits.grace)
  }

  deinit { close() }

  /// The process that evaluates now, for tests; asked for between two questions.
  var helperID: Int32? { helper.processID }

  /// Ends the process, whatever it is doing; see `ExpressionEngine`.
  public func close() {
    isClosed = true
    guard let thread else { return }
    self.thread = nil
    let helper = helper
    helper.interrupt()
    thread.finish { helper.stop() }
  }

  /// Evaluates; see `ExpressionEngine`.
  public func evaluate(
    _ question: Evaluation, completion: @escaping (Result<[[UInt8]?], EvaluationFailure>) -> Void
  ) {
    let bound = LoopBound(completion)
    if thread == nil && !isClosed { thread = BackgroundThread() }
    guard let thread else {
      return mailbox.post { bound.value(.failure(EvaluationFailure("JavaScript has ended"))) }
    }
    let seconds =
      switch question.subject {
      case .expressions: limits.expressions
      case .script: limits.script
      }
    let (mailbox, helper) = (mailbox, helper)
    let text = JavaScriptEngine.written(question)
    thread.submit {
      let answer = helper.ask(text, seconds: seconds).flatMap(JavaScriptEngine.values)
      mailbox.post { bound.value(answer) }
    }
  }

  /// A question as the helper reads it: two lines of JSON.
  private static func written(_ question: Evaluation) -> [UInt8] {
    var out = JSONWriter(capacity: 256)
    out.beginObject()
    switch question.subject {
    case .expressions(let expressions):
      out.key("expressions")
      out.beginArray()
      for expression in expressions {
        out.beginObject()
        out.key("kind")
        out.string(expression.kind.rawValue)
        out.key("text")
        out.string(expression.text)
        out.endObject()
      }
      out.endArray()
    case .script(let script):
      out.key("script")
      out.string(script)
    }
    out.endObject()
    return question.variables + [UInt8(ascii: "\n")] + out.bytes
  }

  /// Reads the helper's answer.
  private static func values(_ answer: [UInt8]) -> Result<[[UInt8]?], EvaluationFailure> {
    guard let root = try? JSONDocument(answer).root else {
      return .failure(EvaluationFailure("the JavaScript helper gave no usable answer"))
    }
    if let values = root["values"]?.array { return .success(values.map { $0[0]?.bytes }) }
    return .failure(
      EvaluationFailure(
        root["message"]?.string ?? "the JavaScript helper gave no usable answer",
        index: root["failed"]?.integer.map { Int($0) }, code: root["code"]?.string))
  }
}
