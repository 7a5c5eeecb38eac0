/// What went wrong in a recipe, before it is shown.
struct Diagnostic: Equatable {
  /// A line of a recipe.
  struct Location: Equatable {
    /// The file as it was given: `recipes/waterfall.lua`.
    var chunk: String
    var line: Int
  }

  /// One call that was under way, innermost first.
  struct Frame: Equatable {
    var location: Location?
    /// `in function 'enrich'`, `in main chunk`.
    var what: String
  }

  /// The cause, without its position.
  var message: String
  /// Where it was raised.
  var location: Location?
  /// The text of that line, when it is at hand.
  var sourceLine: String?
  /// The calls under way, without those of the host.
  var frames: [Frame] = []
  /// The way out.
  var hint: String?
}
