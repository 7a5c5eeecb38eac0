import CargoClient

extension OpenWorkspace {
  /// Evaluates the expressions of a node, in one go. `completion` never comes from within.
  func evaluate(
    _ expressions: [NodeConfig.Found], variables: [UInt8],
    completion: @escaping (Result<[JSONValue?], NodeFailure>) -> Void
  ) {
    guard let engine else {
      loop.schedule(after: 0) {
        completion(.failure(NodeFailure("expressions cannot be evaluated here")))
      }
      return
    }
    let question = Evaluation(.expressions(expressions.map(\.expression)), variables: variables)
    engine.evaluate(question) { result in
      completion(
        result.mapError { NodeFailure($0, among: expressions) }
          .flatMap { values in
            Result { try values.map { try $0.map { try JSONValue($0) } } }
              .mapError { NodeFailure("a value of an expression cannot be read: \($0)") }
          })
    }
  }

  /// Runs the script of a node. `completion` gets its value as JSON and never comes from within.
  func runScript(
    _ script: String, isPython: Bool, variables: [UInt8],
    completion: @escaping (Result<[UInt8], NodeFailure>) -> Void
  ) {
    if isPython, let python {
      python.run(script, variables: variables) { completion($0.mapError { NodeFailure($0) }) }
    } else if !isPython, let engine {
      engine.evaluate(Evaluation(.script(script), variables: variables)) { result in
        completion(
          result.map { ($0.first ?? nil) ?? Array("null".utf8) }.mapError { NodeFailure($0) })
      }
    } else {
      let message =
        isPython
        ? "python nodes run only with --allow-code on the command line: Python is no sandbox"
        : "scripts cannot be run here"
      loop.schedule(after: 0) { completion(.failure(NodeFailure(message))) }
    }
  }
}

extension NodeFailure {
  /// A script's failure, which another try may mend.
  init(_ failure: EvaluationFailure) {
    self.init("the script failed: \(failure.message)", isRetryable: true)
  }

  /// Names the field and the expression; the node is named by the run.
  init(_ failure: EvaluationFailure, among expressions: [NodeConfig.Found]) {
    // Without an index one of several took too long, or there is no engine.
    let index = failure.index ?? (expressions.count == 1 ? 0 : -1)
    guard expressions.indices.contains(index) else {
      let fields = expressions.map { NodeConfig.text($0.path) }.joined(separator: ", ")
      self.init("the expressions of \(fields) failed: \(failure.message)")
      return
    }
    let field = NodeConfig.text(expressions[index].path)
    let place = field.isEmpty ? "" : " in " + field
    let code = (failure.code ?? expressions[index].expression.text)
      .drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
    self.init("the expression \(String(code))\(place) failed: \(failure.message)")
  }
}
