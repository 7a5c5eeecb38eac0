// cargo-platform.md §3.8.
extension OperationTable {
  static let connectors: [Operation] = [
    row(
      "connection", "connector.list", "Lists the connectors.",
      .get, "/connection/connectors/list",
      [.optional("integration_slug", .string, "Only connectors of this integration.")],
      .unwrap("connectors"), .read),
    row(
      "connection", "connector.get", "Looks at a connector.",
      .get, "/connection/connectors/{uuid}", [.uuid("The connector.", .connector)],
      .unwrap("connector"), .read),
    row(
      "connection", "connector.create", "Connects an integration.",
      .post, "/connection/connectors",
      [
        .required("name", .string, "Its name."),
        .required("slug", .string, "Its slug, in snake_case."),
        .required("integration_slug", .string, "The integration."),
        .optional("config", .object(), "Its credentials.", nullable: true),
        .optional("rate_limit", .object(), "{unit, max}.", nullable: true),
        .optional(
          "cache_ttl_milliseconds", .integer(min: 0), "How long answers are kept.",
          nullable: true),
      ], .whole, .write),
    row(
      "connection", "connector.update", "Changes a connector.",
      .put, "/connection/connectors/{uuid}",
      [
        .uuid("The connector.", .connector), .optional("name", .string, "Its name."),
        .optional("config", .object(), "Its credentials.", nullable: true),
        .optional("rate_limit", .object(), "{unit, max}.", nullable: true),
        .optional(
          "cache_ttl_milliseconds", .integer(min: 0), "How long answers are kept.",
          nullable: true),
      ], .unwrap("connector"), .write),
    row(
      "connection", "connector.remove", "Removes a connector that nothing uses.",
      .delete, "/connection/connectors/{uuid}", [.uuid("The connector.", .connector)], .whole,
      .write),
    row(
      "connection", "connector.exists_by_slug", "Tells whether a slug is taken.",
      .get, "/connection/connectors/existsBySlug", [.required("slug", .string, "The slug.")],
      .unwrap("exists"), .read),
    row(
      "connection", "connector.autocomplete", "Lists the values that a field may take.",
      .post, "/connection/connectors/{connectorUuid}/autocomplete",
      [
        .required("connector_uuid", .uuid(.connector), "The connector."),
        .required("slug", .string, "The autocomplete, as the field's uiSchema names it."),
        .required("params", .object(), "Values it depends on.", default: "{}"),
        .optional("value", .string, "What to search for."),
        .optional("refresh", .boolean, "Pass by the cache."),
      ], .unwrap("results"), .read),
  ]

  static let integrations: [Operation] = [
    row(
      "connection", "integration.list", "Lists integrations, their actions and prices.",
      .get, "/connection/integrations/list",
      [
        .optional("category", .string, "Only this category."),
        .optional("slug", .string, "Only this integration."),
        .optional("search", .string, "Words to search for."),
        .optional("has_actions", .boolean, "Only those with actions."),
        .optional("has_extractors", .boolean, "Only those with extractors."),
      ], .unwrap("integrations"), .read),
    row(
      "connection", "integration.get", "Looks at an integration, its actions and prices.",
      .get, "/connection/integrations/{slug}", [.required("slug", .string, "The integration.")],
      .unwrap("integration"), .read),
    row(
      "connection", "integration.get_documentation", "Gets an integration's documentation.",
      .get, "/connection/integrations/{slug}/documentation",
      [.required("slug", .string, "The integration.")], .text, .read),
    row(
      "connection", "native_integration.get", "Looks at the built-in actions.",
      .get, "/connection/nativeIntegration", [], .unwrap("nativeIntegration"), .read),
  ]
}
