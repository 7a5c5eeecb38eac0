internal import CLua
internal import CLuaHost
import CargoClient

/// What went wrong in a recipe, in its terms.
public struct ScriptFailure: Sendable, Equatable {
  /// The error's kind, when it is one of the host's.
  public var kind: String?
  /// The message, without the position.
  public var message: String
  /// The way out, when known.
  public var hint: String?
  /// The file where it happened, as in the recipe's name.
  public var chunk: String?
  /// The line, from 1.
  public var line: Int?
  /// "waterfall.lua:12: in function 'enrich'", innermost first, host frames left out.
  public var traceback: [String]

  /// Describes a failure.
  public init(
    kind: String? = nil, message: String, hint: String? = nil, chunk: String? = nil,
    line: Int? = nil, traceback: [String] = []
  ) {
    self.kind = kind
    self.message = message
    self.hint = hint
    self.chunk = chunk
    self.line = line
    self.traceback = traceback
  }
}

extension ScriptFailure {
  /// Reads the error value at `index` of a stack, and the traceback text that was kept for it.
  init(_ stack: LuaStack, at index: Int32, traceback text: String) {
    let frames = text.split(separator: "\n").map(String.init)
    self.init(message: "", traceback: frames)
    if cs_is_error(stack.state, index) != 0 {
      let index = stack.absolute(index)
      kind = stack.stringField("kind", ofTableAt: index)
      message =
        stack.stringField("message", ofTableAt: index).map(ScriptFailure.shortened)
        ?? "an error without a message"
      hint = stack.stringField("hint", ofTableAt: index)
      takePosition(from: frames.first)
    } else if let text = stack.string(at: index) {
      message = ScriptFailure.shortened(text)
      takePosition(from: message)
      if line != nil { removePosition() } else { takePosition(from: frames.first) }
      hint = ScriptFailure.hint(for: message)
    } else {
      let type = stack.type(at: index)
      message = "the recipe raised \(type.name) as an error"
      if type == .table, let inner = stack.stringField("message", ofTableAt: index) {
        message = ScriptFailure.shortened(inner)
      }
      if let number = stack.integer(at: index) {
        message = "the recipe raised \(number) as an error"
      } else if let number = stack.number(at: index) {
        message = "the recipe raised \(number) as an error"
      }
      takePosition(from: frames.first)
    }
  }

  /// A recipe may raise megabytes, of which nobody reads more than the beginning.
  private static func shortened(_ text: String) -> String {
    let most = 10_000
    guard text.utf8.count > most else { return text }
    return String(decoding: text.utf8.prefix(most), as: UTF8.self) + "…"
  }

  /// What helps with the errors of Lua that beginners meet most.
  private static func hint(for message: String) -> String? {
    if message.hasPrefix("attempt to index a nil value")
      || message.hasPrefix("attempt to concatenate a nil value")
      || message.hasPrefix("attempt to perform arithmetic on a nil value")
      || message.hasPrefix("attempt to compare nil")
    {
      return "a field that is missing is nil: print(json.encode(value)) shows what there is"
    }
    return nil
  }

  /// Finds "chunk:line:" at the start of a message or frame.
  private mutating func takePosition(from text: String?) {
    guard let text, let (chunk, line, _) = ScriptFailure.position(in: text) else { return }
    self.chunk = chunk
    self.line = line
  }

  private mutating func removePosition() {
    if let (_, _, rest) = ScriptFailure.position(in: message) { message = rest }
  }

  /// Splits "chunk:line: rest".
  static func position(in text: String) -> (chunk: String, line: Int, rest: String)? {
    let bytes = Array(text.utf8)
    var start = 0
    while let colon = bytes[start...].firstIndex(of: UInt8(ascii: ":")) {
      let digits = bytes[(colon + 1)...].prefix { $0 >= 48 && $0 <= 57 }
      let end = digits.endIndex
      if colon > 0, !digits.isEmpty, end < bytes.count, bytes[end] == UInt8(ascii: ":"),
        let line = Int(String(decoding: digits, as: UTF8.self))
      {
        var rest = bytes[(end + 1)...]
        if rest.first == UInt8(ascii: " ") { rest = rest.dropFirst() }
        return (
          String(decoding: bytes[..<colon], as: UTF8.self), line,
          String(decoding: rest, as: UTF8.self)
        )
      }
      start = colon + 1
    }
    return nil
  }
}

/// How a run of a recipe ended.
public enum RecipeEnd: Sendable, Equatable {
  /// It came to its end.
  case finished
  /// It does not compile.
  case notCompiled(ScriptFailure)
  /// It raised an error.
  case failed(ScriptFailure)
  /// A limit or Ctrl-C ended it.
  case killed(KillReason, ScriptFailure?)
}

/// The ends that a recipe cannot catch.
public enum KillReason: Sendable, Equatable {
  /// One stretch of Lua ran longer than the time limit.
  case timeLimit
  /// The deadline passed.
  case deadline
  /// The memory limit was reached.
  case memoryLimit
  /// The instruction limit was reached.
  case instructionLimit
  /// Ctrl-C.
  case interrupted

  init?(_ kill: cs_kill) {
    switch kill {
    case CS_KILL_TIME: self = .timeLimit
    case CS_KILL_DEADLINE: self = .deadline
    case CS_KILL_MEMORY: self = .memoryLimit
    case CS_KILL_INSTRUCTIONS: self = .instructionLimit
    case CS_KILL_INTERRUPT: self = .interrupted
    default: return nil
    }
  }
}
