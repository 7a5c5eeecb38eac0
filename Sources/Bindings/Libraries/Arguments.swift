internal import CLua
internal import CLuaHost
import CargoClient

/// The arguments of a library's function, checked as they are read. Errors name function and argument.
struct Arguments {
  /// As a recipe writes it: `fs.read`.
  let function: String
  let stack: LuaStack

  /// A text, as it is; numbers are not converted.
  func bytes(_ position: Int32, _ name: String) throws(CargoError) -> [UInt8] {
    guard let bytes = stack.bytes(at: position) else {
      throw wrongType(name, "a string", at: position)
    }
    return bytes
  }

  /// A text; bytes that are no UTF-8 become U+FFFD.
  func string(_ position: Int32, _ name: String) throws(CargoError) -> String {
    guard let text = stack.string(at: position) else {
      throw wrongType(name, "a string", at: position)
    }
    return text
  }

  /// A text, or nil for nil.
  func optionalString(_ position: Int32, _ name: String) throws(CargoError) -> String? {
    stack.isNoneOrNil(position) ? nil : try string(position, name)
  }

  /// A number that is neither NaN nor infinite.
  func number(_ position: Int32, _ name: String) throws(CargoError) -> Double {
    guard let number = stack.number(at: position), number.isFinite else {
      throw wrongType(name, "a number", at: position)
    }
    return number
  }

  /// A number, or nil for nil.
  func optionalNumber(_ position: Int32, _ name: String) throws(CargoError) -> Double? {
    stack.isNoneOrNil(position) ? nil : try number(position, name)
  }

  /// Returns nil from the function.
  func none() -> Int32 {
    stack.pushNil()
    return 1
  }

  /// Says that an argument has the wrong type.
  func wrongType(_ name: String, _ wanted: String, at position: Int32) -> CargoError {
    refusal("'\(name)' must be \(wanted), got \(stack.type(at: position).name)")
  }

  /// Says what is wrong with the arguments.
  func refusal(_ message: String, hint: String? = nil) -> CargoError {
    CargoError(.argument, "\(function): \(message)", hint: hint)
  }
}

extension LuaFunctions {
  /// Sets the field that `function` (`fs.read`) names in the table on top to a function with checked
  /// arguments; what it throws is raised in the recipe.
  func define(
    _ function: String, waits: Bool = false, ofTableOnTop stack: LuaStack,
    _ body: @escaping (Arguments) throws(CargoError) -> Int32
  ) {
    push(function, waits: waits, onto: stack, body)
    let name = function.split(separator: ".").last.map(String.init) ?? function
    stack.setField(name, ofTableAt: -2)
  }

  /// Pushes a function with checked arguments.
  func push(
    _ function: String, waits: Bool = false, onto stack: LuaStack,
    _ body: @escaping (Arguments) throws(CargoError) -> Int32
  ) {
    push(waits: waits, onto: stack) { [host] stack in
      do throws(CargoError) {
        return try body(Arguments(function: function, stack: stack))
      } catch {
        return host.raise(error)
      }
    }
  }
}
