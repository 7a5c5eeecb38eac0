import CPlatform
import Glibc

/// Another process that works for this one and may be ended at any time.
struct ChildProcess {
  let id: pid_t

  /// Starts a program with these descriptors; −1 is `/dev/null`.
  /// - Returns: nil and the reason when it could not be started.
  static func start(
    _ path: String, _ arguments: [String], environment: [String], input: Int32, output: Int32,
    error: Int32 = -1
  ) -> Result<ChildProcess, SystemFailure> {
    let argv = ([path] + arguments).map { strdup($0) } + [nil]
    let envp = environment.map { strdup($0) } + [nil]
    defer { for text in argv + envp { free(text) } }
    var id: Int32 = 0
    let code = platform_spawn(path, argv, envp, input, output, error, &id)
    return code == 0 ? .success(ChildProcess(id: id)) : .failure(SystemFailure(code))
  }

  /// Bytes of memory that it holds now; nil when it is gone.
  var memory: Int? {
    let file = open("/proc/\(id)/statm", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var text = [UInt8](repeating: 0, count: 128)
    let count = read(file, &text, text.count)
    guard count > 0 else { return nil }
    let numbers = text[..<count].split(separator: UInt8(ascii: " "))
    guard numbers.count > 1, let pages = Int(String(decoding: numbers[1], as: UTF8.self)) else {
      return nil
    }
    return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
  }

  /// Ends it and all it has started, and waits until it is gone. Returns how it ended, as `waitpid`
  /// tells it.
  @discardableResult
  func end() -> Int32 {
    kill(-id, SIGKILL)
    return wait()
  }

  private func wait() -> Int32 {
    var status: Int32 = 0
    while waitpid(id, &status, 0) < 0 && errno == EINTR {}
    return status
  }
}

/// What a system call answered.
struct SystemFailure: Error {
  let code: Int32

  init(_ code: Int32 = errno) { self.code = code }

  var message: String { String(cString: strerror(code)) }
}

/// Until when a process has to have answered: by the processor time that it has used, so that a busy
/// machine ends nobody who is merely waiting for a turn, and by the clock at a multiple of that, since
/// who sleeps uses none.
struct Deadline {
  private let processor: clockid_t?
  private let used: Double
  private let elapsed: Double

  init(_ seconds: Double, of process: ChildProcess, patience: Double = 10) {
    var clock = clockid_t()
    processor = clock_getcpuclockid(process.id, &clock) == 0 ? clock : nil
    used = (processor.map(Deadline.time) ?? 0) + seconds
    elapsed = Deadline.time(CLOCK_MONOTONIC) + patience * seconds
  }

  var hasPassed: Bool {
    if let processor, Deadline.time(processor) > used { return true }
    return Deadline.time(CLOCK_MONOTONIC) > elapsed
  }

  private static func time(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
