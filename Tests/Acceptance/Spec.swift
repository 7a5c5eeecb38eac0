import Foundation
import Glibc
import Testing

/// One folder of `specs`: a command, what it works on, and what it should print.
///
/// - `command`: a shell script; `cargo-script` in it is the built binary.
/// - `stdout`, `stderr`: the expected texts (`ExpectedText`); a missing one means nothing at all.
/// - `exit`: the expected exit code; 0 when missing.
/// - `uses`: names of files in `fixtures` that the command finds there too, one a line.
/// - everything else: the files that the command finds in its folder, a copy of this one.
struct Spec: Sendable, CustomTestStringConvertible {
  let name: String
  let folder: URL

  var testDescription: String { name }

  /// Every spec, by name.
  static let all: [Spec] = {
    let specs = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "specs")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: specs.path())) ?? []
    return names.sorted().map { Spec(name: $0, folder: specs.appending(path: $0)) }
  }()

  /// What a command did.
  struct Outcome {
    let stdout: String
    let stderr: String
    let exit: Int32
  }

  func expected(_ file: String) -> String {
    (try? String(contentsOf: folder.appending(path: file), encoding: .utf8)) ?? ""
  }

  var expectedExit: Int32 {
    Int32(expected("exit").trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
  }

  /// Runs the command in a copy of the folder, with a home and environment of its own.
  func run() throws -> Outcome {
    let files = FileManager.default
    let root = files.temporaryDirectory.appending(path: "acceptance-\(UUID().uuidString)")
    defer { try? files.removeItem(at: root) }
    let work = root.appending(path: name)
    let home = root.appending(path: "home")
    try files.createDirectory(at: home, withIntermediateDirectories: true)
    try files.copyItem(at: folder, to: work)
    for file in ["stdout", "stderr", "exit", "uses"] {
      try? files.removeItem(at: work.appending(path: file))
    }
    for fixture in expected("uses").split(separator: "\n").map(String.init) {
      try files.copyItem(
        at: Spec.fixtures.appending(path: fixture), to: work.appending(path: fixture))
    }
    let outputs = ["stdout", "stderr"].map { root.appending(path: $0) }
    for output in outputs { try Data().write(to: output) }

    let status = try Spec.spawn(
      [
        "/bin/sh", "-c", "cd \"$0\" && exec timeout --kill-after=5 60 sh command", work.path(),
      ],
      environment: [
        "PATH=\(Spec.binaryFolder.path()):/usr/local/bin:/usr/bin:/bin:/usr/sbin",
        "HOME=\(home.path())", "RECIPES=\(Spec.recipes.path())", "TMPDIR=\(root.path())",
        "LANG=C.UTF-8", "TERM=dumb",
        "ASAN_OPTIONS=\(ProcessInfo.processInfo.environment["ASAN_OPTIONS"] ?? "")",
      ], output: outputs[0].path(), error: outputs[1].path())
    let texts = try outputs.map { output in
      String(decoding: try Data(contentsOf: output), as: UTF8.self)
        .replacing(work.path(), with: "[DIR]")
    }
    return Outcome(stdout: texts[0], stderr: texts[1], exit: status)
  }

  /// Runs a program to its end. Foundation's `Process` lets children inherit which signals the test
  /// runner blocks, and waits for grandchildren too.
  private static func spawn(
    _ arguments: [String], environment: [String], output: String, error: String
  ) throws -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 2, error, O_WRONLY, 0)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    var all = sigset_t()
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF))
    let argv = arguments.map { strdup($0) } + [nil]
    let envp = environment.map { strdup($0) } + [nil]
    defer { for text in argv + envp { free(text) } }
    var process: pid_t = 0
    let code = posix_spawn(&process, arguments[0], &actions, &attributes, argv, envp)
    guard code == 0 else { throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EINVAL) }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    // As a shell says it: the exit code, or 128 and the signal.
    return status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f
  }

  /// What several specs work on.
  static let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "fixtures")

  /// The recipes that are shipped: `$RECIPES` to a command.
  static let recipes = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "recipes")

  /// The folder of the built binary, which is also that of the tests.
  static let binaryFolder: URL = {
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return URL(filePath: own).deletingLastPathComponent()
  }()
}
