import ArgumentParser

/// The command, for its help and completions, and its subcommands.
///
/// A recipe never comes through here (`ArgumentSplitter`): only `--help`, completion scripts and the
/// subcommands do.
struct CargoScript: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cargo-script",
    abstract: "Runs a go-to-market recipe written in Lua.",
    usage: """
      cargo-script [options] recipe.lua [--input value …]
      cargo-script [options] -
      cargo-script [options] -e 'print(1)'
      cargo-script call OPERATION [JSON | --parameter value …]
      """,
    discussion: """
      recipe.lua --help shows the recipe's own inputs. Options may stand before or after the \
      recipe; everything else that follows it, and all after a lone --, belongs to the recipe.

      Exit codes: 0 done, 1 the recipe raised an error, 2 bad usage, 3 the recipe does not compile, \
      4 not permitted, 5 budget reached, 6 the platform refused or cannot be reached, 7 time limit, \
      8 memory limit, 9 journal conflict or unknown outcome, 130 interrupted.
      """,
    version: Version.text,
    subcommands: [CallCommand.self, ImportCommand.self, InitCommand.self])

  @OptionGroup var flags: RunFlags

  @Option(
    name: [.customShort("e"), .customLong(HostFlag.eval.name)],
    help: .init("Run this text instead of a file.", valueName: "lua"))
  var text: String?

  @Argument(help: "The recipe's file, or - for standard input.")
  var recipe: String?
}

/// The version of this command.
enum Version {
  static let text = "0.1.0"
}
