/// What a recipe asks for in its manifest, or what a person grants on the command line.
public struct Grant: Sendable, Equatable {
  /// Actions that may run.
  public var actions: [NamePattern]
  /// Operations that may change something or pay, beside actions.
  public var operations: [NamePattern]
  /// Files and folders that may be read.
  public var read: [String]
  /// Files and folders that may be written.
  public var write: [String]
  /// Hosts that may be spoken to: `example.com`, `*.example.com`, `example.com:8443`, `*`.
  public var net: [String]
  /// Environment variables that may be read, stars allowed: `HUBSPOT_*`.
  public var env: [String]

  /// Makes a grant; nothing unless said.
  public init(
    actions: [NamePattern] = [], operations: [NamePattern] = [], read: [String] = [],
    write: [String] = [], net: [String] = [], env: [String] = []
  ) {
    self.actions = actions
    self.operations = operations
    self.read = read
    self.write = write
    self.net = net
    self.env = env
  }

  /// What either grants.
  public func union(_ other: Grant) -> Grant {
    func both<T: Equatable>(_ a: [T], _ b: [T]) -> [T] { a + b.filter { !a.contains($0) } }
    return Grant(
      actions: both(actions, other.actions), operations: both(operations, other.operations),
      read: both(read, other.read), write: both(write, other.write), net: both(net, other.net),
      env: both(env, other.env))
  }
}
