import Foundation
import Testing

/// What README.md shows is what the command does.
@Suite struct ReadmeTests {
  private static let readme = Document(Document.root.appending(path: "README.md"))

  private static func blocks(_ language: String) -> [String] {
    readme.blocks.filter { $0.language == language }.map(\.text)
  }

  /// Runs a recipe on a fresh demo workspace.
  private func run(_ recipe: String, _ arguments: String) throws -> Spec.Outcome {
    let files = FileManager.default
    let folder = files.temporaryDirectory.appending(path: "readme-\(UUID().uuidString)")
    defer { try? files.removeItem(at: folder) }
    try files.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data(recipe.utf8).write(to: folder.appending(path: "recipe.lua"))
    let command =
      "cargo-script --quiet recipe.lua \(arguments)\ncode=$?\n[ ! -d out ] || head -5 out/*\nexit $code\n"
    try Data(command.utf8).write(to: folder.appending(path: "command"))
    return try Spec(name: "readme", folder: folder).run()
  }

  @Test func theWaterfallIsTheFileAndPrintsWhatIsShown() throws {
    let recipe = try String(
      contentsOf: Document.root.appending(path: "recipes/waterfall.lua"), encoding: .utf8)
    #expect(Self.blocks("lua").contains(recipe), "README.md shows another recipes/waterfall.lua")
    let outcome = try run(recipe, "--demo latency_ms=1")
    #expect(outcome.exit == 0, "\(outcome.stderr)")
    let shown = Set(Self.blocks("text").joined(separator: "\n").split(separator: "\n"))
    for line in outcome.stdout.split(separator: "\n") {
      #expect(shown.contains(line), "README.md does not show: \(line)")
    }
  }

  @Test func everyRecipeRuns() throws {
    let recipes = Self.blocks("lua")
    #expect(recipes.count >= 3)
    for recipe in recipes.dropFirst() {
      let outcome = try run(recipe, "")
      #expect(outcome.exit == 0, "\(outcome.stderr)\n\(recipe)")
      #expect(!outcome.stdout.isEmpty, "\(recipe)")
    }
  }
}
