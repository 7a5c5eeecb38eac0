import Bindings

/// Finds lines of the recipe and of the modules beside it.
struct SourceLines {
  let recipe: Recipe

  init(_ recipe: Recipe) { self.recipe = recipe }

  /// The text of a line; nil when it is not at hand.
  func line(_ number: Int, in chunk: String) -> String? {
    if chunk == recipe.name { return RecipeText.line(number, of: recipe.source) }
    guard let bytes = try? SourceFile.read(recipe.directory + "/" + chunk) else { return nil }
    return RecipeText.line(number, of: bytes)
  }
}

extension Diagnostic {
  /// A failure as the Lua side tells it, with the line that it is about.
  init(_ failure: ScriptFailure, source: SourceLines) {
    self.init(message: failure.message, hint: failure.hint)
    if let chunk = failure.chunk, let line = failure.line {
      location = Location(chunk: chunk, line: line)
      sourceLine = source.line(line, in: chunk)
      hint =
        sourceLine.flatMap { HiddenOperation.hint(message: failure.message, line: $0) } ?? hint
    }
    frames = failure.traceback.map(Frame.init)
  }
}

extension Diagnostic.Frame {
  /// Reads `waterfall.lua:12: in function 'enrich'`.
  init(_ text: String) {
    if let end = text.firstRange(of: ": in ") ?? text.firstRange(of: ": ") {
      let place = text[..<end.lowerBound]
      if let colon = place.lastIndex(of: ":"), let line = Int(place[place.index(after: colon)...]) {
        let what = text[end.lowerBound...].dropFirst(2)
        self.init(location: .init(chunk: String(place[..<colon]), line: line), what: String(what))
        return
      }
    }
    self.init(location: nil, what: text)
  }
}
