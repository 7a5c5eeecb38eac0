// cargo-platform.md §3.4, §3.5, §7.4, §9.1: what runs leave behind, and the graphs they run.
extension OperationTable {
  static let records: [Operation] = [
    row(
      "orchestration", "record.list", "Lists the records that a workflow has worked on.",
      .get, "/orchestration/records/list", recordFilters + [.limit, .offset], .whole, .read),
    row(
      "orchestration", "record.count", "Counts the records that a workflow has worked on.",
      .get, "/orchestration/records/count", recordFilters, .unwrap("count"), .read),
    row(
      "orchestration", "record.download", "Makes a file of the records of a workflow.",
      .post, "/orchestration/records/download", recordFilters + [.limit, .offset],
      .unwrap("url"), .read),
    row(
      "orchestration", "record.download_outputs",
      "Makes a file of what a node gave for each record.",
      .post, "/orchestration/records/download-outputs",
      [
        .required("workflow_uuid", .uuid(.workflow), "The workflow of a play or tool."),
        .required("output_node_slug", .string, "The node whose output is wanted."),
        .optional("format", .oneOf(["csv", "json"]), "The file's format, csv unless given."),
        .optional("ids", .array(.string), "Only these records."),
        .optional("title", .string, "Only records with this title."),
        .optional("release_uuid", .uuid(), "Only this release."),
        .optional("batch_uuid", .uuid(), "Only this batch."),
        .optional("statuses", .statuses, "Only records in one of these states."),
        .optional("parent_batch_uuid", .uuid(), "Only children of this batch."),
        .optional("parent_run_uuid", .uuid(), "Only children of this run."),
        .optional("parent_node_uuid", .uuid(), "Only children of this node."),
        .optional("is_group_parent", .boolean, "Only records whose run has a group, or without."),
        .optional("executions_filter", .object(), "Only records with such executions."),
        .createdAfter, .createdBefore,
      ], .unwrap("url"), .read),
    row(
      "orchestration", "record.get_metrics", "Counts record states and credits per node.",
      .get, "/orchestration/records/metrics", metricsFilters, .unwrap("recordMetrics"), .read),
    row(
      "orchestration", "record.cancel", "Cancels the work on records.",
      .post, "/orchestration/records/cancel",
      [
        .required("workflow_uuid", .uuid(.workflow), "The workflow of a play or tool."),
        .required("ids", .array(.string), "The records."),
      ], .whole, .write),
  ]

  private static let recordFilters: [Parameter] = [
    .required("workflow_uuid", .uuid(.workflow), "The workflow of a play or tool."),
    .optional("batch_uuid", .uuid(), "Only the records of this batch."),
    .optional("release_uuid", .uuid(), "Only the records of this release."),
    .optional("statuses", .statuses, "Only records in one of these states."),
  ]

  static let nodes: [Operation] = [
    row(
      "orchestration", "node.validate", "Checks a node graph and names every wrong node.",
      .post, "/orchestration/nodes/validate", [.required("nodes", .nodes, "The graph.")], .whole,
      .read),
    row(
      "orchestration", "node.compute", "Resolves the expressions of a node; runs nothing.",
      .post, "/orchestration/nodes/compute",
      [
        .required("node", .node, "The node."),
        .required("context", .context, "Outputs of earlier nodes: {nodes = {slug = …}}."),
        .optional("group_context", .context, "The same of the run around a group."),
      ], .whole, .read),
    row(
      "orchestration", "node.execute", "Runs one node for real.",
      .post, "/orchestration/nodes/execute",
      [
        .required("workflow_uuid", .uuid(.workflow), "The workflow the node belongs to."),
        .required("release_uuid", .uuid(), "The release the node belongs to."),
        .required("node", .node, "The node."),
        .required("computed_config", .object(), "Its resolved config, as node.compute gives it."),
        .required("context", .context, "Outputs of earlier nodes: {nodes = {slug = …}}."),
        .optional("group_context", .context, "The same of the run around a group."),
      ], .whole, .pay),
  ]

  static let plays: [Operation] = [
    row(
      "orchestration", "play.list", "Lists the plays.", .get, "/orchestration/plays/list",
      [.optional("folder_uuid", .uuid(), "Only plays in this folder.")], .unwrap("plays"), .read),
    row(
      "orchestration", "play.get", "Looks at a play.", .get, "/orchestration/plays/{uuid}",
      [.uuid("The play.", .play)], .unwrap("play"), .read),
    row(
      "orchestration", "play.create", "Makes a play, with its workflow and its own segment.",
      .post, "/orchestration/plays",
      [
        .required("name", .string, "Its name."),
        .required("model_uuid", .uuid(.model), "The model it reacts to."),
        .required(
          "change_kinds", .array(.oneOf(["added", "updated", "removed"])), "What it reacts to."),
        .required(
          "run_creation_rule", .string, "When a record gets a run, such as \"always\".",
          default: "\"always\""),
      ] + playSettings, .unwrap("play"), .write),
    row(
      "orchestration", "play.update", "Changes a play.", .put, "/orchestration/plays/{uuid}",
      [
        .uuid("The play.", .play), .optional("name", .string, "Its name."),
        .optional(
          "change_kinds", .array(.oneOf(["added", "updated", "removed"])), "What it reacts to."),
        .optional("run_creation_rule", .string, "When a record gets a run."),
        .optional("is_enabled", .boolean, "Whether it reacts at all."),
        .optional("health_threshold", .number(min: 0, max: 100), "Success in percent it needs."),
      ] + playSettings, .unwrap("play"), .write),
    row(
      "orchestration", "play.remove", "Removes a play.", .delete, "/orchestration/plays/{uuid}",
      [.uuid("The play.", .play)], .whole, .write),
  ]

