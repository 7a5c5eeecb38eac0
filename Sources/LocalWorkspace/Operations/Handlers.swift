import CargoClient
import SQLite

/// How an operation is answered.
enum Handler: Sendable {
  /// By reading, on a thread of its own.
  case read(@Sendable (Reading) throws -> [UInt8])
  /// By writing, in a transaction that others may share; an error undoes all of it.
  case write(@Sendable (Writing) throws -> [UInt8])
  /// On the loop's thread: what starts, watches or stops work.
  case live(@Sendable (Request, OpenWorkspace) throws(CargoError) -> Void)

  func handle(_ request: Request, _ workspace: OpenWorkspace) throws(CargoError) {
    let operation = request.operation
    let bytes = request.arguments
    let store = workspace.store
    let settings = store.settings
    let path = store.path
    switch self {
    case .read(let body):
      store.read(
        { connection in
          try body(
            Reading(
              arguments: try Arguments(bytes, for: operation), connection: connection,
              settings: settings))
        }, completion: request.complete)
    case .write(let body):
      // A transaction that has left cannot be called back.
      request.onGiveUp = { false }
      store.write(
        { connection in
          try body(
            Writing(
              arguments: try Arguments(bytes, for: operation), connection: connection,
              settings: settings, path: path))
        },
        completion: { result in
          workspace.catalogue.invalidate()
          request.complete(result)
        })
    case .live(let body): try body(request, workspace)
    }
  }
}

/// What a reading handler gets.
struct Reading {
  let arguments: Arguments
  let connection: Connection
  let settings: Settings
}

/// What a writing handler gets.
struct Writing {
  let arguments: Arguments
  let connection: Connection
  let settings: Settings
  let path: String
  let now = Timestamp.now()
}

/// The handlers by the operations' names. The rows are in `OperationTable`; a test holds the two
/// together.
enum Handlers {
  static let all: [String: Handler] = [
    actions, runs, runLists, batches, graphs, segments, segmentChanges, models, modelChanges,
    relationships,
    storage, storageRecords, connectors, connectorChanges, files, billing, workspace,
  ].reduce(into: [:]) { all, part in all.merge(part) { first, _ in first } }
}
