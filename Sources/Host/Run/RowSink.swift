import CargoClient
import Glibc
import Runtime

/// Takes the rows that a recipe emits to where the command line says.
final class RowSink {
  private let terminal: Terminal
  private let loop: EventLoop
  private let columns: [String]?
  private var output: RowOutput?
  private let path: String?
  private var isFlushArmed = false
  /// The first error of writing; what comes after it is lost as well.
  private var failure: CargoError?
  /// Told when no further row can arrive: the reader of standard output has gone, or the error.
  var onEnd: ((CargoError?) -> Void)?

  /// Opens a file at once, so that what cannot be written is known before anything is paid; standard
  /// output waits for the first row.
  init(
    path: String?, columns: [String]?, terminal: Terminal, loop: EventLoop
  ) throws(CargoError) {
    self.terminal = terminal
    self.loop = loop
    self.columns = columns
    self.path = path
    if let path { output = try RowOutput(.file(path), columns: columns) }
  }

  /// How many rows there are.
  var rows: Int { output?.rows ?? 0 }

  /// Adds a row, one JSON object.
  func emit(_ row: [UInt8]) -> CargoError? {
    if let failure { return failure }
    do {
      let output = try openedOutput()
      if try output.write(row) {
        if path == nil { flushSoon() }
      } else {
        onEnd?(nil)
      }
      return nil
    } catch {
      // A row that cannot be written is the row's fault; a file that cannot be is the output's.
      if error.kind == .file { fail(error) }
      return error
    }
  }

  /// Ends the output: whole, or as far as it came.
  func finish(early: Bool) throws(CargoError) -> RowOutput.Summary? {
    if let failure { throw failure }
    guard let output else { return nil }
    return early ? try output.finishEarly() : try output.finish()
  }

  private func fail(_ error: CargoError) {
    failure = error
    onEnd?(error)
  }

  private func openedOutput() throws(CargoError) -> RowOutput {
    if let output { return output }
    terminal.rowsTakeOutput()
    let output = try RowOutput(
      .descriptor(STDOUT_FILENO), columns: columns, filter: terminal.rowFilter)
    self.output = output
    return output
  }

  /// A reader at the other end of a pipe sees rows when the recipe next waits.
  private func flushSoon() {
    // On a terminal, rows and printed lines stand in the order they came.
    if terminal.output.isTerminal { return flush() }
    if isFlushArmed { return }
    isFlushArmed = true
    loop.schedule(after: 0) { [weak self] in self?.flush() }
  }

  private func flush() {
    isFlushArmed = false
    do {
      try output?.flush()
      if output?.isClosed == true { onEnd?(nil) }
    } catch {
      fail(error)
    }
  }
}
