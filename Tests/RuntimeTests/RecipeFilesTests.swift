import CargoClient
import Glibc
import Testing

@testable import Runtime

@Suite struct RecipeFilesTests {
  /// Files of a run that was granted a folder whole, with `workspace.db` of its own in it.
  static func files(_ folder: String) -> RecipeFiles {
    RecipeFiles(
      Permissions(
        manifest: nil, granted: Grant(read: [folder], write: [folder]), isLive: false,
        offLimits: [folder + "/workspace.db"]))
  }

  static func write(_ text: String, to path: String) throws {
    let file = try #require(fopen(path, "w"))
    fputs(text, file)
    fclose(file)
  }

  static func read(_ path: String, _ files: RecipeFiles) throws -> String {
    let file = try files.open(path)
    var bytes: [UInt8] = []
    while try file.read(3, onto: &bytes) {}
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test func writesWholeFilesAndMakesFolders() throws {
    try inTemporaryFolder { folder in
      let files = Self.files(folder)
      let file = try files.create(folder + "/a/b/c.txt")
      try file.write("text".utf8)
      #expect(names(in: folder + "/a/b") == [])
      try file.commit()
      #expect(names(in: folder + "/a/b") == ["c.txt"])
      #expect(try Self.read(folder + "/a/b/c.txt", files) == "text")
      let other = try files.create(folder + "/a/b/c.txt")
      try other.write("never".utf8)
      other.discard()
      #expect(try Self.read(folder + "/a/b/c.txt", files) == "text")
      #expect(throws: CargoError.self) { try other.commit() }
    }
  }

  @Test func keepsTheRightsOfWhatItReplaces() throws {
    try inTemporaryFolder { folder in
      let path = folder + "/secret.txt"
      try Self.write("old", to: path)
      chmod(path, 0o600)
      try Self.files(folder).create(path).commit()
      var status = stat()
      #expect(stat(path, &status) == 0)
      #expect(status.st_mode & 0o777 == 0o600)
    }
  }

  @Test func noLinkLeadsOut() throws {
    try inTemporaryFolder { folder in
      mkdir(folder + "/in", 0o700)
      mkdir(folder + "/outside", 0o700)
      try Self.write("secret", to: folder + "/outside/x")
      symlink("../outside/x", folder + "/in/file")
      symlink("../outside", folder + "/in/folder")
      symlink("x", folder + "/in/inside")
      try Self.write("fine", to: folder + "/in/x")
      let files = Self.files(folder + "/in")
      #expect(try Self.read(folder + "/in/inside", files) == "fine")
      for path in ["/in/file", "/in/folder/x", "/in/../outside/x"] {
        #expect { try files.open(folder + path) } throws: {
          ($0 as? CargoError)?.kind == .permission
        }
        #expect { try files.create(folder + path) } throws: {
          ($0 as? CargoError)?.kind == .permission
        }
        #expect { try files.exists(folder + path) } throws: {
          ($0 as? CargoError)?.kind == .permission
        }
      }
      #expect { try files.names(in: folder + "/in/folder") } throws: {
        ($0 as? CargoError)?.kind == .permission
      }
    }
  }

  /// A path that was judged has no links; one that has some by the time it is walked is a trap.
  @Test func aLinkSwappedInStopsTheWalk() throws {
    try inTemporaryFolder { folder in
      let real = Permissions.resolved(folder)
      mkdir(real + "/outside", 0o700)
      symlink("outside", real + "/swapped")
      #expect(throws: CargoError.self) {
        try FolderHandle(real + "/swapped", shownAs: "swapped/x", "read")
      }
      let handle = try FolderHandle(real, shownAs: "x", "read")
      #expect(openat(handle.descriptor, "swapped", O_RDONLY | O_NOFOLLOW) == -1)
    }
  }

  @Test func onlyRegularFiles() throws {
    try inTemporaryFolder { folder in
      let files = Self.files(folder)
      mkfifo(folder + "/pipe", 0o600)
      mkdir(folder + "/folder", 0o700)
      for name in ["pipe", "folder", "missing"] {
        #expect { try files.open(folder + "/" + name) } throws: {
          ($0 as? CargoError)?.kind == .file
        }
      }
      for name in ["pipe", "folder"] {
        #expect { try files.create(folder + "/" + name) } throws: {
          ($0 as? CargoError)?.kind == .file
        }
      }
      let exist = try ["/folder", "/missing"].map { try files.exists(folder + $0) }
      #expect(exist == [true, false])
      let found = try files.names(in: folder)
      #expect(found == ["folder", "pipe"])
    }
  }

  @Test func theHostsOwnFilesAreNobodys() throws {
    try inTemporaryFolder { folder in
      mkdir(folder + "/.cargo", 0o700)
      try Self.write("journal", to: folder + "/.cargo/journal.db")
      try Self.write("workspace", to: folder + "/workspace.db")
      try Self.write("log", to: folder + "/workspace.db-wal")
      try Self.write("data", to: folder + "/workspace.csv")
      link(folder + "/workspace.db", folder + "/hard.db")
      symlink(".cargo", folder + "/soft")
      let files = Self.files(folder)
      let own = [
        "/.cargo/journal.db", "/.cargo/new", "/soft/journal.db", "/workspace.db",
        "/workspace.db-wal", "/workspace.db-new", "/hard.db",
      ]
      for path in own {
        #expect(throws: CargoError.self, "\(path)") { try files.open(folder + path) }
        #expect(throws: CargoError.self, "\(path)") { try files.create(folder + path) }
      }
      #expect(try Self.read(folder + "/workspace.csv", files) == "data")
      let everything = RecipeFiles(
        Permissions(manifest: nil, granted: Grant(read: ["/"], write: ["/"]), isLive: false))
      for path in ["/proc/self/environ", "/proc/self/mem", "/dev/null", "/sys/kernel/notes"] {
        #expect { try everything.open(path) } throws: { ($0 as? CargoError)?.kind == .permission }
        #expect { try everything.create(path) } throws: { ($0 as? CargoError)?.kind == .permission }
      }
      #expect(throws: CargoError.self) { try everything.open("") }
      #expect(throws: CargoError.self) { try everything.open("/etc/hostname\0.txt") }
    }
  }

  static let lines: [(String, [String])] = [
    ("", []), ("a", ["a"]), ("a\n", ["a"]), ("a\nb", ["a", "b"]), ("a\r\nb\r\n", ["a", "b"]),
    ("\n\n", ["", ""]), ("\u{feff}a\n\u{feff}b", ["a", "\u{feff}b"]), ("a\rb\n", ["a\rb"]),
    (
      String(repeating: "x", count: 70_000) + "\ny",
      [String(repeating: "x", count: 70_000), "y"]
    ),
  ]

  @Test(arguments: lines)
  func linesHaveNoEnds(text: String, expected: [String]) throws {
    try inTemporaryFolder { folder in
      try Self.write(text, to: folder + "/a.txt")
      let lines = TextLines(try Self.files(folder).open(folder + "/a.txt"))
      var found: [String] = []
      while let line = try lines.next({ String(decoding: $0, as: UTF8.self) }) {
        found.append(line)
      }
      #expect(found == expected)
    }
  }

  @Test func aLineIsBounded() throws {
    try inTemporaryFolder { folder in
      try Self.write("ok\n" + String(repeating: "x", count: 17 << 20), to: folder + "/a.txt")
      let lines = TextLines(try Self.files(folder).open(folder + "/a.txt"))
      #expect(try lines.next { $0.count } == 2)
      #expect { try lines.next { $0.count } } throws: {
        "\($0)" == "line 2 of \(folder)/a.txt is longer than 16 MiB"
      }
    }
  }
}

