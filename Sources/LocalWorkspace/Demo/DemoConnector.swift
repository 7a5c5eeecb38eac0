import CargoClient

/// Answers the actions of one demo integration from the bundled companies and the invented people.
///
/// What an action answers depends on the action and the normalised input alone; how long it takes and
/// whether it fails, on the seed as well, and on how often the same question has failed before: a second
/// try has a chance of its own, whoever makes it.
final class DemoConnector: Connector {
  let integration: Integration
  private let loop: EventLoop
  private let behaviour: DemoBehaviour
  /// How often questions have failed, by their hash.
  private var failures: [UInt64: Int] = [:]

  init(integration: Integration, loop: EventLoop, behaviour: DemoBehaviour) {
    self.integration = integration
    self.loop = loop
    self.behaviour = behaviour
  }

  func execute(
    _ call: ConnectorCall, completion: @escaping (Result<ConnectorAnswer, ConnectorFailure>) -> Void
  ) {
    let behaviour = behaviour(of: call)
    var chance = StableHash.of("behaviour", integration.slug, call.action)
    chance.add(call.data)
    let question = chance.value
    chance.add(failures[question, default: 0] + 1)
    chance.add(Int(truncatingIfNeeded: behaviour.seed))
    let result = result(of: call, behaviour: behaviour, chance: chance)
    if case .failure(let failure) = result, failure.isRetryable {
      failures[question, default: 0] += 1
    }
    chance.add("latency")
    // A third more or less, so that answers do not come in step.
    let milliseconds = behaviour.latencyMilliseconds * (2 + 2 * chance.fraction) / 3
    loop.schedule(after: milliseconds / 1_000) { completion(result) }
  }

  private func result(
    of call: ConnectorCall, behaviour: DemoBehaviour, chance: StableHash
  ) -> Result<ConnectorAnswer, ConnectorFailure> {
    let fraction = chance.fraction
    if fraction < behaviour.throttleRate {
      return .failure(
        ConnectorFailure(
          "\(integration.name) answered 429: too many requests", isRetryable: true))
    }
    if fraction < behaviour.throttleRate + behaviour.errorRate {
      return .failure(
        ConnectorFailure("\(integration.name) answered 503: try again later", isRetryable: true))
    }
    guard let action = DemoCatalogue.shared.actions[integration.slug + "." + call.action] else {
      return .failure(
        ConnectorFailure(
          "\(integration.name) has no action \(call.action)", isRetryable: false))
    }
    guard let document = try? JSONDocument(call.data) else {
      return .failure(ConnectorFailure("the input is no JSON object", isRetryable: false))
    }
    return .success(DemoAnswers.answer(action, DemoInput(document.root)))
  }

  /// A connector's `config` may set its own latency and failures.
  private func behaviour(of call: ConnectorCall) -> DemoBehaviour {
    guard let config = call.config, let document = try? JSONDocument(config),
      let settings = document.root["demo"]
    else { return behaviour }
    var own = behaviour
    if let number = settings["latency_ms"]?.double { own.latencyMilliseconds = max(number, 0) }
    if let number = settings["error_rate"]?.double { own.errorRate = min(max(number, 0), 1) }
    if let number = settings["throttle_rate"]?.double { own.throttleRate = min(max(number, 0), 1) }
    if let number = settings["seed"]?.integer { own.seed = UInt64(bitPattern: number) }
    return own
  }
}

/// The input of a demo action, whatever the provider calls its fields.
struct DemoInput {
  private let root: JSONView

  init(_ root: JSONView) { self.root = root }

  /// The first of these fields that has text.
  func text(_ keys: String...) -> String? {
    for key in keys {
      if let text = root[key]?.string, !text.isEmpty { return text }
    }
    return nil
  }

  func number(_ key: String) -> Int64? { root[key]?.integer }

  /// The texts of a list, or a single text, folded.
  func words(_ key: String) -> [String] {
    if let text = root[key]?.string { return [CompanyName.folded(text)] }
    return (root[key]?.array).map { $0.compactMap { $0.string.map(CompanyName.folded) } } ?? []
  }

  /// How many records are wanted: 10 unless said, 100 at most.
  var limit: Int { Int(min(max(number("limit") ?? 10, 0), 100)) }
  var offset: Int { Int(min(max(number("offset") ?? 0, 0), 1_000_000)) }

  /// The company asked about: by domain, else by name.
  func company(nameKeys: [String] = ["companyName", "company", "name", "query"]) -> Company? {
    if let domain = text("domain", "website", "companyDomain"),
      let company = CompanyData.shared.withDomain(domain)
    {
      return company
    }
    for key in nameKeys {
      if let name = text(key), let company = CompanyData.shared.named(name) { return company }
    }
    return nil
  }

  /// The person asked about: by address, profile, or name and company.
  func contact() -> Contact? {
    let people = ContactData.shared
    if let email = text("email"), let contact = people.withEmail(email) { return contact }
    if let url = text("linkedinUrl", "url"), let contact = people.withLinkedinURL(url) {
      return contact
    }
    guard let name = personName, let company = company(nameKeys: ["companyName", "company"]) else {
      return nil
    }
    let wanted = CompanyName.folded(name)
    return people.people(at: company).first { CompanyName.folded($0.fullName) == wanted }
  }

  private var personName: String? {
    if let first = text("firstName"), let last = text("lastName") { return first + " " + last }
    return text("fullName", "name")
  }
}