  private static let playSettings: [Parameter] = [
    .optional("filter", .filter, "The records it watches.", nullable: true),
    .optional("description", .string, "What it is for.", nullable: true),
    .optional("sort", .sort, "The order it takes records in.", nullable: true),
    .optional("limit", .integer(min: 0), "The most records.", nullable: true),
    .optional(
      "tracking_column_slugs", .array(.string), "Columns whose change counts.", nullable: true),
    .optional(
      "schedule", .object(), "{type = \"cron\", cron = …} or {type = \"watch\"}.", nullable: true),
    .optional("folder_uuid", .uuid(), "The folder it lies in.", nullable: true),
  ]

  static let tools: [Operation] = [
    row(
      "orchestration", "tool.list", "Lists the tools.", .get, "/orchestration/tools/list",
      [.optional("folder_uuid", .uuid(), "Only tools in this folder.")], .unwrap("tools"), .read),
    row(
      "orchestration", "tool.get", "Looks at a tool.", .get, "/orchestration/tools/{uuid}",
      [.uuid("The tool.", .tool)], .unwrap("tool"), .read),
    row(
      "orchestration", "tool.create", "Makes a tool, with its workflow.",
      .post, "/orchestration/tools",
      [
        .required("name", .string, "Its name."),
        .required(
          "icon", .object(), "{kind, data}.", default: #"{"data":"🔧","kind":"emoji"}"#),
        .optional("description", .string, "What it is for.", nullable: true),
        .optional("folder_uuid", .uuid(), "The folder it lies in.", nullable: true),
      ], .unwrap("tool"), .write),
    row(
      "orchestration", "tool.update", "Changes a tool.", .put, "/orchestration/tools/{uuid}",
      [
        .uuid("The tool.", .tool), .optional("name", .string, "Its name."),
        .optional("icon", .object(), "{kind, data}."),
        .optional("description", .string, "What it is for.", nullable: true),
        .optional("triggers", .array(.object()), "What starts it by itself."),
        .optional("folder_uuid", .uuid(), "The folder it lies in.", nullable: true),
      ], .unwrap("tool"), .write),
    row(
      "orchestration", "tool.remove", "Removes a tool.", .delete, "/orchestration/tools/{uuid}",
      [.uuid("The tool.", .tool)], .whole, .write),
  ]

  static let workflows: [Operation] = [
    row(
      "orchestration", "workflow.list", "Lists the workflows behind plays and tools.",
      .get, "/orchestration/workflows/list", [], .unwrap("workflows"), .read),
    row(
      "orchestration", "workflow.get", "Looks at a workflow and its deployed release.",
      .get, "/orchestration/workflows/{uuid}",
      [.required("uuid", .uuid(.workflow), "The workflow.")], .unwrap("workflow"), .read),
    row(
      "orchestration", "template.list", "Lists blueprints of node graphs.",
      .get, "/orchestration/templates/list", [], .unwrap("templates"), .read),
    row(
      "orchestration", "template.get", "Gets a blueprint with its nodes.",
      .get, "/orchestration/templates/{slug}", [.required("slug", .string, "The template.")],
      .unwrap("template"), .read),
  ]

  static let releases: [Operation] = [
    row(
      "orchestration", "release.list", "Lists the releases of a workflow.",
      .get, "/orchestration/releases/list",
      [.optional("workflow_uuid", .uuid(.workflow), "The workflow."), .limit, .offset],
      .unwrap("releases"), .read),
    row(
      "orchestration", "release.get", "Gets a release with its nodes.",
      .get, "/orchestration/releases/{uuid}", [.uuid("The release.")], .unwrap("release"), .read),
    row(
      "orchestration", "release.get_deployed", "Gets the release that runs use.",
      .get, "/orchestration/releases/getDeployed",
      [.required("workflow_uuid", .uuid(.workflow), "The workflow.")], .unwrap("release"), .read),
    row(
      "orchestration", "draft_release.get", "Gets the release that is being edited.",
      .get, "/orchestration/releases/getDraft",
      [.required("workflow_uuid", .uuid(.workflow), "The workflow.")], .unwrap("release"), .read),
    row(
      "orchestration", "draft_release.update", "Changes the release that is being edited.",
      .put, "/orchestration/releases/updateDraft",
      [
        .required("workflow_uuid", .uuid(.workflow), "The workflow."),
        .required("nodes", .nodes, "The graph."),
        .optional("parent_uuid", .uuid(), "The release it comes from."),
        .optional("test_records", .array(.object()), "Records to try it on."),
        .optional("form_fields", .formFields, "The tool's inputs.", nullable: true),
        .optional("options", .object(), "Connectors and models by integration."),
      ], .unwrap("release"), .write),
    row(
      "orchestration", "draft_release.deploy", "Makes the draft the release that runs use.",
      .post, "/orchestration/releases/deployDraft",
      [
        .required("workflow_uuid", .uuid(.workflow), "The workflow."),
        .required("nodes", .nodes, "The graph."),
        .required("form_fields", .formFields, "The tool's inputs.", nullable: true),
        .optional("description", .string, "What has changed."),
        .optional("version", .string, "A number of its own; the server counts unless given."),
        .optional("options", .object(), "Connectors and models by integration."),
      ], .unwrap("release"), .write),
    row(
      "orchestration", "trace.list", "Lists traces of executions.",
      .post, "/orchestration/traces/list", [], .whole, .read),
    row(
      "orchestration", "orchestration.query", full: "orchestration.query.execute",
      "Asks the history of runs in SQL.", .post, "/orchestration/queries/execute",
      [.required("query", .string, "One SELECT over spans, runs, batches, records.")],
      .unwrap("rows"), .read),
  ]
}
