import CargoClient
import Glibc
import Testing

@testable import Runtime

@Suite struct NamePatternTests {
  @Test(arguments: [
    ("prospeo.*", "prospeo.findEmail", true), ("prospeo.*", "prospeox.findEmail", false),
    ("prospeo.*", "prospeo.a.b", false), ("prospeo.find*", "prospeo.findEmail", true),
    ("prospeo.find*", "prospeo.enrich", false), ("*.findEmail", "FullEnrich.findEmail", true),
    ("*", "a.b", true), ("*.*", "storage.record.ingest", true), ("*", "whoami", true),
    ("prospeo.findEmail", "prospeo.findemail", false), ("a.*b*c", "a.xxbyybzzc", true),
    ("a.*b*c", "a.xxbyyb", false), ("storage.record.*", "storage.record.ingest", true),
    ("storage.*", "storage.record.ingest", false), ("whoami", "whoami", true),
    ("a.**", "a.b", true), ("*a.b", "aaa.b", true),
  ])
  func matches(pattern: String, name: String, expected: Bool) throws {
    #expect(try #require(NamePattern(pattern)).matches(name) == expected)
  }

  @Test(arguments: ["", ".", "a.", ".a", "a..b", "a b", "a/b", "prospeo.?", "é.x"])
  func refusesNonsense(text: String) {
    #expect(NamePattern(text) == nil)
  }
}

@Suite struct PermissionsTests {
  static let execute = OperationTable.named("action.execute")
  static let create = OperationTable.named("segment.create")
  static let run = OperationTable.named("run.create")

  static func manifest(_ permissions: [String: ManifestNode]) throws -> Manifest {
    try Manifest(.table(["permissions": .table(permissions)]))
  }

