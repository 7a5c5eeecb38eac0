public import CargoClient
public import Runtime

/// What a recipe's Lua reaches outside itself through. Made by whoever wires the program.
public struct RecipeServices {
  /// Takes calls to the workspace: the chain of a run.
  public var calls: any CallHandler
  /// Writes what `print` prints, newline included.
  public var print: (UnsafeRawBufferPointer) -> Void
  /// Adds a row, one JSON object, to the recipe's output.
  public var emit: ([UInt8]) -> CargoError?
  /// Writes a log line: `debug`, `info`, `warn` or `error`.
  public var log: (_ level: String, _ message: String) -> Void
  /// Draws progress.
  public var progress: any ProgressReporting
  /// The price of an action, from the workspace's catalogue; what a waterfall plans with.
  public var price:
    (_ action: String, _ completion: @escaping (Result<Credits?, CargoError>) -> Void) -> Void
  /// The most that may be spent on one row, from the manifest.
  public var creditsPerRow: Credits?
  /// Opens what gives the rows of a request (`segment.each`).
  public typealias RowsOpener = (OperationRequest) throws(CargoError) -> any RowSource
  /// Opens rows; page by page through `calls` where the workspace knows nothing better.
  public var rows: RowsOpener?
  /// What the recipe may do.
  public var permissions: Permissions
  /// The files that the recipe may reach.
  public var files: RecipeFiles
  /// The environment variables that it may read.
  public var environment: RecipeEnvironment
  /// The clock.
  public var clock: () -> Instant = Instant.now
  /// Gives so many random bytes, from the system's source.
  public var random: (Int) -> [UInt8] = { count in
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: 0 ... .max, using: &generator) }
  }

  /// Names the services. Without `permissions` the recipe reaches nothing outside the workspace.
  public init(
    calls: any CallHandler, print: @escaping (UnsafeRawBufferPointer) -> Void,
    emit: @escaping ([UInt8]) -> CargoError?,
    log: @escaping (_ level: String, _ message: String) -> Void,
    progress: any ProgressReporting,
    price:
      @escaping (
        _ action: String, _ completion: @escaping (Result<Credits?, CargoError>) -> Void
      ) -> Void = { $1(.success(nil)) },
    creditsPerRow: Credits? = nil, rows: RowsOpener? = nil,
    permissions: Permissions = Permissions(manifest: nil, isLive: false),
    redactor: Redactor = Redactor()
  ) {
    self.calls = calls
    self.print = print
    self.emit = emit
    self.log = log
    self.progress = progress
    self.price = price
    self.creditsPerRow = creditsPerRow
    self.rows = rows
    self.permissions = permissions
    files = RecipeFiles(permissions)
    environment = RecipeEnvironment(permissions, redactor: redactor)
  }
}

/// Shows how far something is.
public protocol ProgressReporting: AnyObject {
  /// Begins a bar of `total` steps; returns its number.
  func begin(total: Int, label: String) -> Int
  /// Counts steps; `note` is shown beside the bar when not nil.
  func step(_ bar: Int, by count: Int, note: String?)
  /// Ends a bar.
  func end(_ bar: Int)
}

/// A recipe, ready to run.
public struct Recipe: Sendable {
  /// The text, in UTF-8; a first line that begins with `#!` is skipped.
  public var source: [UInt8]
  /// The name in messages: `waterfall.lua`.
  public var name: String
  /// Where `require` looks.
  public var directory: String
  /// The values of the manifest's inputs.
  public var inputs: [String: InputValue]
  /// Arguments that are no inputs, in the global `arg`.
  public var arguments: [String]

  /// Names a recipe.
  public init(
    source: [UInt8], name: String, directory: String, inputs: [String: InputValue] = [:],
    arguments: [String] = []
  ) {
    self.source = source
    self.name = name
    self.directory = directory
    self.inputs = inputs
    self.arguments = arguments
  }

  /// The text to compile: a `#!` line becomes a comment, so that line numbers stay.
  var text: [UInt8] {
    guard source.starts(with: [UInt8(ascii: "#"), UInt8(ascii: "!")]) else { return source }
    return [UInt8(ascii: "-"), UInt8(ascii: "-")] + source.dropFirst(2)
  }
}
