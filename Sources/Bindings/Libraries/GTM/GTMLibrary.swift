internal import CLua
import CargoClient
import Runtime

/// `gtm`: messy fields made comparable (`design.md` §4.4). What is no such thing is nil, and so is
/// nil: rows have gaps.
final class GTMLibrary: Library {
  private let functions: LuaFunctions
  /// Fields are short: what is longer is looked at so far.
  private static let longestField = 8_192

  init(functions: LuaFunctions) { self.functions = functions }

  let globals = ["gtm"]

  func push(_ name: String, onto stack: LuaStack) throws(RaisedError) -> Bool {
    guard name == "gtm" else { return false }
    stack.pushTable(fields: 8)
    define("domain", onto: stack) { DomainName.registrable(in: $0) }
    define("company", onto: stack) { CompanyName.normalized($0) }
    define("email", onto: stack) { EmailAddress(in: $0)?.text }
    functions.define("gtm.person", ofTableOnTop: stack) { arguments throws(CargoError) in
      guard let text = try GTMLibrary.field(arguments, 1, "name"), let name = PersonName(text)
      else {
        return arguments.none()
      }
      GTMLibrary.push(name, onto: arguments.stack)
      return 1
    }
    test("is_free_email", onto: stack) { $0.isFree }
    test("is_role_email", onto: stack) { $0.isRole }
    test("is_disposable", onto: stack) { $0.isDisposable }
    functions.define("gtm.same_company", ofTableOnTop: stack) { arguments throws(CargoError) in
      let a = try GTMLibrary.field(arguments, 1, "a")
      let b = try GTMLibrary.field(arguments, 2, "b")
      arguments.stack.push(a.flatMap { a in b.map { CompanyName.areSame(a, $0) } } ?? false)
      return 1
    }
    return true
  }

  private static func field(
    _ arguments: Arguments, _ position: Int32, _ name: String
  ) throws(CargoError) -> String? {
    try arguments.optionalString(position, name).map { String($0.prefix(longestField)) }
  }

  private func define(
    _ name: String, onto stack: LuaStack, _ normalize: @escaping (String) -> String?
  ) {
    functions.define("gtm.\(name)", ofTableOnTop: stack) { arguments throws(CargoError) in
      guard let text = try GTMLibrary.field(arguments, 1, "text"), let value = normalize(text)
      else {
        return arguments.none()
      }
      arguments.stack.push(value)
      return 1
    }
  }

  private func test(
    _ name: String, onto stack: LuaStack, _ holds: @escaping (EmailAddress) -> Bool
  ) {
    functions.define("gtm.\(name)", ofTableOnTop: stack) { arguments throws(CargoError) in
      let text = try GTMLibrary.field(arguments, 1, "email")
      arguments.stack.push(text.flatMap { EmailAddress(in: $0) }.map(holds) ?? false)
      return 1
    }
  }

  private static func push(_ name: PersonName, onto stack: LuaStack) {
    stack.pushTable(fields: 4)
    let fields = [
      ("first", name.first), ("middle", name.middle), ("last", name.last), ("full", name.full),
    ]
    for case (let field, let value?) in fields {
      stack.push(value)
      stack.setField(field, ofTableAt: -2)
    }
  }
}
