import Testing

@testable import CargoClient

/// Trees in two levels say what the trees said.
@Suite struct BooleanGroupsTests {
  private struct Random {
    var state: UInt64
    mutating func below(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(count))
    }

    mutating func tree(_ leaves: Int, depth: Int) -> BooleanTree {
      let choice = depth == 0 ? 0 : below(5)
      guard choice > 1 else { return .leaf(below(leaves)) }
      let parts = (0..<(below(12) == 0 ? 0 : 1 + below(3))).map { _ in
        tree(leaves, depth: depth - 1)
      }
      return choice < 4 ? (choice == 2 ? .all(parts) : .any(parts)) : .all(parts)
    }
  }

  private func holds(_ tree: BooleanTree, _ values: Int) -> Bool {
    switch tree {
    case .leaf(let leaf): values >> leaf & 1 == 1
    case .all(let parts): parts.allSatisfy { holds($0, values) }
    case .any(let parts): parts.contains { holds($0, values) }
    }
  }

  private func holds(_ groups: [[Int]], _ outer: BooleanGroups.Joiner, _ values: Int) -> Bool {
    func holds(_ leaf: Int) -> Bool { values >> leaf & 1 == 1 }
    return outer == .or
      ? groups.contains { $0.allSatisfy(holds) } : groups.allSatisfy { $0.contains(where: holds) }
  }

  @Test func everyFormHasTheTruthTableOfItsTree() throws {
    let leaves = 6
    for seed in 0..<2_000 as Range<UInt64> {
      var random = Random(state: seed)
      let tree = random.tree(leaves, depth: 4)
      for outer in [BooleanGroups.Joiner.and, .or] {
        let groups = try #require(BooleanGroups.groups(of: tree, outer))
        for values in 0..<(1 << leaves) where holds(groups, outer, values) != holds(tree, values) {
          Issue.record("seed \(seed), \(outer): \(tree) became \(groups)")
          break
        }
      }
      let smallest = try #require(BooleanGroups.smallest(of: tree))
      #expect(smallest.groups.allSatisfy { $0 == Array(Set($0)).sorted() })
    }
  }

  @Test(arguments: [
    ("a & b", BooleanTree.all([.leaf(0), .leaf(1)]), BooleanGroups.Joiner.or, [[0, 1]]),
    ("a | b", .any([.leaf(0), .leaf(1)]), .and, [[0, 1]]),
    (
      "(a | b) & (c | d)",
      .all([.any([.leaf(0), .leaf(1)]), .any([.leaf(2), .leaf(3)])]), .and, [[0, 1], [2, 3]]
    ),
    (
      "(a & b) | (c & d)",
      .any([.all([.leaf(0), .leaf(1)]), .all([.leaf(2), .leaf(3)])]), .or, [[0, 1], [2, 3]]
    ),
    ("a | (a & b)", .any([.leaf(0), .all([.leaf(0), .leaf(1)])]), .or, [[0]]),
    ("a & a", .all([.leaf(0), .leaf(0)]), .or, [[0]]),
    (
      "a & (b | (c & d)) distributes one way",
      .all([.leaf(0), .any([.leaf(1), .all([.leaf(2), .leaf(3)])])]), .or, [[0, 1], [0, 2, 3]]
    ),
  ])
  func theSmallerFormIsTaken(
    name: String, tree: BooleanTree, outer: BooleanGroups.Joiner, groups: [[Int]]
  ) {
    #expect(BooleanGroups.smallest(of: tree) == BooleanGroups(outer: outer, groups: groups))
  }

  @Test func givesUpWhereBothFormsAreHuge() {
    // (a1 | b1) & … has 2^n groups one way; with its mirror image both ways are long.
    let pairs = (0..<40).map { BooleanTree.any([.leaf(2 * $0), .leaf(2 * $0 + 1)]) }
    let mirrored = (40..<80).map { BooleanTree.all([.leaf(2 * $0), .leaf(2 * $0 + 1)]) }
    #expect(BooleanGroups.smallest(of: .any([.all(pairs), .any(mirrored)])) == nil)
    #expect(BooleanGroups.smallest(of: .all(pairs))?.count == 80)
  }
}
