import CargoClient
import Testing

@testable import LocalWorkspace

/// The state machine alone: what it asks for, and what becomes of the answers.
@Suite struct GraphProgressTests {
  typealias T = GraphText

  private func progress(
    _ graph: String, input: String = "{}", rolls: [Double] = []
  ) throws -> GraphProgress {
    let validation = try GraphValidationTests.check(graph)
    #expect(validation.graph != nil, "\(validation.invalid)")
    var rolls = rolls
    var time: Int64 = 0
    return GraphProgress(
      try #require(validation.graph), input: Array(input.utf8),
      clock: {
        time += 1
        return time
      }, roll: { rolls.removeFirst() })
  }

  private func path(_ progress: GraphProgress) -> [String] {
    progress.executions.map {
      "\($0.node.slug) \($0.status.name)" + ($0.childIndex.map { " \($0)" } ?? "")
    }
  }

  private func context(_ progress: GraphProgress) throws -> JSONValue {
    try JSONValue(progress.context)
  }

  @Test func whatIsStaticRunsThroughAtOnce() throws {
    var progress = try progress(
      T.graph(
        T.start(to: "v"),
        T.node(
          "v", "variables", #"{"variables":[{"name":"n","type":"number","value":"7"}]}"#, to: "b"),
        T.node("b", "branch", #"{"condition":false}"#, to: "end", "s"),
        T.node(
          "s", "switch", #"{"routes":[{"name":"x","value":0},{"name":"y","value":"1"}]}"#,
          to: "end", "p"),
        T.node("p", "split", #"{"percentage":30}"#, to: "end", "f"),
        T.node("f", "filter", #"{"filter":1}"#, to: "end"), T.end("end", ("a", "[1]"))),
      input: "5", rolls: [0.31])
    guard case .end = progress.begin() else {
      Issue.record("it asks for something")
      return
    }
    #expect(
      path(progress) == [
        "start success 0", "v success 0", "b success 1", "s success 1", "p success 1",
        "f success 0", "end success",
      ])
    #expect(
      try context(progress) == [
        "start": ["value": 5], "v": ["n": 7], "b": ["condition": false], "s": ["route": "y"],
        "p": ["percentage": 30], "f": ["filter": true], "end": ["a": [1]],
      ])
    #expect(progress.ending?.status == .success)
    #expect(progress.ending?.output == Array(#"{"a":[1]}"#.utf8))
    #expect(
      progress.executions.map(\.title) == [
        "start", "v", "❌ Condition is not matched", "✅ y", "B", "✅ Condition is matched", "end",
      ])
    #expect(progress.executions.last?.next == nil)
  }

  @Test func aLongChainNeedsNoStack() throws {
    let count = 20_000
    let chain = (0..<count).map {
      T.node("n\($0)", "variables", to: $0 + 1 < count ? "n\($0 + 1)" : "end")
    }
    var progress = try progress(
      "[\(([T.start(to: "n0")] + chain + [T.end()]).joined(separator: ","))]")
    _ = progress.begin()
    #expect(progress.executions.count == count + 2)
    #expect(progress.ending?.status == .success)
  }

  @Test func noRouteAndAFilterStopWithoutFailing() throws {
    for node in [
      T.node("x", "filter", #"{"filter":null}"#, to: "end"),
      T.node("x", "switch", #"{"routes":[{"name":"a","value":""}]}"#, to: "end"),
    ] {
      var progress = try progress(T.graph(T.start(to: "x"), node, T.end()))
      _ = progress.begin()
      #expect(path(progress) == ["start success 0", "x success"])
      #expect(progress.ending?.status == .success)
      #expect(progress.ending?.output == nil)
    }
  }

  @Test func aSplitFollowsItsPercentage() throws {
    for (percentage, roll, slug) in [
      (0, 0.0, "b"), (100, 0.999, "a"), (50, 0.49, "a"), (50, 0.5, "b"),
    ] {
      var progress = try progress(
        T.graph(
          T.start(to: "s"), T.node("s", "split", #"{"percentage":\#(percentage)}"#, to: "a", "b"),
          T.end("a"), T.end("b")), rolls: [roll])
      _ = progress.begin()
      #expect(progress.executions.last?.node.slug == slug, "\(percentage) \(roll)")
    }
  }

  /// A graph with one action, which is asked for.
  private func action(_ also: String = "", kind: String = "script") throws -> GraphProgress {
    try progress(
      T.graph(
        T.start(to: "a"), T.node("a", kind, #"{"script":""}"#, to: "end", also: also), T.end(),
        T.end("spare")))
  }

  @Test func retriesWaitLongerEachTimeAndThenFail() throws {
    var progress = try action(
      #""retry":{"maximumAttempts":3,"initialInterval":1000,"backoffCoefficient":2}"#)
    _ = progress.begin()
    for expected in [1.0, 2.0] {
      guard
        case .pause(let seconds) = progress.performed(
          .failure(NodeFailure("no", isRetryable: true)))
      else {
        Issue.record("it does not wait")
        return
      }
      #expect(seconds == expected)
      guard case .perform(1, _) = progress.resumed() else {
        Issue.record("it does not try again")
        return
      }
    }
    guard case .end = progress.performed(.failure(NodeFailure("no", isRetryable: true))) else {
      Issue.record("it goes on")
      return
    }
    #expect(progress.ending?.status == .error)
    #expect(progress.ending?.error == "a: no")
    #expect(path(progress) == ["start success 0", "a error"])
    #expect(progress.executions[1].error == "no")
  }

  @Test func aSecondTryMaySucceed() throws {
    var progress = try action(#""retry":{"maximumAttempts":2,"initialInterval":0}"#)
    _ = progress.begin()
    _ = progress.performed(.failure(NodeFailure("no", isRetryable: true)))
    _ = progress.resumed()
    _ = progress.performed(.success(NodeOutcome(["ok": true])))
    #expect(path(progress) == ["start success 0", "a success 0", "end success"])
  }

  /// What a failure leads to, by the node's fallbacks.
  static let fallbacks: [(String, [String], RunStatus)] = [
    ("", ["a error"], .error),
    (#""fallbackOnFailure":true"#, ["a error 0", "end success"], .success),
    (
      #""fallbackOnFailure":true,"fallbackChildUuid":"\#(T.uuid("spare"))""#,
      ["a error", "spare success"], .success
    ),
    (#""fallbackChildUuid":"\#(T.uuid("spare"))""#, ["a error", "spare success"], .success),
  ]

  @Test func fallbacks() throws {
    for (also, expected, status) in GraphProgressTests.fallbacks {
      var progress = try action(also)
      _ = progress.begin()
      _ = progress.performed(.failure(NodeFailure("no")))
      #expect(path(progress) == ["start success 0"] + expected, "\(also)")
      #expect(progress.ending?.status == status)
      // What failed has no output.
      #expect(try context(progress)["a"] == nil)
    }
  }

  @Test func aBranchThatCannotTellIsNotMatched() throws {
    var progress = try progress(
      T.graph(
        T.start(to: "b"),
        T.node(
          "b", "branch", #"{"condition":\#(T.template("{{x}}"))}"#, to: "end", "no",
          also: #""fallbackOnFailure":true"#), T.end(), T.end("no")))
    guard case .compute(1) = progress.begin() else {
      Issue.record("it does not ask for the condition")
      return
    }
    _ = progress.computed(.failure(NodeFailure("no such variable")))
    #expect(path(progress) == ["start success 0", "b error 1", "no success"])
  }

  @Test func cancellingKeepsWhatComesBack() throws {
    var progress = try action()
    _ = progress.begin()
    progress.cancel()
    var outcome = NodeOutcome(["paid": true])
    outcome.microcredits = 500_000
    _ = progress.performed(.success(outcome))
    #expect(path(progress) == ["start success 0", "a success 0"])
    #expect(progress.ending?.status == .cancelled)
    #expect(progress.microcredits == 500_000)
    #expect(try context(progress)["a"] == ["paid": true])
  }

  @Test func cancellingLeavesWhatDoesNot() throws {
    var progress = try action()
    _ = progress.begin()
    progress.cancel()
    _ = progress.abandon()
    #expect(path(progress) == ["start success 0", "a cancelled"])
    #expect(progress.ending?.status == .cancelled)
    // A second end changes nothing.
    _ = progress.abandon()
    #expect(progress.executions.count == 2)
  }

  @Test func aModelsInstructionCannotBeFollowed() throws {
    let instruction = T.template("say {{x}}").replacing(#""none""#, with: #""ai""#)
    var progress = try progress(
      T.graph(
        T.start(to: "v"),
        T.node(
          "v", "variables", #"{"variables":[{"name":"a","value":\#(instruction)}]}"#, to: "end"),
        T.end()))
    _ = progress.begin()
    #expect(
      progress.ending?.error?.hasPrefix("v: the field variables[0].value is an instruction") == true
    )
  }

  static let wrong: [(String, String, String)] = [
    ("split", #"{"percentage":101}"#, "percentage must be a number from 0 to 100"),
    ("split", "{}", "percentage must be a number from 0 to 100"),
    ("variables", #"{"variables":{}}"#, "variables must be a list of {name, type, value}"),
    ("variables", #"{"variables":[{"value":1}]}"#, "variables[0] has no name"),
    (
      "variables", #"{"variables":[{"name":"a","type":"text"}]}"#,
      "variables[0].type must be string, number, boolean, date, array, object or any, not text"
    ),
  ]

  @Test func wrongConfigurationsFailTheNode() throws {
    for (action, config, message) in GraphProgressTests.wrong {
      let node =
        action == "split"
        ? T.node("x", action, config, to: "end", "end") : T.node("x", action, config, to: "end")
      var progress = try progress(T.graph(T.start(to: "x"), node, T.end()))
      _ = progress.begin()
      #expect(progress.ending?.error == "x: \(message)")
    }
  }
}
