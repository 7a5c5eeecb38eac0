internal import CargoClient

/// The progress of a batch that is waited for: a bar from the first that is told of it.
final class BatchBar {
  private let progress: any ProgressReporting
  private var bar: Int?
  private var shown: Int64 = 0

  init(_ progress: any ProgressReporting, _ call: OperationCall) {
    self.progress = progress
    let label = call.actionName ?? "batch"
    call.onProgress = { [weak self] done, total in self?.show(done, of: total, label) }
  }

  private func show(_ done: Int64, of total: Int64, _ label: String) {
    let bar = bar ?? progress.begin(total: Int(total), label: label)
    self.bar = bar
    guard done > shown else { return }
    progress.step(bar, by: Int(done - shown), note: nil)
    shown = done
  }

  func end() {
    if let bar { progress.end(bar) }
    bar = nil
  }
}

extension Operation {
  /// Whether what is waited for is a batch.
  var awaitsBatch: Bool {
    switch waiting {
    case .byDefault(.batch), .onRequest(.batch), .only(.batch): true
    default: false
    }
  }
}
