import CargoClient

/// A service and the actions it offers, as `integration.get` shows them (`cargo-platform.md` §3.8).
public struct Integration: Sendable {
  /// Its slug.
  public var slug: String
  /// Its name.
  public var name: String
  /// What it is.
  public var summary: String
  /// Its category: enrichment, sales, marketing, …
  public var category: String
  /// How failed calls are tried again, unless the action says otherwise.
  public var retry: RetryPolicy
  /// How often it may be called, where known.
  public var rateLimit: RateLimit?
  /// Its actions, in the order they are shown.
  public var actions: [IntegrationAction]

  /// Describes an integration.
  public init(
    slug: String, name: String, summary: String = "", category: String = "custom",
    retry: RetryPolicy = RetryPolicy(), rateLimit: RateLimit? = nil, actions: [IntegrationAction]
  ) {
    self.slug = slug
    self.name = name
    self.summary = summary
    self.category = category
    self.retry = retry
    self.rateLimit = rateLimit
    self.actions = actions
  }
}

/// One action of an integration.
public struct IntegrationAction: Sendable {
  /// Its slug.
  public var slug: String
  /// Its name.
  public var name: String
  /// What it does.
  public var summary: String
  /// JSON schema of its input.
  public var inputSchema: [UInt8]
  /// JSON schema of its output, where known.
  public var outputSchema: [UInt8]?
  /// What it costs.
  public var price: Price

  /// Describes an action.
  public init(
    slug: String, name: String, summary: String = "", inputSchema: [UInt8],
    outputSchema: [UInt8]? = nil, price: Price = .free
  ) {
    self.slug = slug
    self.name = name
    self.summary = summary
    self.inputSchema = inputSchema
    self.outputSchema = outputSchema
    self.price = price
  }
}

// MARK: - As JSON

extension Integration {
  /// The value under `integration` in the answer of `integration.get`.
  ///
  /// Beyond the platform's own fields it has `retry` and `rateLimit`, and `onlyOnHit: true` in the
  /// cost of an action that is free when it finds nothing.
  var json: [UInt8] {
    var out = JSONWriter()
    out.beginObject()
    out.field("slug", slug)
    out.field("name", name)
    out.field("description", summary)
    out.field("category", category)
    out.key("icon")
    out.null()
    out.key("color")
    out.null()
    out.key("url")
    out.null()
    out.key("subCategories")
    out.raw("[]".utf8)
    out.key("documentationPath")
    out.null()
    out.key("connector")
    out.raw(#"{"config":{"jsonSchema":{"type":"object","properties":{}}}}"#.utf8)
    out.key("retry")
    retry.write(to: &out)
    out.key("rateLimit")
    RateLimit.write(rateLimit, to: &out)
    out.key("actions")
    out.beginObject()
    for action in actions {
      out.key(action.slug)
      action.write(category: category, to: &out)
    }
    out.endObject()
    out.key("extractors")
    out.raw("{}".utf8)
    out.key("dynamicSchemas")
    out.raw("{}".utf8)
    out.endObject()
    return out.bytes
  }

  /// Reads what `json` writes; nil when it is something else.
  init?(json: JSONView) {
    guard let slug = json["slug"]?.string, let actions = json["actions"]?.object else {
      return nil
    }
    self.init(
      slug: slug, name: json["name"]?.string ?? slug, summary: json["description"]?.string ?? "",
      category: json["category"]?.string ?? "custom",
      retry: RetryPolicy().overridden(by: json["retry"]),
      rateLimit: RateLimit(json: json["rateLimit"]),
      actions: actions.map { IntegrationAction(slug: $0.key, json: $0.value) })
  }
}

extension IntegrationAction {
  fileprivate func write(category: String, to out: inout JSONWriter) {
    out.beginObject()
    out.field("name", name)
    out.field("description", summary)
    out.field("category", category)
    out.key("icon")
    out.null()
    out.key("isSerialized")
    out.bool(false)
    out.key("config")
    out.beginObject()
    out.key("jsonSchema")
    out.raw(inputSchema)
    out.key("uiSchema")
    out.raw("{}".utf8)
    out.endObject()
    if let outputSchema {
      out.key("output")
      out.beginObject()
      out.key("schema")
      out.raw(outputSchema)
      out.endObject()
    }
    out.key("credits")
    out.beginObject()
    out.key("costs")
    out.beginArray()
    if price.microcredits > 0 { price.write(to: &out) }
    out.endArray()
    out.endObject()
    out.key("childrenCount")
    out.integer(0)
    out.endObject()
  }

  fileprivate init(slug: String, json: JSONView) {
    self.init(
      slug: slug, name: json["name"]?.string ?? slug, summary: json["description"]?.string ?? "",
      inputSchema: json["config"]?["jsonSchema"]?.bytes ?? Array("{}".utf8),
      outputSchema: json["output"]?["schema"]?.bytes,
      price: Price(json: json["credits"]?["costs"]?.array?.first { _ in true }))
  }
}

extension Price {
  func write(to out: inout JSONWriter) {
    out.beginObject()
    out.field("type", shape == .returned ? "unit" : "fixed")
    out.key("cost")
    out.number(Double(microcredits) / 1e6)
    if shape == .hit {
      out.key("onlyOnHit")
      out.bool(true)
    }
    out.endObject()
  }

  fileprivate init(json: JSONView?) {
    guard let json, let cost = json["cost"]?.double else {
      self = .free
      return
    }
    let isUnit = json["type"]?.string == "unit"
    self.init(isUnit ? .returned : json["onlyOnHit"]?.bool == true ? .hit : .call, credits: cost)
  }
}

extension RetryPolicy {
  fileprivate func write(to out: inout JSONWriter) {
    out.beginObject()
    out.key("maximumAttempts")
    out.integer(Int64(maximumAttempts))
    out.key("initialInterval")
    out.number(initialInterval)
    out.key("backoffCoefficient")
    out.number(backoffCoefficient)
    out.endObject()
  }
}

extension RateLimit {
  static func write(_ limit: RateLimit?, to out: inout JSONWriter) {
    guard let limit else { return out.null() }
    out.beginObject()
    out.field("unit", limit.unit.rawValue)
    out.key("max")
    out.integer(Int64(limit.max))
    out.endObject()
  }

  init?(json: JSONView?) {
    guard let unit = json?["unit"]?.string.flatMap({ Unit(rawValue: $0) }),
      let max = json?["max"]?.double, max >= 1
    else { return nil }
    self.init(unit: unit, max: Int(Swift.min(max, 1e9)))
  }
}
