import Foundation
import Testing

/// One folder of `specs`: a command, what it works on, and what it should print.
///
/// - `command`: a shell script; `cargo-script` in it is the built binary.
/// - `stdout`, `stderr`: the expected texts (`ExpectedText`); a missing one means nothing at all.
/// - `exit`: the expected exit code; 0 when missing.
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
    for file in ["stdout", "stderr", "exit"] {
      try? files.removeItem(at: work.appending(path: file))
    }
    let outputs = ["stdout", "stderr"].map { root.appending(path: $0) }
    for output in outputs { files.createFile(atPath: output.path(), contents: nil) }

    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/timeout")
    process.arguments = ["--kill-after=5", "60", "/bin/sh", "command"]
    process.currentDirectoryURL = work
    process.environment = [
      "PATH": "\(Spec.binaryFolder.path()):/usr/local/bin:/usr/bin:/bin:/usr/sbin",
      "HOME": home.path(), "RECIPES": Spec.recipes.path(), "TMPDIR": root.path(), "LANG": "C.UTF-8",
      "TERM": "dumb",
      "ASAN_OPTIONS": ProcessInfo.processInfo.environment["ASAN_OPTIONS"] ?? "",
    ]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: outputs[0])
    process.standardError = try FileHandle(forWritingTo: outputs[1])
    try process.run()
    process.waitUntilExit()
    let texts = try outputs.map { output in
      String(decoding: try Data(contentsOf: output), as: UTF8.self)
        .replacing(work.path(), with: "[DIR]")
    }
    return Outcome(stdout: texts[0], stderr: texts[1], exit: process.terminationStatus)
  }

  /// The recipes that are shipped: `$RECIPES` to a command.
  static let recipes = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "recipes")

  /// The folder of the built binary, which is also that of the tests.
  static let binaryFolder: URL = {
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return URL(filePath: own).deletingLastPathComponent()
  }()
}
