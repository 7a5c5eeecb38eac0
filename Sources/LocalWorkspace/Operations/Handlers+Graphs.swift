import CargoClient
import SQLite

// Node graphs: `cargo-platform.md` §3.2, §3.3, §3.5, §5.
extension Handlers {
  static let graphs: [String: Handler] = [
    "run.create": .live { (request, workspace) throws(CargoError) in
      let arguments = try Arguments(request.arguments, for: request.operation)
      let graph = try graph(of: arguments, in: workspace).graph
      guard let data = arguments.root["data"] else {
        throw arguments.invalid("\"data\" is required")
      }
      let row = BatchRow(data)
      var record = RunRecord(
        uuid: row.uuid, status: .pending, input: row.input, createdAt: Timestamp.now())
      record.recordID = row.recordID
      record.recordTitle = row.title
      workspace.startRun(
        record, .graph(graph, parentNodes: nil, ceiling: request.ceiling), for: request)
    },
    "batch.create": .live { (request, workspace) throws(CargoError) in
      let arguments = try Arguments(request.arguments, for: request.operation)
      let source = try RecordSource(arguments)
      let (graph, nodes) = try graph(of: arguments, in: workspace)
      source.rows(in: workspace.store) { result in
        let rows: [BatchRow]
        do throws(CargoError) {
          rows = try result.get()
          if rows.isEmpty { throw CargoError.refused("noRecords", code: "noRecords") }
        } catch {
          return request.fail(error)
        }
        var batch = BatchRecord(createdAt: Timestamp.now(), runs: Int64(rows.count))
        batch.data = source.description
        batch.nodes = nodes
        workspace.startBatch(
          batch, rows, .graph(graph, parentNodes: nil, ceiling: request.ceiling), for: request)
      }
    },
    "node.validate": .live { (request, workspace) throws(CargoError) in
      let arguments = try Arguments(request.arguments, for: request.operation)
      guard let nodes = arguments["nodes"]?.array else {
        throw arguments.invalid("\"nodes\" is required")
      }
      let invalid = GraphValidation(nodes, in: workspace.catalogue).invalid
      workspace.loop.schedule(after: 0) {
        request.succeed(
          JSONWriter.object { out in
            if !invalid.isEmpty {
              out.key("invalidNodes")
              out.beginArray()
              for node in invalid { node.write(to: &out) }
              out.endArray()
            }
            out.field("outcome", invalid.isEmpty ? "valid" : "notValid")
          })
      }
    },
    "node.compute": .live { (request, workspace) throws(CargoError) in
      let arguments = try Arguments(request.arguments, for: request.operation)
      guard let node = arguments["node"], let context = arguments["context"] else {
        throw arguments.invalid("\"node\" and \"context\" are required")
      }
      let around = arguments["groupContext"]?["nodes"]?.bytes
      let variables = JSONWriter.object(capacity: 256) { out in
        out.field("nodes", json: context["nodes"]?.bytes ?? Array("{}".utf8))
        if let around { out.field("parentNodes", json: around) }
      }
      compute(
        NodeConfig(node["config"]), slug: node["slug"]?.string, variables: variables,
        request, workspace)
    },
    "expression.evaluate": .live { (request, workspace) throws(CargoError) in
      let arguments = try Arguments(request.arguments, for: request.operation)
      guard let expression = arguments["expression"] else {
        throw arguments.invalid("\"expression\" is required")
      }
      // A bare text is a template.
      let isText = expression.string != nil
      let object = JSONWriter.object { out in
        out.field("expression", json: expression.bytes)
        out.field("kind", "templateExpression")
      }
      guard isText || NodeConfig.expression(expression) != nil else {
        throw arguments.invalid("\"expression\" must be a text or {kind, expression}")
      }
      compute(
        NodeConfig(isText ? try JSONDocument(object).root : expression), slug: nil,
        variables: arguments["variables"]?.bytes ?? Array("{}".utf8), request, workspace)
    },
  ]

  /// Answers with a computed configuration.
  private static func compute(
    _ config: NodeConfig, slug: String?, variables: [UInt8], _ request: Request,
    _ workspace: OpenWorkspace
  ) {
    func finish(_ result: Result<[JSONValue?], NodeFailure>) {
      switch result.flatMap({ values in
        Result { try config.computed(values).canonicalBytes() }.mapError { NodeFailure("\($0)") }
      }) {
      case .success(let body): request.succeed(body)
      case .failure(let failure):
        let name = slug.map { $0 + ": " } ?? ""
        request.fail(CargoError.refused(name + failure.message, code: "expressionFailed"))
      }
    }
    if let field = config.instructed {
      workspace.loop.schedule(after: 0) { finish(.failure(.instruction(field))) }
    } else if config.expressions.isEmpty {
      workspace.loop.schedule(after: 0) { finish(.success([])) }
    } else {
      workspace.evaluate(config.expressions, variables: variables, completion: finish)
    }
  }

