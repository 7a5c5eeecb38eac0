import CargoClient
import Foundation
import LocalWorkspace
import Testing

@testable import Evaluation

/// An engine whose helper is the built command, and the loop that answers come back to.
final class EngineHarness {
  let loop = EventLoop()
  let engine: JavaScriptEngine

  /// The built command, which is in the folder of the tests.
  static let command: String = {
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return URL(filePath: own).deletingLastPathComponent().appending(path: "cargo-script").path()
  }()

  init(_ limits: JavaScriptEngine.Limits = .init(), executable: String = command) {
    engine = JavaScriptEngine(mailbox: loop.mailbox, executable: executable, limits: limits)
  }

  deinit { engine.close() }

  typealias Answer = Result<[[UInt8]?], EvaluationFailure>

  final class Pending {
    var answer: Answer?
  }

  func start(_ subject: Evaluation.Subject, _ variables: String = "{}") -> Pending {
    let pending = Pending()
    engine.evaluate(Evaluation(subject, variables: Array(variables.utf8))) {
      #expect(pending.answer == nil, "answered twice")
      pending.answer = $0
    }
    #expect(pending.answer == nil, "answered from within")
    return pending
  }

  func finish(_ pending: Pending) throws -> Answer {
    let timer = loop.schedule(after: 30) {}
    let end = EventLoop.now() + 30_000_000_000
    while pending.answer == nil && EventLoop.now() < end { loop.turn(block: true) }
    loop.cancel(timer)
    return try #require(pending.answer, "no answer")
  }

  func ask(_ subject: Evaluation.Subject, _ variables: String = "{}") throws -> Answer {
    try finish(start(subject, variables))
  }

  /// The value of one template as JSON text; "undefined" when there is none.
  func template(_ text: String, _ variables: String = "{}") throws -> String {
    try EngineHarness.text(ask(.expressions([.init(.template, text)]), variables))
  }

  func failure(_ subject: Evaluation.Subject, _ variables: String = "{}") throws
    -> EvaluationFailure
  {
    switch try ask(subject, variables) {
    case .success(let values):
      Issue.record("\(subject) gave \(EngineHarness.text(.success(values)))")
      return EvaluationFailure("none")
    case .failure(let failure): return failure
    }
  }

  static func text(_ answer: Answer) -> String {
    switch answer {
    case .success(let values):
      values.map { $0.map { String(decoding: $0, as: UTF8.self) } ?? "undefined" }
        .joined(separator: " ")
    case .failure(let failure):
      "failed: \(failure.code.map { "{{\($0)}} " } ?? "")\(failure.message)"
    }
  }
}
