public import CargoClient

/// Prices of actions as the workspace's integrations publish them, each integration fetched once per
/// run.
///
/// Bound to the loop's thread.
public final class PriceBook: Pricing {
  /// The outcome of asking for a price.
  public typealias Answer = Result<ActionPrice, CargoError>

  private typealias Catalogue = [String: ActionPrice]

  private enum Entry {
    case loading([(Result<Catalogue, CargoError>) -> Void])
    case loaded(Catalogue)
  }

  /// Built-in actions that ask a language model: what they cost hangs on the answer.
  private static let askModels: Set<String> = ["agent", "modelAsk", "fileSearch"]

  private let source: any CallHandler
  private var entries: [String: Entry] = [:]

  /// Makes a price book.
  ///
  /// - Parameter source: where `integration.get` is sent to, the waiter.
  public init(source: any CallHandler) {
    self.source = source
  }

  /// The price of an integration's action; from within when it is known already.
  ///
  /// - Parameter action: integration and action, `prospeo.findEmail`.
  public func price(of action: String, completion: @escaping (Answer) -> Void) {
    let parts = action.split(separator: ".", maxSplits: 1).map(String.init)
    guard parts.count == 2 else {
      completion(
        .failure(
          CargoError(
            .argument, "\(action) is no action of an integration",
            hint: "write integration.action, as in prospeo.findEmail")))
      return
    }
    catalogue(of: parts[0]) { result in
      completion(result.flatMap { PriceBook.find(parts[1], of: parts[0], in: $0) })
    }
  }

  /// Quotes a call by its operation and arguments.
  public func quote(
    _ call: OperationCall, completion: @escaping (Result<Quote, CargoError>) -> Void
  ) {
    switch Bill.of(call) {
    case .failure(let error): completion(.failure(error))
    case .success(.unbounded(let reason)): completion(.success(.unbounded(reason: reason)))
    case .success(.items(let items)): add(items[...], to: .zero, completion)
    }
  }

  /// Adds up what is to be paid, item by item.
  private func add(
    _ items: ArraySlice<Bill.Item>, to sum: Credits,
    _ completion: @escaping (Result<Quote, CargoError>) -> Void
  ) {
    guard let item = items.first else {
      completion(.success(.atMost(sum)))
      return
    }
    if item.integration.isEmpty {
      // Built in: logic is free.
      if PriceBook.askModels.contains(item.action) {
        completion(.success(.unbounded(reason: "it asks a language model")))
      } else {
        add(items.dropFirst(), to: sum, completion)
      }
      return
    }
    catalogue(of: item.integration) { [self] result in
      switch result.flatMap({ PriceBook.find(item.action, of: item.integration, in: $0) }) {
      case .failure(let error): completion(.failure(error))
      case .success(let price):
        if let worst = item.worst(price) {
          add(items.dropFirst(), to: sum + worst, completion)
        } else {
          completion(
            .success(
              .unbounded(reason: "it is paid by returned record, and its data gives no limit")))
        }
      }
    }
  }

  private func catalogue(
    of integration: String, completion: @escaping (Result<Catalogue, CargoError>) -> Void
  ) {
    switch entries[integration] {
    case .loaded(let catalogue): completion(.success(catalogue))
    case .loading(let waiting): entries[integration] = .loading(waiting + [completion])
    case nil:
      entries[integration] = .loading([completion])
      fetch(integration)
    }
  }

  private func fetch(_ integration: String) {
    guard let operation = OperationTable.named("integration.get") else { return }
    var arguments = JSONWriter()
    arguments.beginObject()
    arguments.key("slug")
    arguments.string(integration)
    arguments.endObject()
    let call = OperationCall(operation: operation, arguments: arguments.bytes, waits: false)
    source.handle(call) { [self] result in
      guard case .loading(let waiting) = entries[integration] else { return }
      let catalogue = result.flatMap { answer in PriceBook.read(answer.body) }
      switch catalogue {
      case .success(let prices): entries[integration] = .loaded(prices)
      // Whoever asks next tries again.
      case .failure: entries[integration] = nil
      }
      for completion in waiting { completion(catalogue) }
    }
  }

  private static func find(
    _ action: String, of integration: String, in catalogue: Catalogue
  ) -> Answer {
    if let price = catalogue[action] { return .success(price) }
    return .failure(
      CargoError(
        .argument, "the integration \(integration) has no action \(action)",
        hint: NearestName.suggest(action, among: catalogue.keys).map {
          "did you mean \(integration).\($0)?"
        }))
  }

  /// Prices from the body of `integration.get`. An action without `credits` costs none: it runs on
  /// the workspace's own credentials.
  private static func read(_ body: [UInt8]) -> Result<Catalogue, CargoError> {
    do {
      let document = try JSONDocument(body)
      let root = document.root
      guard let actions = (root["integration"] ?? root)["actions"]?.object else {
        return .success([:])
      }
      var catalogue: Catalogue = [:]
      for (slug, action) in actions {
        var price = ActionPrice(perCall: .zero)
        guard let costs = action["credits"]?["costs"]?.array else {
          catalogue[slug] = price
          continue
        }
        for cost in costs {
          guard let amount = cost["cost"]?.double.flatMap({ Credits($0) }) else {
            return .failure(
              CargoError(.http, "the price of the action \(slug) is not a number of credits"))
          }
          if cost["type"]?.string == "unit" {
            price.perRecord += amount
          } else {
            price.perCall += amount
          }
        }
        catalogue[slug] = price
      }
      return .success(catalogue)
    } catch {
      return .failure(CargoError(.http, "the prices cannot be read: \(error.message)"))
    }
  }
}
