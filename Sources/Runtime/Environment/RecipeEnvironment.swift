public import CargoClient
import Glibc

/// The environment variables that a recipe may read.
public struct RecipeEnvironment {
  private let permissions: Permissions
  private let redactor: Redactor

  /// - Parameters:
  ///   - permissions: what the run may do.
  ///   - redactor: learns the values that are secret.
  public init(_ permissions: Permissions, redactor: Redactor) {
    self.permissions = permissions
    self.redactor = redactor
  }

  /// The value of a variable; nil when it is not set. Throws the refusal.
  public func value(of name: String) throws(CargoError) -> String? {
    if let refusal = permissions.refusal(ofVariable: name) { throw refusal }
    guard let value = getenv(name).map({ String(cString: $0) }) else { return nil }
    if RecipeEnvironment.isSecret(name, value) { redactor.add(value) }
    return value
  }

  private static let secretWords = [
    "KEY", "TOKEN", "SECRET", "PASS", "PWD", "CREDENTIAL", "AUTH", "PRIVATE", "COOKIE", "WEBHOOK",
  ]

  /// Whether the name says so, or the value is a URL with a password.
  static func isSecret(_ name: String, _ value: String) -> Bool {
    let name = name.uppercased()
    if name == "PWD" || name == "OLDPWD" { return false }
    if secretWords.contains(where: { name.contains($0) }) { return true }
    return value.contains("://") && value.contains("@")
  }
}
