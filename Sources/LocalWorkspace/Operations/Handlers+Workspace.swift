import CargoClient

extension Handlers {
  static let workspace: [String: Handler] = [
    "whoami": .read { reading in
      let settings = reading.settings
      return JSONWriter.object { out in
        out.key("user")
        out.beginObject()
        user(settings, to: &out)
        out.endObject()
        out.key("workspace")
        out.beginObject()
        out.field("uuid", settings.workspaceUUID)
        out.field("name", settings.workspaceName)
        out.endObject()
      }
    },
    "user.get_current": .read { reading in
      JSONWriter.object { out in
        out.key("user")
        out.beginObject()
        user(reading.settings, to: &out)
        out.endObject()
      }
    },
  ]

  private static func user(_ settings: Settings, to out: inout JSONWriter) {
    out.field("uuid", settings.userUUID)
    out.field("email", settings.userEmail)
    out.field("firstName", settings.firstName)
    out.field("lastName", settings.lastName)
  }
}
