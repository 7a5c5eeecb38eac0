import CJavaScript
import Glibc
import LocalWorkspace
import Synchronization

/// The other end of `cjs_serve`: starts the process, asks it, and ends it when it takes too long or
/// too much memory.
///
/// `@unchecked Sendable` is safe because `ask` and `stop` are called on one thread only, the engine's;
/// what others see is behind a mutex or constant.
final class HelperProcess: @unchecked Sendable {
  private let executable: String
  private let arguments: [String]
  private let memory: Int
  private let grace: Double
  private var running: (process: ChildProcess, socket: Int32)?
  /// The process that may be interrupted; −1 when there is none, −2 when there shall be none any more.
  private let interruptible = Mutex<pid_t>(-1)
  /// Why there is no engine here; asking again would not help.
  private var unavailable: EvaluationFailure?

  /// Seconds that a start may take: a library of 30 MB may come from a slow disk.
  private static let longestStart = 20.0
  /// Milliseconds between two looks at the memory.
  private static let interval: Int32 = 10

  init(executable: String, arguments: [String], memory: Int, grace: Double) {
    self.executable = executable
    self.arguments = arguments
    self.memory = memory
    self.grace = grace
  }

  /// The process there is now.
  var processID: Int32? { running?.process.id }

  /// Asks and waits for the answer, `grace` beyond `seconds` at most.
  func ask(_ question: [UInt8], seconds: Double) -> Result<[UInt8], EvaluationFailure> {
    if let unavailable { return .failure(unavailable) }
    guard question.count <= Int(CJS_LONGEST_FRAME) else {
      return .failure(EvaluationFailure("what the expression sees is larger than 64 MiB"))
    }
    // A helper that went away between two questions, by somebody's kill, is replaced once.
    for isLastTry in [false, true] {
      if running == nil, let failure = start() { return .failure(failure) }
      guard let running else { break }
      if send(question, seconds: seconds, to: running.socket) {
        return receive(within: seconds + grace, limit: seconds)
      }
      stop()
      if isLastTry { break }
    }
    return .failure(EvaluationFailure("the JavaScript helper cannot be reached"))
  }

  /// Ends the process, if there is one.
  func stop() { end() }

  /// Ends what is being evaluated, from any thread. Nothing is evaluated afterwards.
  func interrupt() {
    interruptible.withLock { id in
      if id > 0 { kill(-id, SIGKILL) }
      id = -2
    }
  }

  /// Ends the process and returns how it ended; nil when there is none.
  @discardableResult
  private func end() -> Int32? {
    guard let running else { return nil }
    self.running = nil
    // Its number may belong to another one as soon as it has been waited for.
    interruptible.withLock { id in if id > 0 { id = -1 } }
    close(running.socket)
    return running.process.end()
  }

