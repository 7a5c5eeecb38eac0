import CargoClient
import Glibc
import Testing

@testable import Runtime

/// Runs `body` with a folder of its own, which is removed afterwards.
func inTemporaryFolder<R>(_ body: (String) throws -> R) throws -> R {
  var template = Array("/tmp/runtime-tests-XXXXXX".utf8CString)
  guard mkdtemp(&template) != nil else { throw TestFailure("no temporary folder") }
  let folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  defer { removeTree(folder) }
  return try body(folder)
}

struct TestFailure: Error {
  let reason: String
  init(_ reason: String) { self.reason = reason }
}

func removeTree(_ path: String) {
  for name in names(in: path) {
    let child = path + "/" + name
    if unlink(child) != 0 { removeTree(child) }
  }
  rmdir(path)
}

func names(in folder: String) -> [String] {
  guard let stream = opendir(folder) else { return [] }
  defer { closedir(stream) }
  var names: [String] = []
  while let entry = readdir(stream) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
      pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    if name != "." && name != ".." { names.append(name) }
  }
  return names.sorted()
}

func text(of path: String) -> String? {
  guard let file = fopen(path, "r") else { return nil }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65_536)
  while true {
    let count = fread(&buffer, 1, buffer.count, file)
    if count == 0 { break }
    bytes += buffer[..<count]
  }
  return String(decoding: bytes, as: UTF8.self)
}

/// A handler under the test's control: calls arrive, the test answers them when it likes.
final class StubHandler: CallHandler {
  private(set) var calls: [OperationCall] = []
  private var completions: [(CallResult) -> Void] = []
  /// Answers at once (at the loop's next turn) when set.
  var answer: ((OperationCall) -> CallResult)?
  let loop: EventLoop

  init(loop: EventLoop) { self.loop = loop }

  func handle(_ call: OperationCall, completion: @escaping (CallResult) -> Void) {
    calls.append(call)
    if let answer {
      loop.schedule(after: 0) { completion(answer(call)) }
    } else {
      completions.append(completion)
    }
  }

  /// Answers the earliest call that is still open.
  func finish(_ result: CallResult = .success(OperationAnswer(body: Array("{}".utf8)))) {
    completions.removeFirst()(result)
  }

  var open: Int { completions.count }
}

extension EventLoop {
  /// Turns until nothing is due.
  func settle() { for _ in 0..<4 { turn(block: false) } }

  /// Turns until `condition` holds, at most a few seconds.
  func wait(until condition: () -> Bool) throws {
    let deadline = EventLoop.now() + 5_000_000_000
    while !condition() {
      if EventLoop.now() > deadline { throw TestFailure("waited in vain") }
      schedule(after: 0.01) {}
      turn(block: true)
    }
  }
}

func call(
  _ name: String, _ arguments: String = "{}", action: String? = nil, waits: Bool = true
) throws -> OperationCall {
  guard let operation = OperationTable.named(name) else { throw TestFailure("no \(name)") }
  let call = OperationCall(operation: operation, arguments: Array(arguments.utf8), waits: waits)
  call.actionName = action
  return call
}

extension CallResult {
  var error: CargoError? {
    if case .failure(let error) = self { error } else { nil }
  }
}
