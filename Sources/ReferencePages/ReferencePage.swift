import CargoClient

/// One page of the reference: the operations of a domain, or the index of all.
struct ReferencePage {
  /// The file's name.
  let file: String
  /// Its text.
  let markdown: String

  /// The index and one page for each domain, in the order of the table.
  static var all: [ReferencePage] {
    var domains: [String] = []
    for operation in OperationTable.all where !domains.contains(operation.domain) {
      domains.append(operation.domain)
    }
    return [index(domains)] + domains.map(page)
  }

  private static let generated =
    "<!-- Made by script/reference from the table of operations; changes here are lost. -->\n\n"

  private static func operations(of domain: String) -> [Operation] {
    OperationTable.recipeOperations.filter { $0.domain == domain }
  }

  private static func file(of domain: String) -> String {
    (domain.isEmpty ? "whoami" : domain) + ".md"
  }

  // MARK: - The index

  private static func index(_ domains: [String]) -> ReferencePage {
    var text = generated
    text += """
      # Operations

      Every operation a recipe can call, by its short name. Its full name (`orchestration.run.get_metrics`)
      and arguments in camelCase work too; `cargo-script call` also takes the platform's own spelling
      (`orchestration run get-metrics --workflow-uuid …`).

      - **offline** operations are answered by the local workspace as well; the others need
        `--workspace live`.
      - **reads** looks only. **writes** changes the workspace and needs a grant where the recipe has a
        manifest, and on a live workspace. **may pay** can cost credits and stands under the budget.


      """
    for domain in domains {
      text += "## [\(domain.isEmpty ? "whoami" : domain)](\(file(of: domain)))\n\n"
      text += "| operation | | what it does |\n| --- | --- | --- |\n"
      for operation in operations(of: domain) {
        let page = OperationText(operation)
        text +=
          "| [`\(operation.name)`](\(file(of: domain))#\(page.anchor)) | \(page.traits) "
          + "| \(operation.summary) |\n"
      }
      text += "\n"
    }
    return ReferencePage(file: "README.md", markdown: String(text.dropLast()))
  }

  // MARK: - A domain

  private static func page(_ domain: String) -> ReferencePage {
    var text = generated + "# \(domain.isEmpty ? "whoami" : domain)\n"
    for operation in operations(of: domain) { text += "\n" + OperationText(operation).section }
    return ReferencePage(file: file(of: domain), markdown: text)
  }
}
