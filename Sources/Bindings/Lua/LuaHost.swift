internal import CLua
internal import CLuaHost
internal import CargoClient

/// The limits that a run's Lua is under (`design.md` §3).
public struct LuaLimits: Sendable {
  /// Seconds of Lua between two waits.
  public var time: Double = 30
  /// Seconds on the wall clock for the whole run; nil for none.
  public var deadline: Double?
  /// Bytes that Lua and what was handed to it may use.
  public var memory: Int = 512 << 20
  /// VM instructions in all; nil for none. Halves the VM's speed.
  public var instructions: UInt64?

  /// The limits of a run, unless told.
  public init() {}
}

/// One sandboxed Lua state.
final class LuaHost {
  /// The C host.
  let pointer: OpaquePointer
  /// The main state: never runs the recipe, holds what the host keeps.
  let main: LuaStack
  /// Scratch memory for encoding; an encoded text is copied out at once.
  private let buffer: UnsafeMutablePointer<cs_buffer>
  private let writer: PrintWriter

  /// Gets each printed line, newline included.
  private final class PrintWriter {
    let print: (UnsafeRawBufferPointer) -> Void
    init(_ print: @escaping (UnsafeRawBufferPointer) -> Void) { self.print = print }
  }

  init(_ limits: LuaLimits, print: @escaping (UnsafeRawBufferPointer) -> Void) throws(CargoError) {
    writer = PrintWriter(print)
    let context = Unmanaged.passUnretained(writer).toOpaque()
    let host = cs_host_new(LuaHost.cLimits(limits), context) { context, bytes, length in
      guard let context else { return }
      Unmanaged<PrintWriter>.fromOpaque(context).takeUnretainedValue()
        .print(UnsafeRawBufferPointer(start: bytes, count: length))
    }
    guard let host, let state = cs_host_state(host) else {
      throw CargoError(.argument, "there is not enough memory to start Lua")
    }
    pointer = host
    main = LuaStack(state)
    buffer = .allocate(capacity: 1)
    buffer.initialize(to: cs_buffer())
  }

  deinit {
    cs_host_free(pointer)
    cs_buffer_free(buffer)
    buffer.deallocate()
  }

  static func cLimits(_ limits: LuaLimits) -> cs_limits {
    cs_limits(
      memory: limits.memory, time: UInt64(limits.time * 1e9),
      deadline: limits.deadline.map { EventLoop.now() + UInt64($0 * 1e9) } ?? 0,
      instructions: limits.instructions ?? 0)
  }

  /// Sets the error that the trampoline raises when the Swift function returns `CS_ERROR`, or that a
  /// wake of the kind error raises.
  func set(_ error: CargoError) {
    cs_error_clear(pointer)
    set(CS_FIELD_KIND, error.kind.rawValue)
    set(CS_FIELD_MESSAGE, error.message)
    if let code = error.code { set(CS_FIELD_CODE, code) }
    if let operation = error.operation { set(CS_FIELD_OPERATION, operation) }
    if let hint = error.hint { set(CS_FIELD_HINT, hint) }
    if let status = error.status { cs_error_set_status(pointer, Int32(status)) }
    if let body = error.body {
      body.withUnsafeBytes {
        cs_error_set(
          pointer, CS_FIELD_BODY, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
      }
    }
  }

  private func set(_ field: cs_field, _ text: String) {
    var text = text
    text.withUTF8 {
      cs_error_set(
        pointer, field, UnsafeRawPointer($0.baseAddress)?.assumingMemoryBound(to: CChar.self),
        $0.count)
    }
  }

  /// Raises an error from a Swift function: `return host.raise(…)`.
  func raise(_ error: CargoError) -> Int32 {
    set(error)
    return Int32(CS_ERROR)
  }

  /// Appends the JSON of the value at `index` to `bytes`. On failure the error value is on top of the
  /// stack, to be raised with `CS_ERROR_VALUE`.
  func encode(
    _ stack: LuaStack, _ index: Int32, shape: OpaquePointer?, into bytes: inout [UInt8]
  ) -> Bool {
    guard stack.reserve(6) else { return false }
    cs_buffer_reset(buffer)
    let index = stack.absolute(index)
    stack.push(copyOf: index)
    if let shape {
      lua_pushlightuserdata(stack.state, UnsafeMutableRawPointer(shape))
    } else {
      stack.pushNil()
    }
    lua_pushlightuserdata(stack.state, buffer)
    guard cs_call_protected(pointer, stack.state, cs_json_encode_function, 3, 0) == CS_DONE else {
      return false
    }
    bytes.append(
      contentsOf: UnsafeRawBufferPointer(start: buffer.pointee.bytes, count: buffer.pointee.length))
    return true
  }

  /// Compiles `source` as the chunk `name` (with Lua's `@` or `=` in front), pushing the function onto
  /// `stack`, or the message.
  func load(_ source: UnsafeRawBufferPointer, name: String, onto stack: LuaStack) -> cs_outcome {
    cs_load(
      pointer, stack.state, source.baseAddress?.assumingMemoryBound(to: CChar.self), source.count,
      name)
  }

  /// Pushes a Lua function that calls `function` with `context`, which must outlive the state.
  func pushFunction(
    _ function: @escaping cs_function, context: AnyObject, tag: Int64 = 0, waits: Bool = false,
    onto stack: LuaStack
  ) {
    cs_push_function(
      stack.state, function, Unmanaged.passUnretained(context).toOpaque(), tag, waits)
  }

  /// Why the run was ended from outside, if it was.
  var killed: cs_kill { cs_host_killed(pointer) }
}
