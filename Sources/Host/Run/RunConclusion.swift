import CargoClient
import Runtime

/// The last lines of a run on standard error: what ended it, what there is, what it cost.
struct RunConclusion {
  let ending: RunEnding
  let options: RunOptions
  let workspace: RunSummary
  let output: RowOutput.Summary?
  let seconds: Double
  let peakMemory: Int

  /// Shows the lines, and the summary for programs when asked for.
  func show(on terminal: Terminal) {
    if let diagnostic = ending.diagnostic(limits: options) {
      terminal.show(DiagnosticRenderer(style: terminal.style).render(diagnostic))
    }
    for line in notes { terminal.note(line) }
    if options.wantsJSONSummary {
      terminal.show(String(decoding: json, as: UTF8.self))
    }
  }

  /// The facts that a person wants to know when the run is over.
  var notes: [String] {
    var notes: [String] = []
    if let output {
      for key in output.ignoredKeys.filter({ !$0.hasPrefix("_") }).prefix(3) {
        notes.append("rows have a field \(key) that is no column of the output: left out")
      }
      if let path = output.path {
        let rows = Quantity.count(output.rows, "row")
        notes.append(output.isPartial ? "\(rows) so far in \(path)" : "\(rows) in \(path)")
      }
    }
    if let runID = workspace.runID, ending != .finished, ending != .outputClosed {
      notes.append("run \(runID) ended early; \(spent)")
    } else if workspace.spent > .zero {
      notes.append(spent)
    }
    return notes
  }

  private var spent: String {
    let spent = "\(Quantity.credits(workspace.spent)) spent"
    let all = workspace.budget.map { "\(spent) of \($0)" } ?? spent
    if workspace.unsettled == .zero { return all }
    return "\(all), and up to \(workspace.unsettled) more whose outcome is unknown"
  }

  /// The summary that `--json` asks for, on one line.
  var json: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    if let diagnostic = ending.diagnostic(limits: options) { write(diagnostic, to: &writer) }
    writer.key("ending")
    writer.string(ending.name)
    writer.key("exitCode")
    writer.integer(Int64(ending.exitCode.rawValue))
    writer.key("memory")
    writer.integer(Int64(peakMemory))
    (workspace.report ?? RunReport()).writeMembers(to: &writer)
    if let output {
      if let path = output.path {
        writer.key("output")
        writer.string(path)
        writer.key("partial")
        writer.bool(output.isPartial)
      }
      writer.key("rows")
      writer.integer(Int64(output.rows))
    }
    if let runID = workspace.runID {
      writer.key("run")
      writer.string(runID)
    }
    writer.key("seconds")
    writer.raw(Quantity.decimal(seconds, places: 3).utf8)
    writer.key("workspace")
    writer.string(workspace.workspace)
    writer.endObject()
    return writer.bytes
  }

  private func write(_ diagnostic: Diagnostic, to writer: inout JSONWriter) {
    writer.key("error")
    writer.beginObject()
    if case .failed(_, let kind?) = ending {
      writer.key("kind")
      writer.string(kind.rawValue)
    }
    writer.key("message")
    writer.string(diagnostic.message)
    if let hint = diagnostic.hint {
      writer.key("hint")
      writer.string(hint)
    }
    if let location = diagnostic.location {
      writer.key("file")
      writer.string(location.chunk)
      writer.key("line")
      writer.integer(Int64(location.line))
    }
    writer.endObject()
  }
}
