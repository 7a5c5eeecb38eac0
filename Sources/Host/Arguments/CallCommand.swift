import ArgumentParser

/// `call`, for its help; the call itself is `OperationCaller`'s.
struct CallCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "call",
    abstract: "Calls one operation and prints its answer as JSON.",
    usage: """
      cargo-script call OPERATION [JSON | --parameter value …]
      cargo-script call run.get 8c6f2a2e-…
      cargo-script orchestration run create --workflow-uuid … --wait-until-finished
      """,
    discussion: """
      Parameters are named as in recipes (model_uuid) or as flags (--model-uuid). A failure prints \
      {"errorMessage": …} and ends with the exit code of its kind.
      """)

  @Argument(
    help: "The operation: run.get, orchestration.run.get, or the words of the platform's CLI.")
  var operation: String
}
