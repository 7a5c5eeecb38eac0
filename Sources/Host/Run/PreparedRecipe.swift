import Bindings
import CargoClient
import Runtime

/// A recipe with its manifest read and its inputs checked, before anything runs.
struct PreparedRecipe {
  let recipe: Recipe
  let manifest: Manifest?

  /// Why a recipe cannot be run.
  enum Refusal: Error {
    /// The command line is at fault.
    case usage(UsageError)
    /// The recipe is.
    case notCompiled(ScriptFailure)
  }

  /// A recipe of the host's own, without a manifest.
  init(_ recipe: Recipe) {
    self.recipe = recipe
    manifest = nil
  }

  /// Reads the manifest and, from the recipe's arguments, the inputs.
  init(_ text: RecipeText, arguments: [String]) throws(Refusal) {
    var recipe = text.recipe
    manifest = try PreparedRecipe.manifest(of: recipe)
    do {
      if let manifest {
        let given = try InputParser(manifest.inputs, otherFlags: HostFlag.reservedNames)
          .parse(arguments)
        (recipe.inputs, recipe.arguments) = (given.values, given.rest)
      } else {
        recipe.arguments = try PreparedRecipe.plainArguments(arguments)
      }
    } catch {
      throw .usage(UsageError(error.message, hint: error.hint))
    }
    self.recipe = recipe
  }

  /// The manifest of a recipe; nil when it has none.
  static func manifest(of recipe: Recipe) throws(Refusal) -> Manifest? {
    let node: ManifestNode?
    do {
      node = try ManifestReader.read(recipe)
    } catch {
      switch error {
      case .notCompiled(let failure), .failed(let failure): throw .notCompiled(failure)
      }
    }
    guard let node else { return nil }
    do {
      return try Manifest(node, reservedNames: HostFlag.reservedNames)
    } catch {
      throw .notCompiled(
        ScriptFailure(
          message: "recipe{…}\(error.field.isEmpty ? "" : ": \(error.field)") \(error.reason)",
          hint: error.hint, chunk: recipe.name))
    }
  }

  /// Without a manifest, words go to `arg` as they do with `lua`. A flag is a slip more often than
  /// meant (`--buget 3`), and is refused before a lone `--`.
  private static func plainArguments(_ arguments: [String]) throws(CargoError) -> [String] {
    let own = arguments.prefix { $0 != "--" }
    let flags = own.filter { $0.hasPrefix("--") }
    if !flags.isEmpty {
      _ = try InputParser([], otherFlags: HostFlag.reservedNames).parse(flags)
    }
    return Array(own) + arguments.dropFirst(own.count + 1)
  }
}
