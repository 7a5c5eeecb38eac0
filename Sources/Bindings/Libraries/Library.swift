/// A part of what recipes can use: some globals, each made when a recipe first names it.
///
/// The table of globals asks every library in turn (`GlobalLibrary`), so a library that no recipe names
/// costs nothing.
protocol Library: AnyObject {
  /// The globals it stands for; what "did you mean" looks through.
  var globals: [String] { get }

  /// Pushes the global `name`; false, and nothing pushed, when it is none of this library's.
  func push(_ name: String, onto stack: LuaStack) throws(RaisedError) -> Bool
}

/// A Lua error whose value is on top of the stack.
struct RaisedError: Error {}
