/// What the command line asks for, before any value is looked at.
enum Invocation: Equatable {
  /// Run a recipe.
  case run(RecipeSource, hostArguments: [String], recipeArguments: [String])
  /// Print the recipe's own help.
  case recipeHelp(RecipeSource)
  /// Call one operation without a recipe: `call run.get UUID`, `orchestration run get --uuid …`.
  case call(words: [String], hostArguments: [String], arguments: [String])
  /// What the argument parser does alone: help, completions, the other subcommands.
  case command([String])
  /// Print the version.
  case version
}

/// Where a recipe's text comes from.
enum RecipeSource: Equatable {
  /// A file, or a folder by mistake.
  case file(String)
  /// Standard input: `-`.
  case standardInput
  /// The command line: `-e 'print(1)'`.
  case text(String)
}

/// A command line that cannot be used: one sentence, and the way out.
struct UsageError: Error, Equatable {
  let message: String
  let hint: String?

  init(_ message: String, hint: String? = nil) {
    self.message = message
    self.hint = hint
  }
}
