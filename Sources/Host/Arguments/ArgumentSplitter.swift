import CargoClient

/// Tells the host's own arguments from those of the recipe.
///
/// The host's flags may stand before or after the recipe; everything else after the recipe, and all
/// that follows a lone `--`, is the recipe's. The argument parser sees the host's part only, and is
/// not asked at all when there is none: it costs more than starting Lua.
struct ArgumentSplitter {
  /// The words that begin a subcommand of the parser's.
  static let subcommands = ["call", "help", "import", "init"]

  private var rest: ArraySlice<String>
  private var hostArguments: [String] = []
  private var recipe: RecipeSource?
  private var ownArguments: [String] = []

  /// Splits the arguments that follow the program's name.
  static func split(_ arguments: [String]) throws(UsageError) -> Invocation {
    if arguments.contains(where: { $0.hasPrefix("--generate-completion-script") }) {
      return .command(arguments)
    }
    var splitter = ArgumentSplitter(rest: arguments[...])
    return try splitter.split(all: arguments)
  }

  private init(rest: ArraySlice<String>) { self.rest = rest }

  private mutating func split(all arguments: [String]) throws(UsageError) -> Invocation {
    while let argument = rest.popFirst() {
      if recipe == nil {
        if let done = try takeBeforeRecipe(argument, all: arguments) { return done }
      } else if argument == "--" {
        ownArguments.append(argument)
        ownArguments += rest
        rest = []
      } else if argument == "--help" || argument == "-h", let recipe {
        return .recipeHelp(recipe)
      } else if argument == "--version" {
        return .version
      } else if !(try takeHostFlag(argument, where: { _ in true })) {
        ownArguments.append(argument)
      }
    }
    guard let recipe else {
      if hostArguments.isEmpty { return .command(["--help"]) }
      throw UsageError("no recipe was given", hint: "cargo-script [options] recipe.lua")
    }
    return .run(recipe, hostArguments: hostArguments, recipeArguments: ownArguments)
  }

  /// An argument while no recipe is known. Returns what is asked for once that is settled.
  private mutating func takeBeforeRecipe(
    _ argument: String, all arguments: [String]
  ) throws(UsageError) -> Invocation? {
    switch argument {
    case "--help", "-h": return .command(["--help"])
    case "--version": return .version
    case "-": recipe = .standardInput
    case "-e", "--eval":
      guard let text = rest.popFirst() else {
        throw UsageError("\(argument) needs the recipe's text", hint: "cargo-script -e 'print(1)'")
      }
      recipe = .text(text)
    case "--":
      guard let path = rest.popFirst() else { return nil }
      recipe = .file(path)
    default:
      if argument.hasPrefix("--eval=") {
        recipe = .text(String(argument.dropFirst("--eval=".count)))
      } else if argument.hasPrefix("-") {
        if !(try takeHostFlag(argument, where: { _ in true })) { throw unknownFlag(argument) }
      } else {
        return try takeFirstWord(argument, all: arguments)
      }
    }
    return nil
  }

  /// The first word: a subcommand, a domain of the platform's CLI, or the recipe.
  private mutating func takeFirstWord(
    _ word: String, all arguments: [String]
  ) throws(UsageError) -> Invocation? {
    if word == "call" { return try splitCall() }
    if Self.subcommands.contains(word) { return .command(arguments) }
    // A file's name has a dot or a slash; a domain has neither.
    if !word.utf8.contains(where: { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "/") }),
      startsOperation(word)
    {
      rest = [word] + rest
      return try splitCall()
    }
    recipe = .file(word)
    return nil
  }

  /// The words, flags and values behind `call`.
  private mutating func splitCall() throws(UsageError) -> Invocation {
    var words: [String] = []
    while let argument = rest.popFirst() {
      if argument == "--help" || argument == "-h", words.isEmpty {
        return .command(["call", "--help"])
      }
      if try takeHostFlag(argument, where: \.isForCalls) { continue }
      if ownArguments.isEmpty && !argument.hasPrefix("-") && !argument.hasPrefix("{") {
        words.append(argument)
      } else {
        ownArguments.append(argument)
      }
    }
    return .call(words: words, hostArguments: hostArguments, arguments: ownArguments)
  }

  /// Takes a flag of the host and its value. False when the argument is none.
  private mutating func takeHostFlag(
    _ argument: String, where allowed: (HostFlag) -> Bool
  ) throws(UsageError) -> Bool {
    guard argument.hasPrefix("--") else { return false }
    let parts = argument.dropFirst(2).split(
      separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard let flag = HostFlag(rawValue: String(parts[0])), allowed(flag) else { return false }
    if flag == .eval {
      throw UsageError("--eval comes before any recipe, and there is one already")
    }
    if parts.count == 1 && flag.takesValue {
      guard let value = rest.popFirst() else {
        throw UsageError("--\(flag.name) needs a value")
      }
      // In one piece, so that a value may begin with a dash.
      hostArguments.append("\(argument)=\(value)")
    } else {
      hostArguments.append(argument)
    }
    return true
  }

  private func unknownFlag(_ argument: String) -> UsageError {
    let name = argument.drop { $0 == "-" }.prefix { $0 != "=" }
    let nearest = NearestName.suggest(String(name), among: HostFlag.reservedNames)
    return UsageError(
      "unknown option \(argument)",
      hint: nearest.map { "did you mean --\($0)?" }
        ?? "a recipe's own inputs follow its name; cargo-script --help lists the options")
  }

  /// Whether the words that begin here are an operation's name, or at least begin like one.
  private func startsOperation(_ word: String) -> Bool {
    let words = [word] + rest.prefix { !$0.hasPrefix("-") && !$0.hasPrefix("{") }.prefix(3)
    for count in 1...words.count
    where OperationTable.named(words.prefix(count).joined(separator: " ")) != nil {
      return true
    }
    return OperationTable.all.contains { $0.domain == word }
  }
}
