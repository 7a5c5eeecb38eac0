import ArgumentParser
import CargoClient
import LocalWorkspace

/// `import`: rows of a file into a model of a local workspace.
struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Brings the rows of a file into a model of a local workspace.",
    usage: """
      cargo-script import FILE --model NAME [--key COLUMN]
      cargo-script import leads.csv --model leads --key email
      zcat people.jsonl.gz | cargo-script import - --model crm.people
      """,
    discussion: """
      FILE is CSV with a header line (also with tabs, semicolons or bars), or JSON lines: one object \
      on each line (.jsonl, .ndjson). It must be UTF-8. Either all rows are written, or none.

      A column is a number, a boolean or an ISO date only if every value in the file is; codes with \
      leading zeros, phone numbers and ids of 16 digits and more stay text. Empty fields are NULL.

      A model that is not there is made. Its id is the column of --key, else the column _id, else an \
      id that is made up for each row. In a model that is there, rows with a known id are updated, \
      others added, columns that it lacks are new. When a key comes twice in the file, the last row \
      holds, and the number of such rows is told.
      """)

  @Argument(help: "The file; - is standard input.")
  var file: String

  @Option(
    help: .init("The model, made when it is not there.", valueName: "name|dataset.name"))
  var model: String

  @Option(help: .init("The column whose values tell rows apart.", valueName: "column"))
  var key: String?

  @Option(
    help: .init(
      "What separates the fields of CSV: one character, tab, or auto (the default).",
      valueName: "character"))
  var delimiter: DelimiterFlag?

  @Flag(help: "Only read the file and show its columns; write nothing.")
  var dryRun = false

  @Option(
    name: .host(.workspace), help: .init("local[:FILE], the workspace.", valueName: "local"))
  var workspace: WorkspaceFlag?

  @Flag(name: .host(.quiet), help: "Show nothing but errors.")
  var quiet = false

  @Flag(name: .host(.json), help: "Print a summary in JSON to standard output.")
  var json = false

  @Flag(name: .host(.noColor), help: "No colours; the variable NO_COLOR says the same.")
  var noColor = false

  func run() throws {
    let choice = try WorkspaceChoice(
      flag: workspace, token: SecretEnvironment.take("CARGO_API_TOKEN"), origin: nil)
    guard case .local(let path) = choice else {
      throw UsageError(
        "import fills a local workspace, not a live one",
        hint: "say --workspace local; on the platform, rows come from its own connectors")
    }
    var options = RunOptions()
    options.isQuiet = quiet
    options.refusesColor = noColor
    let run = ImportRun(
      file: .init(file: file, model: model, key: key, delimiter: delimiter?.byte),
      workspace: path, isDryRun: dryRun, printsJSON: json,
      terminal: Terminal(options: options, loop: EventLoop()))
    do {
      try run.run()
    } catch {
      // A file that cannot be used is a bad input, like a bad option.
      guard error.kind == .argument else { throw error }
      throw UsageError(error.message, hint: error.hint)
    }
  }
}

/// The value of `--delimiter`.
struct DelimiterFlag: ExpressibleByArgument, Equatable {
  /// The character; nil when the file tells.
  let byte: UInt8?

  init?(argument: String) {
    switch argument {
    case "auto": byte = nil
    case "tab", "\\t": byte = UInt8(ascii: "\t")
    default:
      guard argument.utf8.count == 1, let byte = argument.utf8.first, byte == 9 || byte >= 32,
        byte < 127, byte != UInt8(ascii: "\"")
      else { return nil }
      self.byte = byte
    }
  }
}
