import Bindings
import CargoClient
import Runtime

/// Runs one recipe, or tells what it takes.
struct RecipeCommand {
  let options: RunOptions

  /// Runs the recipe and answers with the exit code.
  func run(_ source: RecipeSource, _ arguments: [String]) throws(UsageError) -> Int32 {
    let text = try RecipeText.load(source)
    let choice = try WorkspaceChoice(
      flag: options.workspace, token: SecretEnvironment.take("CARGO_API_TOKEN"),
      origin: SecretEnvironment.read("CARGO_API_URL"))
    let prepared: PreparedRecipe
    do {
      prepared = try PreparedRecipe(text, arguments: arguments)
    } catch {
      return try refuse(error, text)
    }
    let run = try RecipeRun(prepared, options: options, workspace: choice)
    return run.run().rawValue
  }

  /// Prints the recipe's own help.
  func showHelp(_ source: RecipeSource) throws(UsageError) -> Int32 {
    let text = try RecipeText.load(source)
    let manifest: Manifest?
    do {
      manifest = try PreparedRecipe.manifest(
        of: text.recipe)
    } catch {
      return try refuse(error, text)
    }
    let terminal = Terminal(options: options, loop: EventLoop())
    terminal.print(RecipeHelp(manifest, name: text.name).text.utf8)
    return ExitCode.done.rawValue
  }

  private func refuse(
    _ refusal: PreparedRecipe.Refusal, _ text: RecipeText
  ) throws(UsageError) -> Int32 {
    switch refusal {
    case .usage(let error): throw error
    case .notCompiled(let failure):
      let terminal = Terminal(options: options, loop: EventLoop())
      let diagnostic = Diagnostic(failure, source: SourceLines(text.recipe))
      terminal.show(DiagnosticRenderer(style: terminal.style).render(diagnostic))
      return ExitCode.compile.rawValue
    }
  }
}
