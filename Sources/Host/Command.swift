import ArgumentParser
import CargoClient
import Glibc
import Runtime

/// The command as a whole: reads the arguments, does what they ask, answers with an exit code.
enum Command {
  /// - Parameter arguments: those after the program's name.
  static func run(_ arguments: [String]) -> Int32 {
    do {
      switch try ArgumentSplitter.split(arguments) {
      case .version:
        return show("cargo-script \(Version.text)\n")
      case .command(let arguments):
        return parse(arguments)
      case .run(let source, let hostArguments, let recipeArguments):
        let options = try RunOptions(hostArguments)
        return try RecipeCommand(options: options).run(source, recipeArguments)
      case .recipeHelp(let source):
        return try RecipeCommand(options: RunOptions()).showHelp(source)
      case .call(let words, let hostArguments, let arguments):
        let options = try RunOptions(hostArguments)
        return try OperationCommand(options: options).run(words, arguments)
      }
    } catch {
      return fail(error)
    }
  }

  /// What the argument parser does by itself: help, completion scripts, subcommands.
  private static func parse(_ arguments: [String]) -> Int32 {
    if let help = help(arguments) { return show(help + "\n") }
    // The parser would take a subcommand's name for the recipe's, so it gets the rest alone.
    let command = subcommand(arguments.first)
    do {
      var parsed = try (command ?? CargoScript.self).parseAsRoot(
        Array(arguments.dropFirst(command == nil ? 0 : 1)))
      try parsed.run()
      return ExitCode.done.rawValue
    } catch let error as UsageError {
      return fail(error)
    } catch let error as CargoError {
      complain(Diagnostic(message: error.message, hint: error.hint))
      return ExitCode(error.kind).rawValue
    } catch {
      guard CargoScript.exitCode(for: error) != .success else {
        return show(CargoScript.fullMessage(for: error) + "\n")
      }
      let name = command?.configuration.commandName.map { " \($0)" } ?? ""
      return fail(
        UsageError(
          CargoScript.sentence(for: error),
          hint: "cargo-script\(name) --help lists the options"))
    }
  }

  private static func subcommand(_ name: String?) -> (any ParsableCommand.Type)? {
    CargoScript.configuration.subcommands.first { $0.configuration.commandName == name }
  }

  /// The text of `--help`, `help NAME` and `NAME --help`; nil when none of these is asked for.
  private static func help(_ arguments: [String]) -> String? {
    guard arguments.contains("--help") || arguments.contains("-h") || arguments.first == "help"
    else { return nil }
    let columns = min(OutputStream(descriptor: STDOUT_FILENO).columns, 100)
    guard let named = arguments.lazy.compactMap({ subcommand($0) }).first else {
      return CargoScript.helpMessage(columns: columns)
    }
    return CargoScript.helpMessage(for: named, columns: columns)
  }

  /// Writes an answer to standard output.
  private static func show(_ text: String) -> Int32 {
    let output = OutputStream(descriptor: STDOUT_FILENO)
    output.write(text)
    output.flush()
    if case .system(let error) = output.failure {
      complain(Diagnostic(message: OutputStream.message(error)))
      return ExitCode.recipe.rawValue
    }
    return ExitCode.done.rawValue
  }

  private static func fail(_ error: UsageError) -> Int32 {
    complain(Diagnostic(message: error.message, hint: error.hint))
    return ExitCode.usage.rawValue
  }

  private static func complain(_ diagnostic: Diagnostic) {
    let stream = OutputStream(descriptor: STDERR_FILENO)
    let style = Style(usesColor: stream.isTerminal && Terminal.environmentAllowsColor)
    stream.write(DiagnosticRenderer(style: style).render(diagnostic) + "\n")
    stream.flush()
  }
}
