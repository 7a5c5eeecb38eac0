import CJavaScript

/// The program as the process that evaluates JavaScript, and nothing else.
public enum JavaScriptHelper {
  /// Serves questions on standard input, which is a socket, until it is closed.
  /// - Returns: the exit code.
  public static func run() -> Int32 { cjs_serve(0) }
}
