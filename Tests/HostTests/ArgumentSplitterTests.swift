import ArgumentParser
import CargoClient
import Testing

@testable import Host

@Suite struct ArgumentSplitterTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let arguments: [String]
    let expected: Invocation
    var testDescription: String { arguments.joined(separator: " ") }

    init(_ arguments: [String], _ expected: Invocation) {
      self.arguments = arguments
      self.expected = expected
    }
  }

  static let cases: [Case] = [
    Case(["a.lua"], .run(.file("a.lua"), hostArguments: [], recipeArguments: [])),
    Case(["-"], .run(.standardInput, hostArguments: [], recipeArguments: [])),
    Case(
      ["-e", "print(1)", "x"],
      .run(.text("print(1)"), hostArguments: [], recipeArguments: ["x"])),
    Case(
      ["--eval=print(1)"], .run(.text("print(1)"), hostArguments: [], recipeArguments: [])),
    Case(
      ["--budget", "3", "a.lua", "--limit", "20", "--out", "x.csv"],
      .run(
        .file("a.lua"), hostArguments: ["--budget=3", "--out=x.csv"],
        recipeArguments: ["--limit", "20"])),
    Case(
      ["a.lua", "--json", "one", "--name=Ada", "--time-limit=-1"],
      .run(
        .file("a.lua"), hostArguments: ["--json", "--time-limit=-1"],
        recipeArguments: ["one", "--name=Ada"])),
    Case(
      ["a.lua", "--", "--budget", "3"],
      .run(.file("a.lua"), hostArguments: [], recipeArguments: ["--", "--budget", "3"])),
    Case(["--", "-odd.lua"], .run(.file("-odd.lua"), hostArguments: [], recipeArguments: [])),
    Case(
      ["a.lua", "-e"], .run(.file("a.lua"), hostArguments: [], recipeArguments: ["-e"])),
    Case(["a.lua", "--help"], .recipeHelp(.file("a.lua"))),
    Case(["a.lua", "--quiet", "-h"], .recipeHelp(.file("a.lua"))),
    Case([], .command(["--help"])),
    Case(["--help"], .command(["--help"])),
    Case(["--version"], .version),
    Case(["a.lua", "--version"], .version),
    Case(["help", "call"], .command(["help", "call"])),
    Case(
      ["call", "run.get", "--uuid", "u", "--workspace", "live"],
      .call(
        words: ["run.get"], hostArguments: ["--workspace=live"], arguments: ["--uuid", "u"])),
    Case(
      ["call", "segment.fetch", #"{"limit":1}"#],
      .call(words: ["segment.fetch"], hostArguments: [], arguments: [#"{"limit":1}"#])),
    // Beside `call`, a flag that only recipes know is a parameter.
    Case(
      ["call", "model.create", "--columns", "[]"],
      .call(words: ["model.create"], hostArguments: [], arguments: ["--columns", "[]"])),
    Case(["call", "--help"], .command(["call", "--help"])),
    Case(
      ["orchestration", "run", "create", "--workflow-uuid", "u", "--wait-until-finished"],
      .call(
        words: ["orchestration", "run", "create"], hostArguments: [],
        arguments: ["--workflow-uuid", "u", "--wait-until-finished"])),
    Case(["whoami"], .call(words: ["whoami"], hostArguments: [], arguments: [])),
    Case(
      ["storage.lua"], .run(.file("storage.lua"), hostArguments: [], recipeArguments: [])),
    Case(
      ["./storage"], .run(.file("./storage"), hostArguments: [], recipeArguments: [])),
  ]

  @Test(arguments: cases)
  func splits(_ test: Case) throws {
    #expect(try ArgumentSplitter.split(test.arguments) == test.expected)
  }

  @Test(
    arguments: [
      (["--bugdet", "3", "a.lua"], "unknown option --bugdet", "did you mean --budget?"),
      (["-x", "a.lua"], "unknown option -x", nil),
      (["-e"], "-e needs the recipe's text", nil),
      (["a.lua", "--budget"], "--budget needs a value", nil),
      (["--budget", "3"], "no recipe was given", nil),
      (["a.lua", "--eval", "x"], "--eval comes before any recipe, and there is one already", nil),
    ] as [([String], String, String?)])
  func refuses(arguments: [String], message: String, hint: String?) {
    let error = #expect(throws: UsageError.self) { try ArgumentSplitter.split(arguments) }
    #expect(error?.message == message)
    if let hint { #expect(error?.hint == hint) }
  }

  @Test func parserDeclaresExactlyTheListedFlags() {
    // The help names every flag that the parser knows.
    let help = CargoScript.helpMessage(columns: 400)
    let declared = help.split { !$0.isLetter && $0 != "-" }
      .filter { $0.hasPrefix("--") && $0.count > 2 }.map { String($0.dropFirst(2)) }
    #expect(Set(declared).subtracting(["parameter", "input"]) == Set(HostFlag.reservedNames))
  }

  @Test func noOperationHasAParameterNamedAsAFlagBesideCalls() {
    let flags = Set(HostFlag.allCases.filter(\.isForCalls).map(\.name))
    for operation in OperationTable.all {
      for parameter in operation.parameters {
        let name = String(parameter.name.map { $0 == "_" ? "-" : $0 })
        #expect(!flags.contains(name), "\(operation.name) has --\(name)")
      }
    }
  }
}
