public import CargoClient

extension OperationCall {
  /// What this call does to the world: the row's effect, or more when an argument asks for more
  /// (`enrich` of `segment.fetch`).
  public var effect: Operation.Effect {
    for argument in operation.effectsOfArguments where isTrue(argument.wireName) {
      return argument.effect
    }
    return operation.effect
  }

  /// Whether an argument is `true`. Canonical JSON has no blanks, so its bytes can be looked for; the
  /// same key inside a nested value would count too, which errs on the side of care.
  private func isTrue(_ wireName: String) -> Bool {
    let wanted = Array("\"\(wireName)\":true".utf8)
    guard arguments.count >= wanted.count else { return false }
    return (0...(arguments.count - wanted.count)).contains { start in
      arguments[start...].starts(with: wanted)
    }
  }
}
