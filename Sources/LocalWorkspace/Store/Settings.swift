import CargoClient
import SQLite

/// Who and what the workspace is: what `whoami` answers.
struct Settings: Sendable {
  var workspaceUUID = Identifier.make()
  var workspaceName = "Local workspace"
  var userUUID = Identifier.make()
  var userEmail = "you@local.example"
  var firstName = "Local"
  var lastName = "User"

  func save(in connection: Connection) throws {
    for (key, value) in [
      ("workspace_uuid", workspaceUUID), ("workspace_name", workspaceName),
      ("user_uuid", userUUID), ("user_email", userEmail), ("first_name", firstName),
      ("last_name", lastName), ("generation", "0"),
    ] {
      try connection.run(
        "INSERT INTO cargo_settings (key, value) VALUES (?, ?)", [.text(key), .text(value)])
    }
  }

  static func load(from connection: Connection) throws -> Settings {
    var settings = Settings()
    try connection.query("SELECT key, value FROM cargo_settings") { row in
      let value = row.string(1)
      switch row.string(0) {
      case "workspace_uuid": settings.workspaceUUID = value
      case "workspace_name": settings.workspaceName = value
      case "user_uuid": settings.userUUID = value
      case "user_email": settings.userEmail = value
      case "first_name": settings.firstName = value
      case "last_name": settings.lastName = value
      default: break
      }
    }
    return settings
  }

  /// Tells other processes that connectors, integrations or models have changed.
  static func bumpGeneration(in connection: Connection) throws {
    try connection.run(
      "UPDATE cargo_settings SET value = value + 1 WHERE key = 'generation'")
  }

  static func generation(in connection: Connection) throws -> Int64 {
    try connection.first("SELECT value FROM cargo_settings WHERE key = 'generation'") {
      $0.int64(0)
    } ?? 0
  }
}
