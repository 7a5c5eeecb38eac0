extension Operation {
  /// What a call with these arguments does to the world: the row's effect, or more when an argument
  /// asks for more (`enrich` of `segment.fetch`). Arguments that cannot be read count as the most.
  public func effect(of arguments: [UInt8]) -> Effect {
    if effectsOfArguments.isEmpty { return effect }
    guard let document = try? JSONDocument(arguments, kind: .argument) else {
      return effectsOfArguments[0].effect
    }
    let asked = effectsOfArguments.first { document[$0.wireName]?.bool == true }
    return asked?.effect ?? effect
  }
}
