// cargo-platform.md §3.1–§3.3: actions, runs, batches.
extension OperationTable {
  static let actions: [Operation] = [
    row(
      "orchestration", "action.execute", "Runs one action on one record.",
      .post, "/orchestration/actions/execute",
      [
        .required(
          "action", .action, "The action: \"integration.action\", or an object with its kind."),
        .required("data", .object(), "The record: the action's inputs."),
      ], .execution, waits: .byDefault(.run), .pay),
    row(
      "orchestration", "action.execute_batch", "Runs one action on many records.",
      .post, "/orchestration/actions/execute-batch",
      or: "/orchestration/actions/executeBatch",
      [
        .required(
          "action", .action, "The action: \"integration.action\", or an object with its kind."),
        .required("records", .records, "The records, one run each."),
        .optional("webhook_url", .string, "Called when the batch ends."),
        .optional("webhook_secret", .string, "Signs the call of the webhook."),
      ], .batchExecution, waits: .byDefault(.batch), .pay),
    row(
      "orchestration", "action.get_output_schema",
      "Tells the JSON schema of an action's output; runs nothing.",
      .post, "/orchestration/actions/get-output-schema",
      [
        .required("action", .action, "The action."),
        .optional("data", .object(), "Inputs that the schema may depend on."),
      ], .unwrap("schema"), .read),
    row(
      "orchestration", "action.list", "Searches the actions that the workspace can run.",
      .get, "/orchestration/actions/list",
      [
        .optional("query", .string, "Words that must all occur."),
        .optional(
          "kind", .oneOf(["tool", "connector", "agent", "native"]), "Only actions of this kind."),
        .optional("integration_slug", .string, "Only actions of this integration."),
        .optional("limit", .integer(min: 1, max: 50), "The most results, 20 unless given."),
      ], .whole, .read),
  ]

  static let runs: [Operation] = [
    row(
      "orchestration", "run.create", "Starts one run of a tool, or of nodes given inline.",
      .post, "/orchestration/runs",
      [
        .required("data", .any, "The input record."),
        .optional("workflow_uuid", .uuid(.workflow), "The tool's workflow."),
        .optional("release_uuid", .uuid(), "A release other than the deployed one."),
        .optional("nodes", .nodes, "A node graph to run instead of a workflow's."),
      ], .run, waits: .onRequest(.run), .pay),
    row(
      "orchestration", "run.get", "Looks at a run: its state, steps and context.",
      .get, "/orchestration/runs/{uuid}", [handle("run")], .run, .read),
    row(
      "orchestration", "run.wait", "Waits for the end of a run.",
      .get, "/orchestration/runs/{uuid}", [handle("run")], .run, waits: .only(.run), .read),
    row(
      "orchestration", "run.list", "Lists the runs of a workflow.",
      .get, "/orchestration/runs/list", runFilters + [.limit, .offset], .unwrap("runs"), .read),
    row(
      "orchestration", "run.count", "Counts the runs of a workflow.",
      .get, "/orchestration/runs/count", runFilters, .unwrap("count"), .read),
    row(
      "orchestration", "run.cancel", "Cancels runs; finished ones stay as they are.",
      .post, "/orchestration/runs/cancel",
      [
        .required("workflow_uuid", .uuid(.workflow), "The workflow of the runs."),
        .required("uuids", .array(.uuid()), "The runs."),
      ], .whole, .write),
    row(
      "orchestration", "run.download", "Downloads the runs of a workflow.",
      .post, "/orchestration/runs/download", runFilters + [.limit, .offset], .rows, .read),
    row(
      "orchestration", "run.download_outputs", "Makes a file of what a node gave in each run.",
      .post, "/orchestration/runs/download-outputs",
      [
        .required("workflow_uuid", .uuid(.workflow), "The workflow."),
        .optional("batch_uuid", .uuid(), "Only the runs of this batch."),
        .optional("output_node_slug", .string, "The node whose output is wanted."),
        .optional("format", .oneOf(["csv", "json"]), "The file's format, csv unless given."),
      ], .unwrap("url"), .read),
    row(
      "orchestration", "run.get_metrics", "Counts executions and credits per node of a workflow.",
      .get, "/orchestration/runs/metrics", metricsFilters, .unwrap("runMetrics"), .read),
  ]

  static let batches: [Operation] = [
    row(
      "orchestration", "batch.create", "Starts one run for each of many records.",
      .post, "/orchestration/batches",
      [
        .required("data", .batchData, "The records, or where they come from, by its kind."),
        .optional("workflow_uuid", .uuid(.workflow), "The workflow of a play or tool."),
        .optional("release_uuid", .uuid(), "A release other than the deployed one."),
        .optional("nodes", .nodes, "A node graph to run instead of a workflow's."),
      ], .unwrap("batch"), waits: .onRequest(.batch), .pay),
    row(
      "orchestration", "batch.get", "Looks at a batch: its state and counts.",
      .get, "/orchestration/batches/{uuid}", [handle("batch")], .unwrap("batch"), .read),
    row(
      "orchestration", "batch.wait", "Waits for the end of a batch.",
      .get, "/orchestration/batches/{uuid}", [handle("batch")], .unwrap("batch"),
      waits: .only(.batch), .read),
    row(
      "orchestration", "batch.list", "Lists batches.",
      .get, "/orchestration/batches/list",
      [
        .optional("uuids", .array(.uuid()), "Only these batches."),
        .optional("workflow_uuids", .array(.uuid()), "Only batches of these workflows."),
        .optional("release_uuid", .uuid(), "Only batches of this release."),
        .optional("parent_batch_uuid", .uuid(), "Only children of this batch."),
        .optional("parent_run_uuid", .uuid(), "Only children of this run."),
        .optional("parent_node_uuid", .uuid(), "Only children of this node."),
        .optional("statuses", .statuses, "Only batches in one of these states."),
        .limit, .offset,
      ], .unwrap("batches"), .read),
    row(
      "orchestration", "batch.cancel", "Cancels a batch; finished runs keep their result.",
      .post, "/orchestration/batches/{uuid}/cancel", [handle("batch")], .whole, .write),
    row(
      "orchestration", "batch.download", "Downloads what a node gave for each record of a batch.",
      .post, "/orchestration/batches/{uuid}/download",
      [
        .uuid("The batch."),
        .required("output_node_slug", .string, "The node whose output is wanted."),
      ], .rows, .read),
  ]

  /// What `run.wait` and its like look at.
  static func handle(_ what: String) -> Parameter {
    .required("uuid", .handle, "The \(what), or its uuid.", aliases: [what])
  }

  private static let runFilters: [Parameter] = [
    .required("workflow_uuid", .uuid(.workflow), "The workflow of a play or tool."),
    .optional("statuses", .statuses, "Only runs in one of these states."),
    .optional("batch_uuid", .uuid(), "Only the runs of this batch."),
    .optional("release_uuid", .uuid(), "Only the runs of this release."),
    .optional("record_id", .string, "Only the runs of this record."),
    .optional("record_title", .string, "Only the runs of records with this title."),
    .optional("is_finished", .boolean, "Only finished runs, or only unfinished ones."),
    .createdAfter, .createdBefore,
  ]

  static let metricsFilters: [Parameter] = [
    .required("workflow_uuid", .uuid(.workflow), "The workflow of a play or tool."),
    .optional("release_uuid", .uuid(), "Only this release."),
    .optional("batch_uuid", .uuid(), "Only this batch."),
    .createdAfter, .createdBefore,
  ]
}
