import ArgumentParser
import CargoClient
import LocalWorkspace

/// `init`: a local workspace in the folder.
struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Makes a local workspace, with demo data unless told.")

  @Option(
    name: .host(.workspace),
    help: .init("local[:FILE], where the workspace goes.", valueName: "local"))
  var workspace: WorkspaceFlag?

  @Flag(help: "Without the demo's models and connectors.")
  var empty = false

  func run() throws {
    guard workspace != .live else {
      throw UsageError("init makes a local workspace; a live one is made on the platform")
    }
    guard
      case .local(let path) = try WorkspaceChoice(
        flag: workspace ?? .local(path: nil), token: nil, origin: nil)
    else { return }
    if LocalWorkspace.exists(at: path) {
      throw UsageError("there is a workspace already: \(path)", hint: "move it away first")
    }
    if empty {
      try LocalWorkspace.createEmpty(at: path)
    } else {
      try LocalWorkspace.createDemo(at: path)
    }
    let terminal = Terminal(options: RunOptions(), loop: EventLoop())
    terminal.print("made a workspace\(empty ? "" : " with demo data"): \(path)\n".utf8)
    terminal.finish()
  }
}
