/// What makes a paid step the same step in another run: its operation, its canonical request, and how
/// manieth equal request of the run it is (`design.md` §5). Neither `pairs` order nor finishing order
/// nor an inserted row changes it.
struct StepIdentity: Sendable, Hashable {
  /// The hash of operation and request.
  let key: SHA256.Digest
  /// Counted from 0.
  let occurrence: Int

  /// Counts equal requests of one run.
  struct Counter {
    private var counts: [SHA256.Digest: Int] = [:]

    /// The identity of the next request.
    mutating func next(operation: String, arguments: [UInt8]) -> StepIdentity {
      var hash = SHA256()
      hash.update(operation.utf8)
      hash.update(CollectionOfOne(0))
      hash.update(arguments)
      let key = hash.finish()
      let occurrence = counts[key, default: 0]
      counts[key] = occurrence + 1
      return StepIdentity(key: key, occurrence: occurrence)
    }
  }
}
