import CargoClient
import Glibc

/// Which workspace a run works on.
enum WorkspaceChoice: Equatable {
  /// The embedded one, in a file.
  case local(path: String)
  /// The platform, reached at an origin with a token.
  case live(origin: String, token: String)

  static let defaultPath = ".cargo/workspace.db"

  /// Chooses by the command line, else by the environment (`design.md` §6).
  ///
  /// - Parameters:
  ///   - flag: what `--workspace` says.
  ///   - token: the value of `CARGO_API_TOKEN`.
  ///   - origin: the value of `CARGO_API_URL`.
  init(flag: WorkspaceFlag?, token: String?, origin: String?) throws(UsageError) {
    let token = token.flatMap { $0.isEmpty ? nil : $0 }
    switch flag {
    case .local(let path): self = .local(path: path ?? WorkspaceChoice.defaultPath)
    case nil where token == nil: self = .local(path: WorkspaceChoice.defaultPath)
    case .live, nil:
      guard let token else {
        throw UsageError(
          "--workspace live needs a token, and CARGO_API_TOKEN is not set",
          hint: "make a token under Settings > API and export it as CARGO_API_TOKEN, "
            + "or use --workspace local")
      }
      self = .live(
        origin: origin.flatMap { $0.isEmpty ? nil : $0 } ?? HTTPTransport.defaultOrigin,
        token: token)
    }
  }

  var isLive: Bool {
    if case .live = self { true } else { false }
  }

  /// How people and the journal call it.
  var name: String {
    switch self {
    case .local(let path): "local:\(path)"
    case .live(let origin, _): origin
    }
  }

  /// The journal's file: beside a local workspace, else in the folder's own `.cargo`.
  var journalPath: String {
    guard case .local(let path) = self, let slash = path.lastIndex(of: "/") else {
      return isLive ? ".cargo/journal.db" : "journal.db"
    }
    return path[...slash] + "journal.db"
  }

  /// The files of the workspace itself, which are not for recipes.
  var ownFiles: [String] {
    if case .local(let path) = self { [path, journalPath] } else { [journalPath] }
  }

  /// What must never be stored or shown.
  var secrets: [String] {
    if case .live(_, let token) = self { [token] } else { [] }
  }
}

/// Secrets that the environment brings.
enum SecretEnvironment {
  /// The value of a variable, which is then gone: from the environment, from what children inherit,
  /// and from the memory that `/proc/PID/environ` shows.
  static func take(_ name: String) -> String? {
    guard let pointer = getenv(name) else { return nil }
    let value = String(cString: pointer)
    memset(pointer, 0, strlen(pointer))
    unsetenv(name)
    return value
  }

  /// The value of a variable that is no secret.
  static func read(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }
}
