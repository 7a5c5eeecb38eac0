internal import CargoClient

/// Turns names into uuids where a uuid is meant (`design.md` §4.1, "Names"): `model = "companies"`.
///
/// Each kind is listed once per run, and tasks that ask meanwhile share the answer. It is listed again
/// for a name that is not in the list, and after the recipe has made or removed something of that kind.
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
    /// A model's dataset.
    let dataset: String?
    /// A segment's model.
    let model: String
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
    guard let name = arguments.names.first else {
      return fillStandIn(arguments, binding, completion: completion)
    }
    find(name, binding.operation) { [self] result in
      switch result {
      case .failure(let error): completion(.failure(error))
      case .success(let uuid):
        var rest = arguments
        rest.names.removeFirst()
        rest.values.append((name.field, [UInt8]("\"\(uuid)\"".utf8)))
        resolve(rest, binding, completion: completion)
      }
    }
  }

  /// Looks up the first thing of the model; without one the argument stays out, and the platform's
  /// client says that its address needs it.
  private func fillStandIn(
    _ arguments: CallArguments, _ binding: OperationBinding,
    completion: @escaping (Result<CallArguments, CargoError>) -> Void
  ) {
    guard let standIn = arguments.standIn,
      let model = arguments.values.first(where: {
        binding.fields[$0.field].parameter.wireName == "modelUuid"
      })
    else { return completion(.success(arguments)) }
    entries(of: standIn.reference.rawValue) { result in
      completion(
        result.map { entries in
          var filled = arguments
          filled.standIn = nil
          if let entry = entries.first(where: { [UInt8]("\"\($0.model)\"".utf8) == model.json }) {
            filled.values.append((standIn.field, [UInt8]("\"\(entry.uuid)\"".utf8)))
          }
          return filled
        })
    }
  }

  /// Notes that the recipe has called `operation`: what it made must be found, what it removed must not.
  func note(_ operation: Operation) {
    let parts = operation.name.split(separator: ".")
    guard parts.count == 2, parts[1] == "create" || parts[1] == "remove" else { return }
    forget(String(parts[0]))
    // A connector brings a dataset of its own (`cargo-platform.md` §1).
    if parts[0] == "connector" { forget("dataset") }
  }

  private func forget(_ kind: String) {
    if catalogues[kind]?.waiting.isEmpty ?? false { catalogues[kind] = nil }
  }

  /// Finds the uuid of a name, which may be one already; the completion may be called at once.
  func find(
    _ name: CallArguments.Name, _ operation: Operation,
    completion: @escaping (Result<String, CargoError>) -> Void
  ) {
    if UUIDText.isUUID(name.name) { return completion(.success(name.name)) }
    let kind = NameResolver.kind(of: name)
    let isFresh = catalogues[kind]?.entries == nil
    withDataset(of: name) { [self] result in
      let named: (name: String, dataset: String?)
      switch result {
      case .failure(let error): return completion(.failure(error))
      case .success(let value): named = value
      }
      entries(of: kind) { [self] result in
        let entries: [Entry]
        switch result {
        case .success(let list): entries = list
        // What has no list here has no names either.
        case .failure(let error) where error.code == "notAvailableOffline": entries = []
        case .failure(let error): return completion(.failure(error))
        }
        let matches = entries.filter {
          $0.names.contains(named.name) && (named.dataset == nil || $0.dataset == named.dataset)
        }
        if matches.isEmpty && !isFresh {
          forget(kind)
          return find(name, operation, completion: completion)
        }
        completion(
          Result { () throws(CargoError) in
            try NameResolver.only(matches, name, among: entries, kind, operation)
          })
      }
    }
  }

  /// Splits `hubspot.contacts` into a model's name and the uuid of its dataset.
  private func withDataset(
    of name: CallArguments.Name,
    completion: @escaping (Result<(name: String, dataset: String?), CargoError>) -> Void
  ) {
    let parts = name.name.split(separator: ".", omittingEmptySubsequences: false)
    guard name.reference == .model, parts.count == 2 else {
      return completion(.success((name.name, nil)))
    }
    entries(of: "dataset") { result in
      completion(
        result.map { datasets in
          let dataset = datasets.first { $0.names.contains(String(parts[0])) }
          // No such dataset: a model's own name may have a dot.
          return dataset.map { (String(parts[1]), $0.uuid) } ?? (name.name, nil)
        })
    }
  }

  private static func kind(of name: CallArguments.Name) -> String {
    switch name.reference {
    case .workflow: name.alias.hasPrefix("play") ? "play" : "tool"
    default: name.reference.rawValue
    }
  }

  private static func only(
    _ matches: [Entry], _ name: CallArguments.Name, among entries: [Entry], _ kind: String,
    _ operation: Operation
  ) throws(CargoError) -> String {
    if matches.count == 1 {
      return name.reference == .workflow ? matches[0].workflow ?? matches[0].uuid : matches[0].uuid
    }
    if matches.count > 1 {
      let list = matches.map { "\($0.title) (\($0.uuid))" }.joined(separator: ", ")
      throw CargoError(
        .argument,
        "\(operation.name): the name '\(name.name)' stands for several \(kind)s: \(list)",
        operation: operation.name,
        hint: name.reference == .model
          ? "give the uuid, or the dataset too: \"default.\(name.name)\"" : "give the uuid")
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
            dataset: item["datasetUuid"]?.string, model: item["modelUuid"]?.string ?? "",
            names: names, title: names.last ?? uuid))
      }
      return .success(entries)
    } catch {
      return .failure(error)
    }
  }
}
