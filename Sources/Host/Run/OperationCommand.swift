import Bindings
import CargoClient
import Runtime

/// `call`: one operation without a recipe, its answer as it came.
struct OperationCommand {
  let options: RunOptions

  /// Calls the operation, prints the answer's JSON, or `{"errorMessage": …}`, and answers with the
  /// exit code.
  func run(_ words: [String], _ arguments: [String]) throws(UsageError) -> Int32 {
    let call = try OperationArguments(words: words, arguments: arguments)
    var options = options
    // Whoever types an operation's name means it.
    options.allowedOperations.append(call.operation.name)
    options.allowedReads += call.files
    let choice = try WorkspaceChoice(
      flag: options.workspace, token: SecretEnvironment.take("CARGO_API_TOKEN"),
      origin: SecretEnvironment.read("CARGO_API_URL"))
    do {
      return try run(call, options, choice).rawValue
    } catch {
      throw UsageError(error.message, hint: error.hint)
    }
  }

  /// A recipe of one line does it, so that checks, names and waiting are those of recipes.
  private func run(
    _ call: OperationArguments, _ options: RunOptions, _ choice: WorkspaceChoice
  ) throws(CargoError) -> ExitCode {
    var recipe = Recipe(
      source: Array("\(call.operation.name)(arg[1] and json.decode(arg[1]))".utf8),
      name: "call", directory: ".")
    if let value = call.value {
      recipe.arguments = [String(decoding: try value.canonicalBytes(), as: UTF8.self)]
    }
    let loop = EventLoop()
    let terminal = Terminal(options: options, loop: loop)
    let workspace = try RunWorkspace(
      choice, recipe: PreparedRecipe(recipe), options: options, loop: loop, terminal: terminal)
    let recorder = AnswerRecorder(of: call.operation, from: workspace)
    let session = try RecipeSession(
      limits: LuaLimits(options), loop: loop,
      services: RecipeServices(
        calls: recorder, print: { _ in }, emit: { _ in nil }, log: { _, _ in },
        progress: ProgressReporter(terminal.progress)))
    let end = session.run(recipe, interruptible: true)
    terminal.progress.finishAll()
    workspace.settle()
    let ending = RunEnding(end, source: SourceLines(recipe))
    try workspace.finish(ending)
    if let diagnostic = ending.diagnostic(limits: options) {
      terminal.print(OperationCommand.failure(diagnostic) + [UInt8(ascii: "\n")])
    } else {
      terminal.print((recorder.answer ?? Array("null".utf8)) + [UInt8(ascii: "\n")])
    }
    terminal.finish()
    return ending.exitCode
  }

  private static func failure(_ diagnostic: Diagnostic) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("errorMessage")
    writer.string(diagnostic.message)
    if let hint = diagnostic.hint {
      writer.key("hint")
      writer.string(hint)
    }
    writer.endObject()
    return writer.bytes
  }
}

/// Keeps the answer's bytes of one operation on their way to Lua.
private final class AnswerRecorder: CallHandler {
  private(set) var answer: [UInt8]?
  private let operation: String
  private let next: any CallHandler

  init(of operation: Operation, from next: any CallHandler) {
    self.operation = operation.name
    self.next = next
  }

  func handle(_ call: OperationCall, completion: @escaping (CallResult) -> Void) {
    next.handle(call) { [self] result in
      if call.operation.name == operation, case .success(let answer) = result {
        self.answer = answer.body
      }
      completion(result)
    }
  }
}
