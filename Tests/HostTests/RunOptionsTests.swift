import Testing

@testable import Host

@Suite struct RunOptionsTests {
  @Test func readsEveryFlag() throws {
    let options = try RunOptions([
      "--workspace=local:a/b.db", "--budget=2.5", "--out=x.csv", "--columns=a, b",
      "--time-limit=1.5", "--deadline=60", "--memory-limit=64", "--instruction-limit=1000",
      "--concurrency=8", "--demo=latency_ms=0,error_rate=0.1",
      "--allow-operations=segment.*,model.*",
      "--allow-operations=play.*", "--allow-actions=prospeo.*", "--allow-read=in",
      "--allow-write=out", "--allow-net=example.com", "--allow-env=HOME", "--allow-code", "--json",
      "--log=json", "--quiet", "--no-color",
    ])
    var expected = RunOptions()
    expected.workspace = .local(path: "a/b.db")
    expected.budget = 2.5
    expected.out = "x.csv"
    expected.columns = ["a", "b"]
    expected.timeLimit = 1.5
    expected.deadline = 60
    expected.memoryLimit = 64
    expected.instructionLimit = 1000
    expected.concurrency = 8
    expected.demo = "latency_ms=0,error_rate=0.1"
    expected.allowedOperations = ["segment.*", "model.*", "play.*"]
    expected.allowedActions = ["prospeo.*"]
    expected.allowedReads = ["in"]
    expected.allowedWrites = ["out"]
    expected.allowedHosts = ["example.com"]
    expected.allowedVariables = ["HOME"]
    expected.allowsCode = true
    expected.wantsJSONSummary = true
    expected.logFormat = .json
    expected.isQuiet = true
    expected.refusesColor = true
    #expect(options == expected)
  }

  @Test func aliasesMeanTheSame() throws {
    #expect(try RunOptions(["--limit-in-flight=8"]) == RunOptions(["--concurrency=8"]))
  }

  @Test(arguments: [
    ("--budget=abc", "The value 'abc' is invalid for '--budget <credits>'"),
    ("--budget=-1", "--budget must be from 0 to 9e12 credits, not -1.0"),
    ("--budget=nan", "--budget must be from 0 to 9e12 credits, not nan"),
    ("--time-limit=0", "--time-limit must be more than 0 seconds, at most 1e9, not 0.0"),
    ("--deadline=inf", "--deadline must be more than 0 seconds, at most 1e9, not inf"),
    ("--memory-limit=0", "--memory-limit must be at least 1 MiB, not 0"),
    ("--instruction-limit=0", "--instruction-limit must be at least 1, not 0"),
    ("--concurrency=0", "--concurrency must be from 1 to 1024, not 0"),
    ("--workspace=remote", "The value 'remote' is invalid for '--workspace <local|live>'"),
    ("--workspace=local:", "The value 'local:' is invalid for '--workspace <local|live>'"),
    ("--columns=a,,b", "The value 'a,,b' is invalid for '--columns <a,b>'"),
  ])
  func refuses(argument: String, message: String) {
    let error = #expect(throws: UsageError.self) { try RunOptions([argument]) }
    #expect(error?.message == message)
  }

  @Test func choosesTheWorkspace() throws {
    func choice(_ flag: WorkspaceFlag?, token: String? = nil, origin: String? = nil) throws
      -> WorkspaceChoice
    {
      try WorkspaceChoice(flag: flag, token: token, origin: origin)
    }
    let local = WorkspaceChoice.local(path: ".cargo/workspace.db")
    #expect(try choice(nil) == local)
    #expect(try choice(nil, token: "") == local)
    #expect(try choice(.local(path: nil), token: "t") == local)
    #expect(try choice(.local(path: "x.db")) == .local(path: "x.db"))
    #expect(try choice(nil, token: "t") == .live(origin: "https://api.getcargo.io", token: "t"))
    #expect(
      try choice(.live, token: "t", origin: "http://127.0.0.1:1")
        == .live(origin: "http://127.0.0.1:1", token: "t"))
    let error = #expect(throws: UsageError.self) { try choice(.live) }
    #expect(error?.message == "--workspace live needs a token, and CARGO_API_TOKEN is not set")
  }
}
