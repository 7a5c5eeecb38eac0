import CargoClient

/// Sees when a variable of the recipe hides a group of operations: `local run = run.create{ … }`, and
/// then `run.get(…)`, which is a field of the run and nil (`design.md` §4.1, "Shadowing").
///
/// What operations answer are plain tables, so only the message and the line tell; both are at hand where
/// an error is shown.
enum HiddenOperation {
  /// The way out; nil when the message is about something else.
  static func hint(message: String, line: String) -> String? {
    guard message.hasPrefix("attempt to call a nil value ("), let field = field(in: message) else {
      return nil
    }
    for group in variables(before: field, in: line) {
      guard
        let operation = OperationTable.recipeOperations.first(where: {
          $0.name == "\(group).\(field)"
        })
      else { continue }
      // A group and its domain may have one name, which the variable then hides too.
      guard !operation.fullName.hasPrefix(group + ".") else {
        return "here '\(group)' is a variable, which hides the operations of that name: rename it"
      }
      return "here '\(group)' is a variable, which hides the operations of that name: "
        + "rename it, or write \(operation.fullName)"
    }
    return nil
  }

  /// The name in `(field 'get')` or `(method 'get')`.
  private static func field(in message: String) -> String? {
    let parts = message.split(separator: "'", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].hasSuffix("(field ") || parts[0].hasSuffix("(method ") else {
      return nil
    }
    return String(parts[1])
  }

  /// The names that stand before `.get` or `:get` in a line.
  private static func variables(before field: String, in line: String) -> [String] {
    var names: [String] = []
    var rest = line[...]
    while let found = rest.firstRange(of: field) {
      let head = line[..<found.lowerBound]
      let next = line[found.upperBound...].unicodeScalars.first
      if let dot = head.last, dot == "." || dot == ":", next.map(isNameScalar) != true {
        let name = head.dropLast().unicodeScalars.reversed().prefix(while: isNameScalar)
        names.append(String(String.UnicodeScalarView(name.reversed())))
      }
      rest = line[found.upperBound...]
    }
    return names
  }

  private static func isNameScalar(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "_"
      || (scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)))
  }
}
