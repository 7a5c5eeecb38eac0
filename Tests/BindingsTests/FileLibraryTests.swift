import CargoClient
import Glibc
import Runtime
import Testing

@testable import Bindings

@Suite struct FileLibraryTests {
  /// Runs a recipe that may read and write a folder of its own, `folder` in it.
  static func run(
    _ source: String, memory: Int = 64 << 20, largeFile: Int = 0
  ) throws -> (RecipeEnd, String) {
    var template = Array("/tmp/bindings-tests-XXXXXX".utf8CString)
    #expect(mkdtemp(&template) != nil)
    let folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    if largeFile > 0, let file = fopen(folder + "/large", "w") {
      fputs(String(repeating: "x", count: largeFile), file)
      fclose(file)
    }
    let runner = RecipeRunner()
    runner.limits.memory = memory
    runner.permissions = Permissions(
      manifest: nil, granted: Grant(read: [folder], write: [folder]), isLive: false)
    let end = try runner.run("folder = '\(folder)/' " + source)
    return (end, runner.printed)
  }

  @Test func readsWhatItWrote() throws {
    let (end, printed) = try Self.run(
      """
      fs.write(folder .. "a", "x\\0\\xff\\ny")
      print(fs.read(folder .. "a") == "x\\0\\xff\\ny", fs.exists(folder .. "a"))
      print(#fs.list(folder), fs.list(folder)[1], fs.exists(folder .. "b"))
      """)
    #expect(end == .finished)
    #expect(printed == "true\ttrue\n1\ta\tfalse\n")
  }

  @Test func aFileTooLargeForTheLimitIsAnErrorThatRecipesCanCatch() throws {
    let (end, printed) = try Self.run(
      """
      local text, failure = try(fs.read, folder .. "large")
      print(text, failure.kind)
      local count = 0
      for line in fs.lines(folder .. "large") do count = count + #line end
      print(count)
      """, memory: 12 << 20, largeFile: 8 << 20)
    #expect(end == .finished)
    #expect(printed == "nil\tfile\n\(8 << 20)\n")
  }

  @Test func aLoopThatIsLeftClosesItsFile() throws {
    let (end, printed) = try Self.run(
      """
      fs.write(folder .. "a", "1\\n2\\n3\\n")
      for i = 1, 1000 do
        for line in fs.lines(folder .. "a") do break end
        pcall(function() for line in fs.lines(folder .. "a") do error("out") end end)
        for line in fs.lines(folder .. "a") do end
      end
      local next = fs.lines(folder .. "a")
      print(next(), next(), next(), next(), next())
      local open = {}
      local _, failure = pcall(function()
        for i = 1, 1000 do open[i] = fs.lines(folder .. "a") end
      end)
      print(#open, failure.message)
      """)
    #expect(end == .finished)
    #expect(printed == "1\t2\t3\tnil\tnil\n256\t256 files are open at once\n")
  }

  @Test(arguments: [
    ("fs.read('/etc/hostname')", "reading /etc/hostname was not granted"),
    ("fs.write('/etc/hostname', '')", "writing /etc/hostname was not granted"),
    ("fs.lines('/etc/hostname')", "reading /etc/hostname was not granted"),
    ("fs.list('/etc')", "reading /etc was not granted"),
    ("fs.exists('/etc')", "reading /etc was not granted"),
    ("fs.read()", "fs.read: 'path' must be a string, got nothing"),
    ("fs.write(folder .. 'a', 5)", "fs.write: 'text' must be a string, got a number"),
    ("fs.read('')", "a path must not be empty or have NUL in it"),
    ("env.get('HOME')", "the environment variable HOME was not granted"),
    ("env.get('A=B')", "env.get: 'A=B' is no name of a variable"),
  ])
  func refusals(call: String, message: String) throws {
    let (end, _) = try Self.run(call)
    guard case .failed(let failure) = end else {
      Issue.record("\(end)")
      return
    }
    #expect(failure.message == message)
  }
}
