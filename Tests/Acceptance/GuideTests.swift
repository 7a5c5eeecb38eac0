import Foundation
import Testing

/// What the guide shows is what the command does: a page is followed from top to bottom in one folder.
///
/// - A block of `lua` that begins with `-- NAME.lua` is saved under that name; any other is run, and must
///   end well.
/// - A block of `text` is what the block of Lua before it printed.
/// - In a block of `console`, lines that begin with `$ ` are run, and the lines after them are what they
///   printed on both outputs. `…` stands for anything, alone on a line for any lines.
///
/// What the pages do on a live workspace goes to a server of ours.
@Suite struct GuideTests {
  /// Something to run and what it must print.
  private struct Step {
    let command: String
    let expected: [String]
  }

  @Test(arguments: Document.guide)
  func followed(_ page: Document) throws {
    let steps = Self.steps(of: page)
    if page.url.lastPathComponent != "README.md" { #expect(steps.count > 2) }
    let outputs = try run(steps, page)
    #expect(outputs.count == steps.count)
    for (step, output) in zip(steps, outputs) {
      let expected = step.expected.map { $0 == "…" ? "[LINES]" : $0.replacing("…", with: "[WILD]") }
      #expect(
        ExpectedText(expected.map { $0 + "\n" }.joined()).matches(output),
        "\(page.testDescription): \(step.command)\n\(output)")
    }
  }

  private static func steps(of page: Document) -> [Step] {
    var steps: [Step] = []
    for block in page.blocks {
      switch block.language {
      case "lua":
        let name = block.fileName ?? "example.lua"
        let save = "cat > \(name) <<'END_OF_RECIPE'\n\(block.text)END_OF_RECIPE\n"
        let run = block.fileName == nil ? "cargo-script --quiet example.lua || echo FAILED\n" : ""
        steps.append(Step(command: save + run, expected: []))
      case "text":
        // What the block before printed; without one it must print nothing.
        if let last = steps.popLast() {
          steps.append(Step(command: last.command, expected: block.lines))
        }
      case "console":
        for line in block.lines {
          if line.hasPrefix("$ ") {
            steps.append(Step(command: String(line.dropFirst(2)) + "\n", expected: []))
          } else if let last = steps.popLast() {
            steps.append(Step(command: last.command, expected: last.expected + [line]))
          }
        }
      default: continue
      }
    }
    return steps
  }

  /// Runs the steps in one shell; gives what each printed.
  private func run(_ steps: [Step], _ page: Document) throws -> [String] {
    let files = FileManager.default
    let folder = files.temporaryDirectory.appending(path: "guide-\(UUID().uuidString)")
    defer { try? files.removeItem(at: folder) }
    try files.createDirectory(at: folder, withIntermediateDirectories: true)
    try files.copyItem(at: Spec.recipes, to: folder.appending(path: "recipes"))
    try files.copyItem(
      at: Spec.fixtures.appending(path: "server.py"), to: folder.appending(path: "server.py"))
    let mark = "=== next step ==="
    var script = """
      exec 2>&1
      python3 server.py > .port &
      platform=$!
      until [ -s .port ]; do sleep 0.05; done
      export CARGO_API_URL=http://127.0.0.1:$(cat .port)
      code=0

      """
    for step in steps {
      let command = step.command.replacing(
        "CARGO_API_TOKEN=…", with: "CARGO_API_TOKEN=token-of-the-test")
      script += "(exit $code)\n\(command)code=$?\necho '\(mark)'\n"
    }
    try Data((script + "kill $platform\n").utf8).write(to: folder.appending(path: "command"))
    let outcome = try Spec(name: "guide", folder: folder).run()
    #expect(outcome.exit == 0)
    return outcome.stdout.components(separatedBy: mark + "\n").dropLast()
  }
}
