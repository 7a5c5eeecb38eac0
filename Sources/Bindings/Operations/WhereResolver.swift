internal import CargoClient

/// Understands the filters of a call that were made with `where`, before it leaves: the columns of the
/// models in them are fetched once per run, names become uuids.
final class WhereResolver {
  private let handler: any CallHandler
  private let names: NameResolver
  private var models: [String: FilterCatalog.Model] = [:]

  init(handler: any CallHandler, names: NameResolver) {
    self.handler = handler
    self.names = names
  }

  typealias Completion = (Result<CallArguments, CargoError>) -> Void

  /// Replaces the expressions in `arguments`, whose names are uuids already; the completion may be called
  /// at once.
  func resolve(
    _ arguments: CallArguments, _ binding: OperationBinding, completion: @escaping Completion
  ) {
    guard !arguments.expressions.isEmpty else { return completion(.success(arguments)) }
    let job = Job(arguments, binding, self, completion)
    job.start()
  }

  /// One call's expressions.
  private final class Job {
    private var arguments: CallArguments
    private let binding: OperationBinding
    private let resolver: WhereResolver
    private let completion: Completion
    private var found: [(expression: WhereExpression, model: String)] = []
    private var references: [FilterCatalog.Reference] = []
    private var catalog = FilterCatalog()
    /// The models that this call has asked for: one that came from an earlier call may have changed.
    private var fetched: Set<String> = []

    init(
      _ arguments: CallArguments, _ binding: OperationBinding, _ resolver: WhereResolver,
      _ completion: @escaping Completion
    ) {
      self.arguments = arguments
      self.binding = binding
      self.resolver = resolver
      self.completion = completion
    }

    func start() {
      if let model = arguments.uuid("modelUuid", binding) { return collect(model: model) }
      // A segment's own model, where the call names only the segment.
      guard binding.operation.name == "segment.update",
        let segment = arguments.uuid("uuid", binding),
        let operation = OperationTable.named("segment.get")
      else { return collect(model: nil) }
      resolver.ask(operation, ["uuid": .string(segment)]) { [self] result in
        switch result {
        case .failure(let error): fail(error)
        case .success(let answer): collect(model: answer["segment"]?["modelUuid"]?.string)
        }
      }
    }

    private func collect(model: String?) {
      do throws(CargoError) {
        for position in arguments.expressions {
          guard let index = arguments.values.firstIndex(where: { $0.field == position }) else {
            continue
          }
          let value = try JSONValue(arguments.values[index].json, kind: .argument)
          _ = try replaced(value, model: model) { expression, model throws(CargoError) in
            found.append((expression, model))
            return .null
          }
        }
        var all: Set<FilterCatalog.Reference> = []
        for (expression, model) in found {
          all.formUnion(expression.references)
          all.insert(.init(.model, model))
        }
        references = all.sorted { ($0.kind.rawValue, $0.name) < ($1.kind.rawValue, $1.name) }
        next()
      } catch {
        fail(error)
      }
    }

    /// Resolves what is left, one after the other; most expressions name one model.
    private func next() {
      guard let reference = references.popLast() else { return build() }
      let name = CallArguments.Name(
        field: -1, reference: reference.kind, name: reference.name, alias: reference.alias)
      resolver.names.find(name, binding.operation) { [self] result in
        switch result {
        case .failure(let error): fail(error)
        case .success(let uuid):
          catalog.uuids[reference] = uuid
          guard reference.kind == .model else { return next() }
          loadModel(uuid) { [self] in next() }
        }
      }
    }

    private func loadModel(_ uuid: String, then go: @escaping () -> Void) {
      if let model = resolver.models[uuid] {
        catalog.models[uuid] = model
        return go()
      }
      guard let operation = OperationTable.named("model.get") else { return }
      fetched.insert(uuid)
      resolver.ask(operation, ["uuid": .string(uuid)]) { [self] result in
        switch result {
        case .failure(let error): fail(error)
        case .success(let answer):
          let model = FilterCatalog.Model(answer["model"] ?? answer, uuid: uuid)
          resolver.models[uuid] = model
          catalog.models[uuid] = model
          go()
        }
      }
    }

    private func build() {
      do throws(CargoError) {
        var result = arguments
        var expressions = found.makeIterator()
        for position in arguments.expressions {
          guard let index = result.values.firstIndex(where: { $0.field == position }) else {
            continue
          }
          let value = try JSONValue(result.values[index].json, kind: .argument)
          let filter = try replaced(value, model: "") { _, _ throws(CargoError) in
            guard let (expression, model) = expressions.next() else { return .null }
            return try expression.filter(
              model: catalog.uuids[.init(.model, model)] ?? model, catalog: catalog)
          }
          result.values[index].json = try filter.canonicalBytes()
        }
        result.expressions = []
        completion(.success(result))
      } catch {
        if error.code == "columnNotFound",
          let old = catalog.models.keys.first(where: { !fetched.contains($0) })
        {
          // The recipe may have added the column since the model was looked at.
          resolver.models[old] = nil
          return loadModel(old) { [self] in build() }
        }
        fail(error)
      }
    }

    private func fail(_ error: CargoError) {
      var error = error
      if error.operation == nil {
        error.operation = binding.operation.name
        error.message = "\(binding.operation.name): \(error.message)"
      }
      completion(.failure(error))
    }

    /// The value with each expression in it replaced. A model named beside an expression (`data` of a
    /// batch) is that expression's.
    private func replaced(
      _ value: JSONValue, model: String?,
      _ replace: (WhereExpression, String) throws(CargoError) -> JSONValue
    ) throws(CargoError) -> JSONValue {
      if WhereExpression.isWhere(value) {
        let expression = try WhereExpression(value)
        guard let model else {
          throw CargoError(
            .argument, "a filter made with where needs the model it is about",
            hint: "say model_uuid beside it")
        }
        return try replace(expression, model)
      }
      switch value {
      case .object(let object):
        let model = object["modelUuid"]?.string ?? model
        var result = JSONObject()
        for (key, member) in object { result[key] = try replaced(member, model: model, replace) }
        return .object(result)
      case .array(let elements):
        var result: [JSONValue] = []
        for element in elements { result.append(try replaced(element, model: model, replace)) }
        return .array(result)
      default: return value
      }
    }
  }

  private func ask(
    _ operation: Operation, _ arguments: JSONValue,
    completion: @escaping (Result<JSONValue, CargoError>) -> Void
  ) {
    do throws(CargoError) {
      let call = OperationCall(
        operation: operation, arguments: try arguments.canonicalBytes(), waits: false)
      handler.handle(call) { result in
        completion(
          result.flatMap { answer in
            do throws(CargoError) { return .success(try JSONValue(answer.body)) } catch {
              return .failure(error)
            }
          })
      }
    } catch {
      completion(.failure(error))
    }
  }
}

extension FilterCatalog.Model {
  /// A model as `model.get` answers it.
  fileprivate init(_ value: JSONValue, uuid: String) {
    var columns: [String: String] = [:]
    for key in ["columns", "additionalColumns"] {
      for column in value[key]?.array ?? [] {
        guard let slug = column["slug"]?.string else { continue }
        columns[slug] = column["type"]?.string ?? "any"
      }
    }
    self.init(uuid: uuid, slug: value["slug"]?.string ?? uuid, columns: columns)
  }
}
