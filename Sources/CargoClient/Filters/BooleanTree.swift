/// Statements joined by and and or, to any depth. A statement is a number here: what it says does not
/// matter to the shape.
indirect enum BooleanTree: Equatable {
  /// A statement.
  case leaf(Int)
  /// All of these; true when there is none.
  case all([BooleanTree])
  /// One of these; false when there is none.
  case any([BooleanTree])
}

/// A tree in exactly two levels, as the platform's filters are (`cargo-platform.md` §6.1): groups joined
/// one way, their statements the other way.
struct BooleanGroups: Equatable {
  /// How things are joined.
  enum Joiner: String {
    case and, or
    var other: Joiner { self == .and ? .or : .and }
  }

  /// How the groups are joined; the statements of a group are joined the other way.
  let outer: Joiner
  /// The groups, each in the order in which its statements first stood in the tree.
  let groups: [[Int]]

  /// How many statements there are in all.
  var count: Int { groups.reduce(0) { $0 + $1.count } }

  /// More groups than this on the way, and a form is given up: distribution may square at each level.
  private static let mostGroups = 1_000

  /// The smaller of the two forms of a tree; of equals the one with fewer groups. Groups that another
  /// makes needless are left out. Nil when both would be far too large.
  static func smallest(of tree: BooleanTree) -> BooleanGroups? {
    [Joiner.or, .and]
      .compactMap { outer in groups(of: tree, outer).map { BooleanGroups(outer: outer, groups: $0) }
      }
      .min { ($0.count, $0.groups.count) < ($1.count, $1.groups.count) }
  }

  /// The groups of one form. A group that is empty is the outer joiner's opposite of nothing: true for
  /// an outer `or`, false for an outer `and`.
  static func groups(of tree: BooleanTree, _ outer: Joiner) -> [[Int]]? {
    switch (tree, outer) {
    case (.leaf(let leaf), _):
      return [[leaf]]
    case (.all(let parts), .and), (.any(let parts), .or):
      var groups: [[Int]] = []
      for part in parts {
        guard let more = self.groups(of: part, outer) else { return nil }
        groups += more
        if groups.count > mostGroups { groups = reduced(groups) }
        guard groups.count <= mostGroups else { return nil }
      }
      return reduced(groups)
    case (.all(let parts), .or), (.any(let parts), .and):
      var groups: [[Int]] = [[]]
      for part in parts {
        guard let factors = self.groups(of: part, outer),
          groups.count * factors.count <= mostGroups * 4
        else { return nil }
        groups = reduced(groups.flatMap { group in factors.map { union(group, $0) } })
        guard groups.count <= mostGroups else { return nil }
      }
      return groups
    }
  }

  /// Leaves out groups that repeat another or contain all of it: `a | (a & b)` is `a`.
  private static func reduced(_ groups: [[Int]]) -> [[Int]] {
    guard groups.count > 1 else { return groups }
    let bySize = groups.indices.sorted {
      (groups[$0].count, $0) < (groups[$1].count, $1)
    }
    var kept: [Int] = []
    for index in bySize where !kept.contains(where: { contains(groups[index], groups[$0]) }) {
      kept.append(index)
    }
    return kept.sorted().map { groups[$0] }
  }

  /// Whether the sorted list `large` has everything that `small` has.
  private static func contains(_ large: [Int], _ small: [Int]) -> Bool {
    guard small.count <= large.count else { return false }
    var position = 0
    for wanted in small {
      while position < large.count && large[position] < wanted { position += 1 }
      guard position < large.count, large[position] == wanted else { return false }
      position += 1
    }
    return true
  }

  /// Both sorted lists together, sorted, each element once.
  private static func union(_ a: [Int], _ b: [Int]) -> [Int] {
    var result: [Int] = []
    result.reserveCapacity(a.count + b.count)
    var (i, j) = (0, 0)
    while i < a.count || j < b.count {
      let takesFirst = j == b.count || (i < a.count && a[i] <= b[j])
      let next = takesFirst ? a[i] : b[j]
      if takesFirst { i += 1 } else { j += 1 }
      if result.last != next { result.append(next) }
    }
    return result
  }
}
