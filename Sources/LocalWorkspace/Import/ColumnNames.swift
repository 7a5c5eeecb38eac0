import CargoClient

/// Names of columns from what a file calls them.
enum ColumnNames {
  /// A slug of its own for each name: `Company Name` becomes `company_name`; one that is taken already
  /// gets a number behind.
  static func slugs(for names: [String]) -> [String] {
    var taken: Set<String> = []
    return names.enumerated().map { position, name in
      let base = slug(name) ?? "column_\(position + 1)"
      var slug = base
      var number = 2
      // SQLite does not tell names apart by their case.
      while !taken.insert(slug.lowercased()).inserted {
        slug = "\(base)_\(number)"
        number += 1
      }
      return slug
    }
  }

  /// The slug of one name; nil when there is no letter or digit in it that a slug may have.
  static func slug(_ name: String) -> String? {
    // What looks like a name of code already is one: _id, first_name, employeeCount.
    if Model.isSlug(name), let first = name.utf8.first, !(65...90).contains(first) { return name }
    let words = CompanyName.folded(name.replacing(".", with: " "))
      .unicodeScalars.split { !($0.isASCII && $0.properties.isAlphabetic || ("0"..."9") ~= $0) }
    let slug = words.map { String($0) }.joined(separator: "_")
    return slug.isEmpty ? nil : String(slug.prefix(100))
  }

  /// The position of the column that `key` means: by its name, its slug, or its name in another case.
  static func position(of key: String, names: [String], slugs: [String]) -> Int? {
    names.firstIndex(of: key) ?? slugs.firstIndex(of: key)
      ?? names.firstIndex { $0.lowercased() == key.lowercased() }
  }
}
