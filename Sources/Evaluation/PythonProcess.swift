import CPlatform
public import CargoClient
import Glibc
public import LocalWorkspace
import Synchronization

/// Runs each `python` node in a Python of its own: isolated from the user's packages and environment
/// (`python3 -I`), but no sandbox.
public final class PythonProcess: PythonRunner {
  private let mailbox: Mailbox
  private let seconds: Double
  private let interpreter: String
  private var threads: [BackgroundThread] = []
  private var next = 0
  private let running = Running()
  private var isClosed = false

  /// Interpreters at work at once.
  private static let concurrency = 2
  /// Bytes of an answer or of a message that are taken.
  private static let longestOutput = 64 << 20

  /// Makes a runner; nothing is started yet.
  ///
  /// - Parameters:
  ///   - mailbox: of the loop that answers come back to.
  ///   - seconds: how long a script may take.
  ///   - interpreter: the program.
  public init(mailbox: Mailbox, seconds: Double = 30, interpreter: String = "/usr/bin/python3") {
    self.mailbox = mailbox
    self.seconds = seconds
    self.interpreter = interpreter
  }

  deinit { close() }

  /// Ends the interpreters; see `PythonRunner`.
  public func close() {
    running.end()
    for thread in threads { thread.finish {} }
    threads = []
    isClosed = true
  }

  /// Reads the script and its variables, runs it with their names defined, and writes the value of
  /// `result`. What the script prints is no part of it.
  private static let program = """
    import json, sys
    given = json.load(sys.stdin)
    out = sys.stdout
    sys.stdout = sys.stderr
    names = dict(given["variables"])
    exec(compile(given["script"], "script", "exec"), names)
    json.dump(names.get("result"), out, allow_nan=False)
    """

  /// Runs a script; see `PythonRunner`.
  public func run(
    _ script: String, variables: [UInt8],
    completion: @escaping (Result<[UInt8], EvaluationFailure>) -> Void
  ) {
    let bound = LoopBound(completion)
    if !isClosed, threads.count < PythonProcess.concurrency, let thread = BackgroundThread() {
      threads.append(thread)
    }
    guard !threads.isEmpty else {
      return mailbox.post { bound.value(.failure(EvaluationFailure("there is no thread left"))) }
    }
    var input = JSONWriter(capacity: script.utf8.count + variables.count + 32)
    input.beginObject()
    input.key("script")
    input.string(script)
    input.key("variables")
    input.raw(variables)
    input.endObject()
    let bytes = input.bytes
    let (mailbox, seconds, interpreter, running) = (mailbox, seconds, interpreter, running)
    next = (next + 1) % threads.count
    threads[next].submit {
      let result = PythonProcess.execute(bytes, interpreter, seconds, running)
      mailbox.post { bound.value(result) }
    }
  }

  private static func execute(
    _ input: [UInt8], _ interpreter: String, _ seconds: Double, _ running: Running
  ) -> Result<[UInt8], EvaluationFailure> {
    // The whole input lies ready before the interpreter starts: nobody waits for the other.
    let given = memfd_create("script", UInt32(PLATFORM_MEMORY_FILE_CLOSES))
    guard given >= 0, let output = Pipe(), let errors = Pipe() else {
      return .failure(EvaluationFailure("python cannot be started: \(SystemFailure().message)"))
    }
    defer { Glibc.close(given) }
    guard input.withUnsafeBytes({ write(given, $0.baseAddress, $0.count) }) == input.count else {
      return .failure(EvaluationFailure("python cannot be started: \(SystemFailure().message)"))
    }
    lseek(given, 0, SEEK_SET)
    let started = ChildProcess.start(
      interpreter, ["-I", "-c", program], environment: ["LANG=C.UTF-8"], input: given,
      output: output.writing, error: errors.writing)
    switch started {
    case .failure(let failure):
      return .failure(
        EvaluationFailure("\(interpreter) cannot be started: \(failure.message)"))
    case .success(let process):
      output.closeWriting()
      errors.closeWriting()
      running.add(process)
      let result = collect(process, output, errors, seconds)
      // Whoever closed its output and goes on is ended, too.
      running.remove(process)
      process.end()
      return result
    }
  }

  /// Reads what the interpreter writes until it ends, or has to be ended.
  private static func collect(
    _ process: ChildProcess, _ output: Pipe, _ errors: Pipe, _ seconds: Double
  ) -> Result<[UInt8], EvaluationFailure> {
    let deadline = Deadline(seconds, of: process, patience: 2)
    var answer: [UInt8] = []
    var complaint: [UInt8] = []
    var open = [output, errors]
    while !open.isEmpty {
      var descriptors = open.map { pollfd(fd: $0.reading, events: Int16(POLLIN), revents: 0) }
      guard !deadline.hasPassed, poll(&descriptors, nfds_t(open.count), 100) >= 0 else {
        return .failure(EvaluationFailure("it took longer than \(Int(seconds)) s"))
      }
      var ended: [Int32] = []
      for descriptor in descriptors where descriptor.revents != 0 {
        let chunk = Pipe.read(descriptor.fd)
        if chunk.isEmpty {
          ended.append(descriptor.fd)
        } else if descriptor.fd == output.reading {
          answer += chunk
        } else {
          complaint = (complaint + chunk).suffix(4_096)
        }
      }
      open.removeAll { ended.contains($0.reading) }
      if answer.count > longestOutput {
        return .failure(EvaluationFailure("its result is larger than 64 MiB"))
      }
    }
    if (try? JSONDocument(answer)) != nil { return .success(answer) }
    // A traceback ends with the exception.
    let lines = String(decoding: complaint, as: UTF8.self).split(separator: "\n")
    return .failure(EvaluationFailure(lines.last.map(String.init) ?? "it ended without a result"))
  }
}

/// A pipe whose ends are closed with it.
private final class Pipe {
  let reading: Int32
  private(set) var writing: Int32

  init?() {
    var ends: [Int32] = [-1, -1]
    guard pipe2(&ends, O_CLOEXEC) == 0 else { return nil }
    reading = ends[0]
    writing = ends[1]
  }

  deinit {
    close(reading)
    closeWriting()
  }

  func closeWriting() {
    if writing >= 0 { close(writing) }
    writing = -1
  }

  /// Some bytes; none at the end.
  static func read(_ descriptor: Int32) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
      count = max(0, Glibc.read(descriptor, buffer.baseAddress, buffer.count))
    }
  }
}

/// The interpreters at work. Safe to use from any thread.
private final class Running: Sendable {
  private let processes = Mutex<[ChildProcess]>([])

  func add(_ process: ChildProcess) { processes.withLock { $0.append(process) } }

  /// Called before it is waited for: until then its number is its own.
  func remove(_ process: ChildProcess) {
    processes.withLock { all in all.removeAll { $0.id == process.id } }
  }

  func end() {
    processes.withLock { all in for process in all { kill(-process.id, SIGKILL) } }
  }
}
