internal import CargoClient

/// Turns names into uuids where a uuid is meant (`design.md` §4.1, "Names"): `model = "companies"`.
/// Each kind is listed once per run, and tasks that ask meanwhile share the answer.
final class NameResolver {
  private let handler: any CallHandler
  private var catalogues: [String: Catalogue] = [:]

  /// The things of one kind that a workspace has.
  private struct Catalogue {
    var entries: [Entry]?
    var waiting: [(Result<[Entry], CargoError>) -> Void] = []
  }

  private struct Entry {
    let uuid: String
    /// A tool's or play's workflow.
    let workflow: String?
    let names: [String]
    /// What a candidate is called in messages.
    let title: String
  }

  init(handler: any CallHandler) { self.handler = handler }

  /// Replaces the names in `arguments`; the completion may be called at once.
  func resolve(
    _ arguments: CallArguments, _ binding: OperationBinding,
    completion: @escaping (Result<CallArguments, CargoError>) -> Void
  ) {
    guard let name = arguments.names.first else { return completion(.success(arguments)) }
    let kind = NameResolver.kind(of: name)
    entries(of: kind) { [self] result in
      switch result {
      case .failure(let error): completion(.failure(error))
      case .success(let entries):
        do throws(CargoError) {
          var rest = arguments
          rest.names.removeFirst()
          let uuid = try find(name, in: entries, kind, binding.operation)
          rest.values.append((name.field, [UInt8]("\"\(uuid)\"".utf8)))
          resolve(rest, binding, completion: completion)
        } catch {
          completion(.failure(error))
        }
      }
    }
  }

  private static func kind(of name: CallArguments.Name) -> String {
    switch name.reference {
    case .workflow: name.alias.hasPrefix("play") ? "play" : "tool"
    default: name.reference.rawValue
    }
  }

  private func find(
    _ name: CallArguments.Name, in entries: [Entry], _ kind: String, _ operation: Operation
  ) throws(CargoError) -> String {
    let matches = entries.filter { $0.names.contains(name.name) }
    if matches.count == 1 {
      return name.reference == .workflow ? matches[0].workflow ?? matches[0].uuid : matches[0].uuid
    }
    if matches.count > 1 {
      let list = matches.map { "\($0.title) (\($0.uuid))" }.joined(separator: ", ")
      throw CargoError(
        .argument,
        "\(operation.name): the name '\(name.name)' stands for several \(kind)s: \(list)",
        operation: operation.name, hint: "give the uuid")
    }
    let known = entries.flatMap { $0.names.prefix(1) }
    let hint =
      (NearestName.suggest(name.name, among: known)
      ?? NearestName.suggest(name.name, among: entries.flatMap(\.names))).map {
        "did you mean '\($0)'?"
      }
      ?? (known.isEmpty
        ? "the workspace has no \(kind)"
        : "the workspace has \(known.prefix(12).joined(separator: ", "))")
    throw CargoError(
      .argument, "\(operation.name): there is no \(kind) called '\(name.name)'",
      operation: operation.name, hint: hint)
  }

  private func entries(
    of kind: String, completion: @escaping (Result<[Entry], CargoError>) -> Void
  ) {
    if let entries = catalogues[kind]?.entries { return completion(.success(entries)) }
    catalogues[kind, default: Catalogue()].waiting.append(completion)
    guard catalogues[kind]?.waiting.count == 1, let operation = OperationTable.named("\(kind).list")
    else { return }
    let call = OperationCall(operation: operation, arguments: [UInt8]("{}".utf8), waits: false)
    handler.handle(call) { [self] result in
      let waiting = catalogues[kind]?.waiting ?? []
      catalogues[kind] = Catalogue()
      let entries = result.flatMap { answer in NameResolver.read(answer.body, kind) }
      if case .success(let list) = entries { catalogues[kind]?.entries = list }
      for completion in waiting { completion(entries) }
    }
  }

  private static func read(_ body: [UInt8], _ kind: String) -> Result<[Entry], CargoError> {
    do throws(CargoError) {
      let document = try JSONDocument(body)
      var entries: [Entry] = []
      guard let items = document["\(kind)s"]?.array else {
        throw CargoError(.http, "\(kind).list answered without '\(kind)s'")
      }
      for item in items {
        // A play's hidden segment never matches.
        if item["fromPlay"]?.bool == true { continue }
        guard let uuid = item["uuid"]?.string else { continue }
        let names = [item["slug"]?.string, item["name"]?.string].compactMap { $0 }
        entries.append(
          Entry(
            uuid: uuid, workflow: item["workflowUuid"]?.string,
            names: names + names.prefix(1).map { "default." + $0 },
            title: names.last ?? uuid))
      }
      return .success(entries)
    } catch {
      return .failure(error)
    }
  }
}
