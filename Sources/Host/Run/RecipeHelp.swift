import Runtime

/// The help of a recipe, from its manifest.
struct RecipeHelp {
  let text: String

  init(_ manifest: Manifest?, name: String) {
    guard let manifest else {
      text = """
        \(DisplayText.escaped(name)) declares nothing about itself: it has no recipe{ … } as its \
        first statement.

        USAGE: cargo-script [options] \(DisplayText.escaped(name)) [words …]

        """
      return
    }
    var lines: [String] = []
    let title = [manifest.name, manifest.version].compactMap(\.self).joined(separator: " ")
    let about = [title, manifest.summary ?? ""].filter { !$0.isEmpty }.joined(separator: ": ")
    if !about.isEmpty { lines += [about, ""] }
    let inputs = manifest.inputs.isEmpty ? "" : " [--input value …]"
    lines.append("USAGE: cargo-script [options] \(name)\(inputs)")
    if !manifest.inputs.isEmpty {
      let rows = InputParser(manifest.inputs).helpRows
      let width = rows.map { DisplayWidth.columns(of: $0.flag) }.max() ?? 0
      lines += ["", "INPUTS:"]
      lines += rows.map { row in
        row.help.isEmpty
          ? "  \(row.flag)" : "  \(DisplayWidth.padded(row.flag, to: width))  \(row.help)"
      }
    }
    lines += RecipeHelp.protections(manifest)
    lines += ["", "cargo-script --help lists the options that every recipe takes."]
    text = lines.map { DisplayText.escaped($0) }.joined(separator: "\n") + "\n"
  }

  /// What a grant opens beyond the workspace, by kind.
  private static func reach(_ grant: Grant) -> [(String, [String])] {
    [
      ("reads", grant.read), ("writes", grant.write), ("hosts", grant.net),
      ("variables", grant.env),
    ]
  }

  /// What a manifest opens beyond the workspace, in a line for the start of a run; nil for nothing.
  static func reachLine(_ manifest: Manifest?) -> String? {
    let kinds = manifest.map { reach($0.permissions).filter { !$0.1.isEmpty } } ?? []
    if kinds.isEmpty { return nil }
    let list = kinds.map { "\($0.0) \($0.1.joined(separator: ", "))" }.joined(separator: "; ")
    return "its manifest opens: \(list)"
  }

  /// What the recipe writes, may do and may spend.
  private static func protections(_ manifest: Manifest) -> [String] {
    var facts: [(String, String)] = []
    if let outputs = manifest.outputs { facts.append(("columns", outputs.joined(separator: ", "))) }
    if let output = manifest.output { facts.append(("rows go to", output)) }
    let grant = manifest.permissions
    let inside: [(String, [String])] = [
      ("actions", grant.actions.map { "\($0)" }), ("operations", grant.operations.map { "\($0)" }),
    ]
    facts += (inside + reach(grant)).filter { !$0.1.isEmpty }
      .map { ($0.0, $0.1.joined(separator: ", ")) }
    if let credits = manifest.credits { facts.append(("budget", Quantity.credits(credits))) }
    if let perRow = manifest.creditsPerRow {
      facts.append(("per row", Quantity.credits(perRow)))
    }
    if facts.isEmpty { return [] }
    return ["", "WHAT IT MAY DO:"] + facts.map { "  \(DisplayWidth.padded($0.0, to: 10))  \($0.1)" }
  }
}
