// cargo-platform.md §9.2–§9.5.
extension OperationTable {
  static let agents: [Operation] = [
    row(
      "ai", "agent.list", "Lists the agents.", .get, "/ai/agents/list",
      [.optional("folder_uuid", .uuid(), "Only agents in this folder.")], .unwrap("agents"),
      .read),
    row(
      "ai", "agent.get", "Looks at an agent and its deployed release.",
      .get, "/ai/agents/{uuid}", [.uuid("The agent.", .agent)], .unwrap("agent"), .read),
    row(
      "ai", "agent.create", "Makes an agent.", .post, "/ai/agents",
      [
        .required("name", .string, "Its name."),
        .required(
          "icon", .object(), "{color, face}.", default: #"{"color":"grey","face":"🤖"}"#),
        .required("triggers", .array(.object()), "What starts it by itself.", default: "[]"),
        .optional("description", .string, "What it is for.", nullable: true),
        .optional("folder_uuid", .uuid(), "The folder it lies in.", nullable: true),
      ], .unwrap("agent"), .write),
    row(
      "ai", "agent.update", "Changes an agent.", .put, "/ai/agents/{uuid}",
      [
        .uuid("The agent.", .agent), .optional("name", .string, "Its name."),
        .optional("icon", .object(), "{color, face}."),
        .optional("triggers", .array(.object()), "What starts it by itself."),
        .optional("description", .string, "What it is for.", nullable: true),
        .optional("folder_uuid", .uuid(), "The folder it lies in.", nullable: true),
      ], .unwrap("agent"), .write),
    row(
      "ai", "agent.remove", "Removes an agent.", .delete, "/ai/agents/{uuid}",
      [.uuid("The agent.", .agent)], .whole, .write),
  ]

  static let aiReleases: [Operation] = [
    row(
      "ai", "ai.release.list", full: "ai.release.list", "Lists the releases of an agent.",
      .get, "/ai/releases/list", [ofAgent, .limit, .offset], .unwrap("releases"), .read),
    row(
      "ai", "ai.release.get", full: "ai.release.get", "Gets a release of an agent.",
      .get, "/ai/releases/{uuid}", [.uuid("The release.")], .unwrap("release"), .read),
    row(
      "ai", "ai.release.get_draft", full: "ai.release.get_draft",
      "Gets the settings that are being edited.", .get, "/ai/releases/getDraft", [ofAgent],
      .unwrap("release"), .read),
    row(
      "ai", "ai.release.update_draft", full: "ai.release.update_draft",
      "Changes the settings that are being edited.", .put, "/ai/releases/updateDraft",
      [
        ofAgent, .optional("integration_slug", .string, "The model's provider."),
        .optional("language_model_slug", .string, "The language model."),
        .optional("connector_uuid", .uuid(.connector), "The provider's connector.", nullable: true),
        .optional("system_prompt", .string, "What it is told first.", nullable: true),
        .optional("temperature", .number(min: 0, max: 1), "How freely it answers."),
        .optional("max_steps", .integer(min: 1), "The most steps of one answer."),
        .optional("with_reasoning", .boolean, "Whether it reasons first."),
      ] + releaseLists, .unwrap("release"), .write),
    row(
      "ai", "ai.release.deploy_draft", full: "ai.release.deploy_draft",
      "Makes the edited settings the ones in use.", .post, "/ai/releases/deployDraft",
      [
        ofAgent, .required("integration_slug", .string, "The model's provider."),
        .required("language_model_slug", .string, "The language model."),
        .optional("version", .string, "A number of its own; the server counts unless given."),
      ] + releaseLists, .unwrap("release"), .write),
    row(
      "ai", "ai.template.list", full: "ai.template.list", "Lists blueprints of agents.",
      .get, "/ai/templates/list", [], .unwrap("templates"), .read),
    row(
      "ai", "ai.template.get", full: "ai.template.get", "Gets a blueprint of an agent.",
      .get, "/ai/templates/{slug}", [.required("slug", .string, "The template.")],
      .unwrap("template"), .read),
  ]

  static let chats: [Operation] = [
    row(
      "ai", "chat.create", "Opens a conversation.", .post, "/ai/chats",
      [
        .required(
          "trigger", .object(), "What opens it: for example {type = \"draft\"}.",
          default: #"{"type":"draft"}"#),
        .optional("name", .string, "Its name."),
        .optional("agent_uuid", .uuid(.agent), "The agent to talk to."),
        .optional("release_uuid", .uuid(), "A release other than the deployed one."),
      ], .unwrap("chat"), .write),
    row(
      "ai", "chat.list", "Lists conversations.", .get, "/ai/chats/list",
      [
        .optional("agent_uuid", .uuid(.agent), "Only with this agent."),
        .optional("release_uuid", .uuid(), "Only with this release."),
        .optional("user_uuid", .uuid(), "Only of this user."),
        .optional("trigger_type", .string, "Only opened in this way."),
        .optional("message_statuses", .statuses, "Only with messages in one of these states."),
        .limit, .offset,
      ], .unwrap("chats"), .read),
    row(
      "ai", "chat.get", "Looks at a conversation.", .get, "/ai/chats/{uuid}",
      [.uuid("The chat.")], .unwrap("chat"), .read),
  ]

  static let messages: [Operation] = [
    row(
      "ai", "message.create", "Says something in a chat; the agent's answer can be waited for.",
      .post, "/ai/messages",
      [
        .required("chat_uuid", .uuid(), "The chat."),
        .required("parts", .parts, "What is said: {{type = \"text\", text = …}}."),
        .optional("actions", .array(.object()), "Actions the agent may use."),
        .optional("resources", .array(.object()), "What the agent may look into."),
        .optional("capabilities", .array(.any), "What else it may do."),
        .optional("mcp_clients", .array(.object()), "MCP servers it may use."),
        .optional("skill_uuids", .array(.uuid()), "Skills it may use."),
        .optional("system_prompt", .string, "What it is told first."),
        .optional("with_reasoning", .boolean, "Whether it reasons first."),
        .optional("temperature", .number(min: 0, max: 1), "How freely it answers."),
        .optional("max_steps", .integer(min: 1), "The most steps of the answer."),
        .optional("integration_slug", .string, "The model's provider."),
        .optional("connector_uuid", .uuid(.connector), "The provider's connector."),
        .optional("language_model_slug", .string, "The language model."),
      ], .message, waits: .onRequest(.message), .pay),
    row(
      "ai", "message.get", "Looks at a message.", .get, "/ai/messages/{uuid}",
      [handle("message")], .unwrap("message"), .read),
    row(
      "ai", "message.wait", "Waits for the end of an answer.", .get, "/ai/messages/{uuid}",
      [handle("message")], .unwrap("message"), waits: .only(.message), .read),
    row(
      "ai", "message.list", "Lists the messages of a chat, in order.",
      .get, "/ai/messages/list", [.required("chat_uuid", .uuid(), "The chat."), .limit, .offset],
      .unwrap("messages"), .read),
  ]

  static let aiFiles: [Operation] = [
    row(
      "ai", "ai.file.list", full: "ai.file.list", "Lists the files that agents can read.",
      .get, "/ai/files/list", [.optional("folder_uuid", .uuid(), "Only in this folder.")],
      .unwrap("files"), .read),
    row(
      "ai", "ai.file.get", full: "ai.file.get", "Looks at a file that agents can read.",
      .get, "/ai/files/{uuid}", [.uuid("The file.")], .unwrap("file"), .read),
    row(
      "ai", "ai.file.upload", full: "ai.file.upload", "Uploads a file that agents can read.",
      .post, "/ai/files",
      [
        Parameter("file_path", .string, "The file's path.", required: true, in: .file),
        .optional("folder_uuid", .uuid(), "The folder it goes to."),
      ], .unwrap("file"), .write),
    row(
      "ai", "ai.file.remove", full: "ai.file.remove", "Removes a file of agents.",
      .delete, "/ai/files/{uuid}", [.uuid("The file.")], .whole, .write),
  ]

  static let aiExtras: [Operation] = [
    row(
      "ai", "ai.mcp_server.list", full: "ai.mcp_server.list", "Lists the MCP servers.",
      .get, "/ai/mcpServers/list", [], .unwrap("mcpServers"), .read),
    row(
      "ai", "ai.mcp_server.create", full: "ai.mcp_server.create", "Makes an MCP server.",
      .post, "/ai/mcpServers",
      [
        .required("name", .string, "Its name."),
        .optional("actions", .array(.object()), "What it offers."),
      ], .unwrap("mcpServer"), .write),
    row(
      "ai", "ai.mcp_server.update", full: "ai.mcp_server.update", "Changes an MCP server.",
      .put, "/ai/mcpServers/{uuid}",
      [
        .uuid("The MCP server."), .optional("name", .string, "Its name."),
        .optional("actions", .array(.object()), "What it offers."),
      ], .unwrap("mcpServer"), .write),
    row(
      "ai", "ai.mcp_server.remove", full: "ai.mcp_server.remove", "Removes an MCP server.",
      .delete, "/ai/mcpServers/{uuid}", [.uuid("The MCP server.")], .whole, .write),
    row(
      "ai", "ai.memory.list", full: "ai.memory.list", "Lists what agents remember.",
      .get, "/ai/memories/list",
      [memoryScope, .optional("agent_uuid", .uuid(.agent), "The agent, for its scope.")],
      .unwrap("memories"), .read),
    row(
      "ai", "ai.memory.update", full: "ai.memory.update", "Changes a memory.",
      .put, "/ai/memories/{mem0Id}",
      [memoryID, memoryScope, .required("content", .string, "What is remembered.")],
      .unwrap("memory"), .write),
    row(
      "ai", "ai.memory.remove", full: "ai.memory.remove", "Forgets a memory.",
      .delete, "/ai/memories/{mem0Id}", [memoryID, memoryScope], .whole, .write),
  ]

  private static let ofAgent = Parameter.required("agent_uuid", .uuid(.agent), "The agent.")
  private static let memoryScope = Parameter.required(
    "scope", .oneOf(["workspace", "user", "agent"]), "Whose memory.")
  private static let memoryID = Parameter(
    "mem0_id", .string, "The memory.", wireName: "mem0Id", required: true)

  private static let releaseLists: [Parameter] = [
    .optional("actions", .array(.object()), "Actions it may use."),
    .optional("mcp_clients", .array(.object()), "MCP servers it may use."),
    .optional("resources", .array(.object()), "What it may look into."),
    .optional("capabilities", .array(.any), "What else it may do."),
    .optional("suggested_actions", .array(.any), "What it offers to do next."),
    .optional("description", .string, "What has changed."),
  ]
}
