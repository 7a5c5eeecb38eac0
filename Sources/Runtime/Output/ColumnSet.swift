/// The columns of an output: told beforehand, or learned from the rows.
struct ColumnSet {
  /// The columns, in order.
  private(set) var names: [String]
  /// Whether rows cannot add to them.
  let isFixed: Bool
  /// Keys of rows that are no column and are left out.
  private(set) var ignored: Set<String> = []
  private var known: Set<String>

  /// Columns that are told; nil for learned ones.
  init(_ names: [String]?) {
    self.names = names ?? []
    known = Set(self.names)
    isFixed = names != nil
  }

  /// Takes in a row's keys, which come sorted: the first row's columns are alphabetical, later ones
  /// go behind.
  mutating func note(_ keys: some Sequence<String>) {
    for key in keys where !known.contains(key) {
      if isFixed {
        ignored.insert(key)
      } else {
        known.insert(key)
        names.append(key)
      }
    }
  }
}
