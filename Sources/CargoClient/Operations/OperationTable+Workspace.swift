// cargo-platform.md §3.9–§3.11, §9.4.
extension OperationTable {
  static let systemsOfRecord: [Operation] = [
    row(
      "system_of_record", "sor.list", "Lists the systems of record.",
      .get, "/systemOfRecordIntegration/systemsOfRecord/list", [], .unwrap("systemsOfRecord"),
      .read),
    row(
      "system_of_record", "sor.query", full: "system_of_record.client.query",
      "Asks the system of record in its own SQL.",
      .post, "/systemOfRecordIntegration/clients/query", [warehouseQuery], .whole, .read),
    row(
      "system_of_record", "sor.fetch", full: "system_of_record.client.fetch",
      "Asks the system of record page by page.",
      .post, "/systemOfRecordIntegration/clients/fetch", [warehouseQuery, .limit, .offset],
      .whole, .read),
    row(
      "system_of_record", "sor.download", full: "system_of_record.client.download",
      "Makes a file of what the system of record answers.",
      .post, "/systemOfRecordIntegration/clients/download", [warehouseQuery], .unwrap("url"),
      .read),
    row(
      "system_of_record", "sor.get_documentation",
      full: "system_of_record.client.get_documentation", "Gets the notes on a SQL dialect.",
      .get, "/systemOfRecordIntegration/clients/documentation/{slug}",
      [.required("slug", .string, "The system, such as bigQuery.")], .text, .read),
  ]

  private static let warehouseQuery = Parameter.required(
    "query", .string, "A statement with the warehouse's own table names.")

  static let expressions: [Operation] = [
    row(
      "expression", "expression.evaluate", full: "expression.eval.evaluate",
      "Evaluates an expression as a node would.", .post, "/expression/eval/evaluate",
      [
        .required("expression", .any, "The expression."),
        .required("variables", .object(), "What it may name.", default: "{}"),
      ], .whole, .read)
  ]

  static let workspace: [Operation] = [
    row(
      "", "whoami", "Tells the user and the workspace.",
      .get, "/userManagement/users/current", [], .whole, .read),
    row(
      "workspace", "user.list", "Lists the users.", .get, "/workspaceManagement/users/list", [],
      .unwrap("users"), .read),
    row(
      "workspace", "user.get_current", "Looks at the user of the token.",
      .get, "/userManagement/users/current", [], .unwrap("user"), .read),
    row(
      "workspace", "user.create", "Invites a user.", .post, "/workspaceManagement/users",
      [
        .required("user_email", .string, "The address."),
        .required("role_slug", .string, "The role: admin, member."),
      ], .unwrap("user"), .write),
    row(
      "workspace", "user.update", "Gives a user another role.",
      .put, "/workspaceManagement/users/{userUuid}",
      [
        .required("user_uuid", .uuid(), "The user."),
        .required("role_slug", .string, "The role: admin, member."),
      ], .unwrap("user"), .write),
    row(
      "workspace", "user.remove", "Removes a user.",
      .delete, "/workspaceManagement/users/{userUuid}",
      [.required("user_uuid", .uuid(), "The user.")], .whole, .write),
    row(
      "workspace", "role.list", "Lists the roles.", .get, "/workspaceManagement/roles/list", [],
      .unwrap("roles"), .read),
    row(
      "workspace", "token.list", "Lists the tokens, without their secrets.",
      .get, "/workspaceManagement/tokens/list", [], .unwrap("tokens"), .read),
    row(
      "workspace", "token.create", "Makes a token; its secret is shown once.",
      .post, "/workspaceManagement/tokens",
      [
        .required("name", .string, "Its name."),
        .required(
          "permissions", .array(.object()), "What it may do; null for everything.",
          nullable: true),
      ], .unwrap("token"), .write),
    row(
      "workspace", "token.remove", "Revokes a token.",
      .delete, "/workspaceManagement/tokens/{uuid}", [.uuid("The token.")], .whole, .write),
    row(
      "workspace", "folder.list", "Lists the folders.",
      .get, "/workspaceManagement/folders/list",
      [.optional("kind", folderKind, "Only folders of this kind.")], .unwrap("folders"), .read),
    row(
      "workspace", "folder.get", "Looks at a folder.",
      .get, "/workspaceManagement/folders/{uuid}", [.uuid("The folder.")], .unwrap("folder"),
      .read),
    row(
      "workspace", "folder.create", "Makes a folder.", .post, "/workspaceManagement/folders",
      [
        .required("name", .string, "Its name."),
        .required("emoji_slug", .string, "Its sign.", default: "\"file_folder\""),
        .required("kind", folderKind, "What lies in it."),
        .optional("parent_uuid", .uuid(), "The folder around it.", nullable: true),
      ], .unwrap("folder"), .write),
    row(
      "workspace", "folder.update", "Changes a folder.",
      .put, "/workspaceManagement/folders/{uuid}",
      [
        .uuid("The folder."), .optional("name", .string, "Its name."),
        .optional("emoji_slug", .string, "Its sign."),
        .optional("parent_uuid", .uuid(), "The folder around it.", nullable: true),
      ], .unwrap("folder"), .write),
    row(
      "workspace", "folder.remove", "Removes an empty folder.",
      .delete, "/workspaceManagement/folders/{uuid}", [.uuid("The folder.")], .whole, .write),
  ]

