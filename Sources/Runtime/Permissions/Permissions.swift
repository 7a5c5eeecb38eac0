public import CargoClient

/// What one run may do: the manifest's grant and the command line's, together with the defaults of
/// `design.md` §4.6.
///
/// The command line can only add to what the manifest asks for; a recipe without a manifest may use
/// the workspace but nothing outside. A manifest is a stranger's word: files outside the working folder
/// and addresses that are not out on the Internet are opened by the command line alone. Paying is the
/// budget's matter, not decided here.
public struct Permissions: Sendable {
  /// Everything that was granted by name.
  public let grant: Grant
  /// What the command line grants.
  let given: Grant
  /// Whether operations need a grant by name.
  private let isStrict: Bool
  /// Whether operations that write need one even so.
  private let isLive: Bool
  /// Files of the host's own, which no grant opens to a recipe.
  let offLimits: [String]

  /// Makes the permissions of a run.
  ///
  /// - Parameters:
  ///   - manifest: the recipe's manifest, if it has one.
  ///   - granted: what the command line grants.
  ///   - isLive: whether the workspace is a live one.
  ///   - offLimits: files that no grant opens to a recipe, with what SQLite keeps beside them: the
  ///     workspace and the journal.
  public init(
    manifest: Manifest?, granted: Grant = Grant(), isLive: Bool, offLimits: [String] = []
  ) {
    grant = manifest.map { $0.permissions.union(granted) } ?? granted
    given = granted
    isStrict = manifest != nil
    self.isLive = isLive
    self.offLimits = offLimits
  }

  /// Why an operation may not be called; nil when it may.
  ///
  /// - Parameters:
  ///   - operation: the row.
  ///   - effect: what this call of it does.
  ///   - action: the name of the action that it runs, `prospeo.findEmail`, if it runs one.
  public func refusal(
    of operation: Operation, effect: Operation.Effect, action: String? = nil
  ) -> CargoError? {
    if effect == .read { return nil }
    if let action { return refusal(ofAction: action, operation) }
    // Without a manifest: everything on a local workspace; live, what pays is up to the budget.
    if !isStrict && (!isLive || effect == .pay) { return nil }
    let isGranted = grant.operations.contains {
      $0.matches(operation.name) || $0.matches(operation.fullName)
    }
    if isGranted { return nil }
    let verb = effect == .pay ? "may cost credits" : "changes the workspace"
    return CargoError(
      .permission, "\(operation.name) \(verb) and was not granted", operation: operation.name,
      hint: "grant it with permissions.operations = { \"\(operation.name)\" } in the manifest, "
        + "or --allow-operations \(operation.name)")
  }

  private func refusal(ofAction action: String, _ operation: Operation) -> CargoError? {
    if !isStrict || grant.actions.contains(where: { $0.matches(action) }) { return nil }
    return CargoError(
      .permission, "the action \(action) was not granted", operation: operation.name,
      hint: "grant it with permissions.actions = { \"\(action)\" } in the manifest, "
        + "or --allow-actions \(action)")
  }

  /// Why an environment variable may not be read; nil when it may. The platform's token is nobody's.
  public func refusal(ofVariable name: String) -> CargoError? {
    if name == "CARGO_API_TOKEN" {
      return CargoError(
        .permission, "the environment variable \(name) is not for recipes",
        hint: "operations carry the token by themselves")
    }
    let isGranted = grant.env.contains { granted in
      granted == name || (NamePattern(granted)?.matches(name) ?? false)
    }
    if isGranted { return nil }
    return CargoError(
      .permission, "the environment variable \(name) was not granted",
      hint:
        "grant it with permissions.env = { \"\(name)\" } in the manifest, or --allow-env \(name)")
  }
}