  /// Starts the process and waits until it is ready.
  private func start() -> EvaluationFailure? {
    var sockets: [Int32] = [-1, -1]
    guard
      socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &sockets)
        == 0
    else {
      return EvaluationFailure(
        "the JavaScript helper cannot be started: \(SystemFailure().message)")
    }
    // No just-in-time compiler: no memory that is writable and executable, and a limit of time that
    // reaches regular expressions too. Dates as the platform has them.
    let started = ChildProcess.start(
      executable, arguments, environment: ["JSC_useJIT=0", "TZ=UTC", "LANG=C.UTF-8"],
      input: sockets[1], output: -1)
    // The helper alone holds its end now, so that its death can be seen.
    close(sockets[1])
    switch started {
    case .failure(let failure):
      close(sockets[0])
      return EvaluationFailure("the JavaScript helper cannot be started: \(failure.message)")
    case .success(let process):
      running = (process, sockets[0])
      let isWanted = interruptible.withLock { id in
        if id == -1 { id = process.id }
        return id > 0
      }
      guard isWanted else {
        end()
        return EvaluationFailure("JavaScript has ended")
      }
      if case .failure(let failure) = receive(within: HelperProcess.longestStart, limit: nil) {
        return failure
      }
      return nil
    }
  }

  private func send(_ question: [UInt8], seconds: Double, to socket: Int32) -> Bool {
    var head = cjs_head(
      length: UInt32(question.count), word: UInt32((seconds * 1_000).rounded(.up)))
    let bytes = withUnsafeBytes(of: &head) { Array($0) } + question
    return bytes.withUnsafeBytes { buffer in
      var rest = buffer[...]
      while !rest.isEmpty {
        let count = UnsafeRawBufferPointer(rebasing: rest).baseAddress.map {
          Glibc.send(socket, $0, rest.count, Int32(MSG_NOSIGNAL))
        }
        guard let count, count > 0 else {
          if errno == EINTR { continue }
          return false
        }
        rest = rest.dropFirst(count)
      }
      return true
    }
  }

  private enum Reading { case whole([UInt8]), ended, late, large }

  /// Reads one frame. After anything but an answer the process is gone.
  private func receive(
    within seconds: Double, limit: Double?
  ) -> Result<[UInt8], EvaluationFailure> {
    guard let process = running?.process else {
      return .failure(EvaluationFailure("JavaScript has ended"))
    }
    let deadline = Deadline(seconds, of: process)
    let reading = read(MemoryLayout<cjs_head>.size, until: deadline)
    guard case .whole(let bytes) = reading else { return fail(reading, limit) }
    let head = bytes.withUnsafeBytes { $0.loadUnaligned(as: cjs_head.self) }
    let body = read(Int(head.length), until: deadline)
    guard case .whole(let answer) = body else { return fail(body, limit) }
    switch head.word {
    case CJS_ANSWER.rawValue: return .success(answer)
    case CJS_TIME_LIMIT.rawValue: return .failure(tooSlow(limit))
    case CJS_UNAVAILABLE.rawValue:
      let failure = EvaluationFailure(String(decoding: answer, as: UTF8.self))
      unavailable = failure
      stop()
      return .failure(failure)
    default: return .failure(EvaluationFailure(String(decoding: answer, as: UTF8.self)))
    }
  }

  private func read(_ count: Int, until deadline: Deadline) -> Reading {
    guard let running else { return .ended }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    var chunk = [UInt8](repeating: 0, count: min(max(count, 1), 1 << 16))
    while bytes.count < count {
      var descriptor = pollfd(fd: running.socket, events: Int16(POLLIN), revents: 0)
      if poll(&descriptor, 1, HelperProcess.interval) > 0 {
        let got = Glibc.read(running.socket, &chunk, min(chunk.count, count - bytes.count))
        if got < 0 && errno == EINTR { continue }
        if got <= 0 { return .ended }
        bytes += chunk[..<got]
      } else {
        if let held = running.process.memory, held > memory { return .large }
        if deadline.hasPassed { return .late }
      }
    }
    return .whole(bytes)
  }

  /// Ends a process that gave no answer, and says why.
  private func fail(_ reading: Reading, _ limit: Double?) -> Result<[UInt8], EvaluationFailure> {
    guard let status = end() else {
      return .failure(EvaluationFailure("JavaScript has ended"))
    }
    switch reading {
    case .late: return .failure(tooSlow(limit))
    case .large:
      return .failure(EvaluationFailure("it took more than \(memory >> 20) MiB of memory"))
    case .ended, .whole:
      let signal = status & 0x7f
      let how = signal == 0 ? "with code \(status >> 8 & 0xff)" : "by signal \(signal)"
      return .failure(
        EvaluationFailure("the process that evaluates JavaScript ended unexpectedly (\(how))"))
    }
  }

  private func tooSlow(_ limit: Double?) -> EvaluationFailure {
    guard let limit else { return EvaluationFailure("the JavaScript helper does not start") }
    return EvaluationFailure(
      "it took longer than \(limit == limit.rounded() ? "\(Int(limit))" : "\(limit)") s")
  }
}