  private static let folderKind = ParameterType.oneOf(["play", "tool", "agent", "file"])

  static let workspaceFiles: [Operation] = [
    row(
      "workspace", "file.upload", "Uploads a CSV file for a batch of kind file.",
      .post, "/workspaceManagement/files/upload",
      [Parameter("file_path", .string, "The file's path.", required: true, in: .file)], .whole,
      .write),
    row(
      "workspace", "file.list_columns", "Lists the columns of an uploaded file.",
      .get, "/workspaceManagement/files/listColumns",
      [
        Parameter(
          "s3_filename", .string, "The uploaded file.", wireName: "s3Filename", required: true)
      ],
      .unwrap("columns"), .read),
  ]

  static let billing: [Operation] = [
    row(
      "billing", "billing.usage", full: "billing.usage.get_metrics",
      "Counts what was used, day by day.", .get, "/billing/usage/metrics",
      [
        .required("from", .date, "The first day, YYYY-MM-DD."),
        .required("to", .date, "The last day, YYYY-MM-DD."),
        .optional("workflow_uuid", .uuid(.workflow), "Only this workflow."),
        .optional("model_uuid", .uuid(.model), "Only this model."),
        .optional("connector_uuid", .uuid(.connector), "Only this connector."),
        .optional("integration_slug", .string, "Only this integration."),
        .optional("slug", .string, "Only this kind of use."),
        .optional("agent_uuid", .uuid(.agent), "Only this agent."),
        .optional(
          "group_by",
          .oneOf([
            "workflow_uuid", "connector_uuid", "model_uuid", "integration_slug", "agent_uuid",
          ]),
          "What the counts are split by."),
        .optional(
          "unit", .oneOf(["billing.credits", "storage.records", "orchestration.executions"]),
          "What is counted; all units mixed unless given."),
      ], .unwrap("metrics"), .read),
    row(
      "billing", "billing.subscription", full: "billing.subscription.get",
      "Looks at the plan and the credits left.", .get, "/billing/subscription", [],
      .unwrap("subscription"), .read),
    row(
      "billing", "billing.invoices", full: "billing.subscription.get_invoices",
      "Lists the invoices.", .get, "/billing/subscription/invoices", [], .unwrap("invoices"),
      .read),
    row(
      "billing", "billing.credit_card", full: "billing.subscription.get_credit_card",
      "Looks at the card on file.", .get, "/billing/subscription/creditCard", [], .whole, .read),
    row(
      "billing", "billing.create_portal_session",
      full: "billing.subscription.create_portal_session",
      "Opens a session of the billing portal.", .post, "/billing/subscription/portalSession", [],
      .unwrap("portalSession"), .write),
  ]
}