@Suite struct RecipeEnvironmentTests {
  static let names: [(String, String, Bool)] = [
    ("HUBSPOT_KEY", "v", true), ("api_token", "v", true), ("DB_PASSWORD", "v", true),
    ("DB_PWD", "v", true), ("SLACK_WEBHOOK_URL", "v", true), ("PWD", "/home", false),
    ("REGION", "eu", false), ("DATABASE_URL", "postgres://u:p@h/d", true),
    ("SITE", "https://example.com", false),
  ]

  @Test(arguments: names)
  func knowsSecretsByTheirNames(name: String, value: String, expected: Bool) {
    #expect(RecipeEnvironment.isSecret(name, value) == expected)
  }

  @Test func aSecretThatWasReadIsBlottedOut() throws {
    setenv("RUNTIME_TESTS_KEY", "hush-hush", 1)
    setenv("CARGO_API_TOKEN", "not-yours", 0)
    let redactor = Redactor()
    let environment = RecipeEnvironment(
      Permissions(manifest: nil, granted: Grant(env: ["*"]), isLive: false), redactor: redactor)
    #expect(redactor.redact("hush-hush") == "hush-hush")
    #expect(try environment.value(of: "RUNTIME_TESTS_KEY") == "hush-hush")
    #expect(redactor.redact("hush-hush") == "[redacted]")
    #expect(try environment.value(of: "RUNTIME_TESTS_UNSET") == nil)
    #expect { try environment.value(of: "CARGO_API_TOKEN") } throws: {
      ($0 as? CargoError)?.kind == .permission
    }
  }
}

@Suite struct UploadPermissionTests {
  @Test(
    arguments: [
      ("/granted/a.csv", nil), ("/granted/missing.csv", .file), ("/granted/pipe", .file),
      ("/granted/own.csv", .permission), ("/etc/passwd", .permission),
      ("/granted/../x", .permission),
    ] as [(String, CargoError.Kind?)])
  func filesOfOperationsAreRead(path: String, refusal: CargoError.Kind?) throws {
    try inTemporaryFolder { folder in
      mkdir(folder + "/granted", 0o700)
      for file in ["/granted/a.csv", "/workspace.db"] {
        close(open(folder + file, O_CREAT | O_WRONLY, 0o600))
      }
      mkfifo(folder + "/granted/pipe", 0o600)
      link(folder + "/workspace.db", folder + "/granted/own.csv")
      let loop = EventLoop()
      let handler = StubHandler(loop: loop)
      let permissions = Permissions(
        manifest: nil, granted: Grant(read: [folder + "/granted"]), isLive: false,
        offLimits: [folder + "/workspace.db"])
      let chain = CallChain([PermissionInterceptor(permissions, loop: loop)], over: handler)
      var refused: CargoError?
      let full = path.hasPrefix("/etc") ? path : folder + path
      chain.handle(try call("file.upload", #"{"filePath":"\#(full)"}"#)) { refused = $0.error }
      loop.settle()
      #expect(handler.calls.count == (refusal == nil ? 1 : 0))
      #expect(refused?.kind == refusal)
      #expect(refused?.operation == (refusal == nil ? nil : "file.upload"))
    }
  }
}
