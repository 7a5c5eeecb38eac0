import CargoClient
import Evaluation
import Glibc
import Testing

@testable import LocalWorkspace

/// A workspace in a folder of its own, and the loop that it runs on.
final class WorkspaceHarness {
  let folder: String
  let loop = EventLoop()
  var workspace: LocalWorkspace

  var path: String { folder + "/.cargo/workspace.db" }

  enum Kind { case demo, empty, none }

  /// - Parameters:
  ///   - evaluates: whether expressions can be evaluated, by the built command.
  ///   - python: whether python nodes may run.
  init(
    _ kind: Kind = .demo, demo: DemoBehaviour = .immediate, evaluates: Bool = false,
    python: Bool = false
  ) throws {
    var template = Array("/tmp/cargo-workspace-XXXXXX".utf8CString)
    folder = String(cString: mkdtemp(&template))
    let engine = JavaScriptEngine(mailbox: loop.mailbox, executable: WorkspaceHarness.command)
    workspace = LocalWorkspace(
      path: folder + "/.cargo/workspace.db", loop: loop, demo: demo,
      engine: evaluates ? engine : nil,
      python: python ? PythonProcess(mailbox: loop.mailbox, seconds: 5) : nil)
    switch kind {
    case .demo:
      mkdir(folder + "/.cargo", 0o700)
      let file = try #require(fopen(path, "w"))
      let demo = WorkspaceHarness.demoFile
      #expect(fwrite(demo, 1, demo.count, file) == demo.count)
      fclose(file)
    case .empty: try LocalWorkspace.createEmpty(at: path)
    case .none: break
    }
  }

  /// The built command, which is in the folder of the tests.
  private static let command: String = {
    guard let own = realpath("/proc/self/exe", nil) else { return "cargo-script" }
    defer { free(own) }
    let path = String(cString: own)
    return path[..<(path.lastIndex(of: "/") ?? path.startIndex)] + "/cargo-script"
  }()

  /// The demo workspace, made once: every test starts from a copy.
  private static let demoFile: [UInt8] = {
    var template = Array("/tmp/cargo-demo-XXXXXX".utf8CString)
    let folder = String(cString: mkdtemp(&template))
    defer { remove(folder) }
    // swift-format-ignore: NeverUseForceTry
    try! LocalWorkspace.createDemo(at: folder + "/demo.db")
    guard let file = fopen(folder + "/demo.db", "r") else { return [] }
    defer { fclose(file) }
    fseek(file, 0, SEEK_END)
    var bytes = [UInt8](repeating: 0, count: ftell(file))
    rewind(file)
    fread(&bytes, 1, bytes.count, file)
    return bytes
  }()

  deinit {
    workspace.close()
    WorkspaceHarness.remove(folder)
  }

  /// Another workspace on the same file and loop, as another process would have.
  func another(demo: DemoBehaviour = .immediate) -> LocalWorkspace {
    LocalWorkspace(path: path, loop: loop, demo: demo)
  }

  static func remove(_ path: String) {
    if let directory = opendir(path) {
      while let entry = readdir(directory) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != "." && name != ".." { remove(path + "/" + name) }
      }
      closedir(directory)
      rmdir(path)
    } else {
      unlink(path)
    }
  }

  /// Sends and returns at once; the result is in the box when the loop has brought it.
  func start(
    _ name: String, _ arguments: String = "{}", waits: Bool = false, on other: LocalWorkspace? = nil
  ) throws -> Pending {
    let operation = try #require(OperationTable.named(name))
    let pending = Pending()
    pending.id = (other ?? workspace).send(
      OperationRequest(operation: operation, arguments: Array(arguments.utf8), waits: waits)
    ) { result in
      #expect(pending.result == nil, "completed twice")
      pending.result = result
    }
    #expect(pending.result == nil, "completed from within send")
    return pending
  }

  final class Pending {
    var id = RequestID(0)
    var result: TransportResult?
  }

  /// Turns the loop until the result is there.
  func finish(_ pending: Pending, seconds: Double = 20) throws -> TransportResult {
    let end = EventLoop.now() + UInt64(seconds * 1e9)
    // A timer, so that a loop with nothing to wait for wakes up and the test can fail.
    let timer = loop.schedule(after: seconds) {}
    while pending.result == nil && EventLoop.now() < end { loop.turn(block: true) }
    loop.cancel(timer)
    return try #require(pending.result, "no answer in \(seconds) s")
  }

  @discardableResult
  func call(
    _ name: String, _ arguments: String = "{}", waits: Bool = false, on other: LocalWorkspace? = nil
  ) throws -> JSONValue {
    let result = try finish(start(name, arguments, waits: waits, on: other))
    return try JSONValue(result.get())
  }

  func error(
    _ name: String, _ arguments: String = "{}", waits: Bool = false, on other: LocalWorkspace? = nil
  ) throws -> CargoError {
    switch try finish(start(name, arguments, waits: waits, on: other)) {
    case .success(let body):
      Issue.record("\(name) answered \(String(decoding: body.prefix(200), as: UTF8.self))")
      return CargoError(.unknown, "none")
    case .failure(let error): return error
    }
  }

  /// Runs an action to its end.
  func run(_ action: String, _ data: String, on other: LocalWorkspace? = nil) throws -> JSONValue {
    try call("action.execute", execute(action, data), waits: true, on: other)
  }

  func execute(_ action: String, _ data: String, retry: String? = nil) -> String {
    let parts = action.split(separator: ".")
    let extra = retry.map { ",\"retry\":\($0)" } ?? ""
    return """
      {"action":{"kind":"connector","integrationSlug":"\(parts[0])","actionSlug":"\(parts[1])",\
      "config":{}\(extra)},"data":\(data)}
      """
  }

  func model(_ slug: String) -> String { Identifier.named("model " + slug) }
}