  @Test func withoutAManifestTheWorkspaceIsOpenAndTheOutsideIsNot() throws {
    let local = Permissions(manifest: nil, isLive: false)
    let live = Permissions(manifest: nil, isLive: true)
    let execute = try #require(Self.execute)
    let create = try #require(Self.create)
    for permissions in [local, live] {
      #expect(permissions.refusal(of: execute, effect: .pay, action: "prospeo.findEmail") == nil)
      #expect(permissions.refusal(of: create, effect: .read) == nil)
      #expect(permissions.refusal(ofFile: "/etc/hostname", for: .read) != nil)
      #expect(permissions.refusal(ofVariable: "HOME") != nil)
      #expect(permissions.refusal(ofHost: "example.com", port: 443) != nil)
    }
    #expect(local.refusal(of: create, effect: .write) == nil)
    let refused = try #require(live.refusal(of: create, effect: .write))
    #expect(refused.kind == .permission)
    #expect(
      refused.description
        == "segment.create changes the workspace and was not granted (grant it with "
        + "permissions.operations = { \"segment.create\" } in the manifest, "
        + "or --allow-operations segment.create)")
  }

  @Test func aManifestGrantsWhatItNames() throws {
    let manifest = try Self.manifest([
      "actions": .list([.string("prospeo.*")]), "operations": .list([.string("segment.*")]),
    ])
    let execute = try #require(Self.execute)
    let create = try #require(Self.create)
    let run = try #require(Self.run)
    for isLive in [false, true] {
      let permissions = Permissions(manifest: manifest, isLive: isLive)
      #expect(permissions.refusal(of: execute, effect: .pay, action: "prospeo.findEmail") == nil)
      #expect(permissions.refusal(of: create, effect: .write) == nil)
      #expect(permissions.refusal(of: run, effect: .pay) != nil)
      let refused = permissions.refusal(of: execute, effect: .pay, action: "FullEnrich.findEmail")
      #expect(
        refused?.description
          == "the action FullEnrich.findEmail was not granted (grant it with "
          + "permissions.actions = { \"FullEnrich.findEmail\" } in the manifest, "
          + "or --allow-actions FullEnrich.findEmail)")
    }
  }

  @Test func theCommandLineAdds() throws {
    let granted = Grant(
      actions: [try #require(NamePattern("FullEnrich.*"))],
      operations: [try #require(NamePattern("orchestration.run.*"))])
    let permissions = Permissions(
      manifest: try Self.manifest(["actions": .list([.string("prospeo.*")])]), granted: granted,
      isLive: true)
    let execute = try #require(Self.execute)
    #expect(permissions.refusal(of: execute, effect: .pay, action: "prospeo.findEmail") == nil)
    #expect(permissions.refusal(of: execute, effect: .pay, action: "FullEnrich.findEmail") == nil)
    #expect(permissions.refusal(of: execute, effect: .pay, action: "aiArk.enrich") != nil)
    #expect(permissions.refusal(of: try #require(Self.run), effect: .pay) == nil)
  }

  @Test(arguments: [
    ("example.com", "example.com", 443, true), ("example.com", "EXAMPLE.com", 80, true),
    ("example.com", "a.example.com", 443, false), ("*.example.com", "a.example.com", 443, true),
    ("*.example.com", "example.com", 443, false), ("*.example.com", "evilexample.com", 443, false),
    ("example.com:8443", "example.com", 443, false),
    ("example.com:8443", "example.com", 8443, true), ("*", "anything.test", 1, true),
    ("[::1]:80", "[::1]", 80, true), ("[::1]", "[::1]", 443, true),
  ])
  func hosts(granted: String, host: String, port: Int, expected: Bool) {
    let permissions = Permissions(manifest: nil, granted: Grant(net: [granted]), isLive: false)
    #expect((permissions.refusal(ofHost: host, port: port) == nil) == expected)
  }

  @Test func variables() {
    let permissions = Permissions(
      manifest: nil, granted: Grant(env: ["HUBSPOT_*", "USER"]), isLive: false)
    #expect(permissions.refusal(ofVariable: "HUBSPOT_KEY") == nil)
    #expect(permissions.refusal(ofVariable: "USER") == nil)
    #expect(permissions.refusal(ofVariable: "CARGO_API_TOKEN") != nil)
  }

  @Test func filesAreJudgedAfterLinksAreFollowed() throws {
    try inTemporaryFolder { folder in
      mkdir(folder + "/out", 0o700)
      mkdir(folder + "/other", 0o700)
      symlink("../other", folder + "/out/link")
      symlink("../other/new.csv", folder + "/out/dangling.csv")
      symlink(folder + "/out", folder + "/alias")
      let permissions = Permissions(
        manifest: nil, granted: Grant(read: [folder], write: [folder + "/out/"]), isLive: false)
      func mayWrite(_ path: String) -> Bool {
        permissions.refusal(ofFile: folder + path, for: .write) == nil
      }
      #expect(mayWrite("/out/a.csv"))
      #expect(mayWrite("/out/deeper/a.csv"))
      #expect(mayWrite("/out"))
      #expect(mayWrite("/alias/a.csv"))
      #expect(!mayWrite("/a.csv"))
      #expect(!mayWrite("/outside/a.csv"))
      #expect(!mayWrite("/out/../a.csv"))
      #expect(!mayWrite("/out/missing/../../a.csv"))
      #expect(!mayWrite("/out/link/a.csv"))
      #expect(!mayWrite("/out/dangling.csv"))
      #expect(permissions.refusal(ofFile: folder + "/other/x", for: .read) == nil)
      #expect(permissions.refusal(ofFile: folder + "/../x", for: .read) != nil)
    }
  }

  @Test func aFullStopGrantsTheWorkingFolder() {
    let permissions = Permissions(manifest: nil, granted: Grant(write: ["."]), isLive: false)
    #expect(permissions.refusal(ofFile: "x/y.csv", for: .write) == nil)
    #expect(permissions.refusal(ofFile: "../y.csv", for: .write) != nil)
    #expect(permissions.refusal(ofFile: "/etc/passwd", for: .write) != nil)
  }
}