  /// The graph that a request brings and its JSON, after the refusals that come before it
  /// (`cargo-platform.md` §8, C1–C3).
  private static func graph(
    of arguments: Arguments, in workspace: OpenWorkspace
  ) throws(CargoError) -> (graph: Graph, nodes: [UInt8]) {
    if arguments["nodes"] != nil && arguments["releaseUuid"] != nil {
      throw CargoError.refused(
        "invalidReleaseOrCustomNodes", code: "invalidReleaseOrCustomNodes")
    }
    guard arguments["nodes"] != nil || arguments["workflowUuid"] != nil else {
      throw arguments.invalid("\"workflowUuid\" or \"nodes\" is required")
    }
    // There are no workflows yet, so none is known.
    guard arguments["workflowUuid"] == nil, let given = arguments["nodes"] else {
      throw CargoError.notFound("Workflow", code: "workflowNotFound")
    }
    // A document of their own: the request's may hold a hundred thousand records.
    let nodes = given.bytes
    guard let list = try JSONDocument(nodes, kind: .cargo).root.array else {
      throw arguments.invalid("\"nodes\" must be an array")
    }
    let validation = GraphValidation(list, in: workspace.catalogue)
    guard let graph = validation.graph else { throw refusal(of: validation.invalid) }
    return (graph, nodes)
  }

  private static func refusal(of invalid: [InvalidNode]) -> CargoError {
    let names = invalid.filter(\.preventsRun).flatMap(\.descriptions)
    let shown = names.prefix(5).joined(separator: ", ")
    let more = names.count > 5 ? " and \(names.count - 5) more" : ""
    let message = "the graph is not valid: \(shown)\(more)"
    var error = CargoError.refused(
      message, code: "nodesInvalid", hint: "node.validate tells what is wrong with each node")
    error.body = JSONWriter.object { out in
      out.field("errorMessage", message)
      out.key("invalidNodes")
      out.beginArray()
      for node in invalid { node.write(to: &out) }
      out.endArray()
      out.field("reason", "nodesInvalid")
    }
    return error
  }
}

/// Where the records of a batch come from (`cargo-platform.md` §3.3): given ones, or the lines of an
/// uploaded file.
struct RecordSource {
  private enum Kind {
    case records([BatchRow])
    case file(String)
  }

  private let kind: Kind
  /// What `batch.get` shows under `data`, without the records.
  let description: [UInt8]

  init(_ arguments: Arguments) throws(CargoError) {
    let kinds = ["segment", "change", "filter", "recordIds", "file", "records"]
    let data = arguments["data"]
    guard let name = data?["kind"]?.string, kinds.contains(name) else {
      throw arguments.invalid("\"data.kind\" must be one of \(kinds.joined(separator: ", "))")
    }
    switch name {
    case "records":
      guard let records = data?["records"]?.array else {
        throw arguments.invalid("\"data.records\" must be an array of objects")
      }
      var rows: [BatchRow] = []
      rows.reserveCapacity(records.count)
      for (position, record) in records.enumerated() {
        guard record.object != nil else {
          throw arguments.invalid(
            "\"data.records\" must be an array of objects (element \(position))")
        }
        rows.append(BatchRow(record))
      }
      kind = .records(rows)
      description = Array(#"{"kind":"records"}"#.utf8)
    case "file":
      guard let file = data?["s3Filename"]?.string else {
        throw arguments.invalid("\"data.s3Filename\" must be the name that file.upload gave")
      }
      kind = .file(file)
      description = JSONWriter.object { out in
        out.field("kind", "file")
        out.field("s3Filename", file)
      }
    default:
      // The others are for plays (§8, C2).
      throw CargoError.refused("invalidDataKind", code: "invalidDataKind")
    }
  }

  /// Reads the records; `completion` never comes from within.
  func rows(in store: Store, completion: @escaping (Result<[BatchRow], CargoError>) -> Void) {
    switch kind {
    case .records(let rows): store.read({ _ in rows }, completion: completion)
    case .file(let name):
      store.read(
        { connection in
          let content = try connection.first(
            "SELECT content FROM cargo_files WHERE name = ?", [.text(name)]
          ) { $0.withBlob(0) { Array($0) } }
          guard let content else { throw CargoError.notFound("File", code: "fileNotFound") }
          return try UploadedFile.records(in: content)
        }, completion: completion)
    }
  }
}
