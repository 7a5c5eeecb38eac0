import CargoClient

@testable import LocalWorkspace

/// Graphs for tests, as JSON: nodes are named by their slugs, from which their uuids follow.
enum GraphText {
  static func uuid(_ slug: String) -> String { Identifier.named("node of a test " + slug) }

  static func graph(_ nodes: String...) -> String { "[" + nodes.joined(separator: ",") + "]" }

  static func node(
    _ slug: String, _ action: String, _ config: String = "{}", to children: String...,
    also: String = ""
  ) -> String {
    text(slug, #""kind":"native","actionSlug":"\#(action)""#, config, children, also)
  }

  /// A connector's action: `waterfall.verifyEmail`.
  static func action(
    _ slug: String, _ name: String, _ config: String = "{}", to children: String...,
    also: String = ""
  ) -> String {
    let parts = name.split(separator: ".")
    return text(
      slug,
      #""kind":"connector","integrationSlug":"\#(parts[0])","actionSlug":"\#(parts[1])""#, config,
      children, also)
  }

  private static func text(
    _ slug: String, _ kind: String, _ config: String, _ children: [String], _ also: String
  ) -> String {
    let children = children.map { "\"\(uuid($0))\"" }.joined(separator: ",")
    let fallback = also.contains("fallbackOnFailure") ? "" : #","fallbackOnFailure":false"#
    return """
      {"uuid":"\(uuid(slug))","slug":"\(slug)",\(kind),"config":\(config),\
      "childrenUuids":[\(children)],"position":{"x":0,"y":0}\(fallback)\
      \(also.isEmpty ? "" : "," + also)}
      """
  }

  static func start(to child: String) -> String { node("start", "start", to: child) }

  /// An end node that gives the variables, names and values in turn, of type any.
  static func end(_ slug: String = "end", _ variables: (String, String)...) -> String {
    let list = variables.map { #"{"name":"\#($0.0)","type":"any","value":\#($0.1)}"# }
    return node(slug, "end", #"{"variables":[\#(list.joined(separator: ","))]}"#)
  }

  /// `{{code}}` as an expression object.
  static func template(_ text: String) -> String {
    let quoted = JSONValue.string(text).text(asJSON: true)
    return
      #"{"kind":"templateExpression","expression":\#(quoted),"instructTo":"none","fromRecipe":false}"#
  }

  /// The nodes of vector V5.
  static let v5 = """
    [{"uuid":"d1d1d1d1-d1d1-4d1d-ad1d-d1d1d1d1d1d1","slug":"start","kind":"native",\
    "actionSlug":"start","config":{},"childrenUuids":["d2d2d2d2-d2d2-4d2d-ad2d-d2d2d2d2d2d2"],\
    "fallbackOnFailure":false,"position":{"x":0,"y":0}},\
    {"uuid":"d2d2d2d2-d2d2-4d2d-ad2d-d2d2d2d2d2d2","slug":"check_size","kind":"native",\
    "actionSlug":"branch","config":{"condition":{"kind":"templateExpression",\
    "expression":"{{nodes.start.employee_count > 100}}","instructTo":"none","fromRecipe":false}},\
    "childrenUuids":["d3d3d3d3-d3d3-4d3d-ad3d-d3d3d3d3d3d3",\
    "d4d4d4d4-d4d4-4d4d-ad4d-d4d4d4d4d4d4"],"fallbackOnFailure":false,\
    "position":{"x":0,"y":166}},\
    {"uuid":"d3d3d3d3-d3d3-4d3d-ad3d-d3d3d3d3d3d3","slug":"end","kind":"native",\
    "actionSlug":"end","config":{"variables":[{"name":"big","type":"boolean","value":true},\
    {"name":"host","type":"string","value":{"kind":"templateExpression",\
    "expression":"https://{{nodes.start.domain}}","instructTo":"none","fromRecipe":false}}]},\
    "childrenUuids":[],"fallbackOnFailure":false,"position":{"x":-200,"y":332}},\
    {"uuid":"d4d4d4d4-d4d4-4d4d-ad4d-d4d4d4d4d4d4","slug":"skip","kind":"native",\
    "actionSlug":"end","config":{"variables":[{"name":"status","type":"string",\
    "value":"skipped_too_small"}]},"childrenUuids":[],"fallbackOnFailure":false,\
    "position":{"x":200,"y":332}}]
    """
}

extension JSONValue {
  func text(asJSON: Bool) -> String {
    (try? canonicalBytes()).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}
