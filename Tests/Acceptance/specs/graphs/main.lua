-- A graph over twenty companies of the demo workspace: each looked up, the large ones sorted out, and
-- for each of those a group over the parts of its name.
local function id(n) return ("00000000-0000-4000-8000-%012d"):format(n) end
local function js(text)
  return { kind = "templateExpression", expression = text, instructTo = "none", fromRecipe = false }
end
local function node(n, slug, action, config, ...)
  local children = {}
  for i, child in ipairs { ... } do children[i] = id(child) end
  return {
    uuid = id(n), slug = slug, kind = "native", actionSlug = action, config = config,
    childrenUuids = children, fallbackOnFailure = false, position = { x = 0, y = 0 },
  }
end
local match = node(2, "match", "matchBusiness", { name = js "{{nodes.start.name}}" }, 3)
match.kind, match.integrationSlug = "connector", "cargo"

local nodes = {
  node(1, "start", "start", {}, 2),
  match,
  node(3, "size", "branch", { condition = js "{{nodes.start.employee_count >= 10000}}" }, 4, 6),
  node(4, "words", "group", {
    items = js "{{nodes.start.name.split(' ')}}",
    _nodes = {
      node(1, "start", "start", {}, 2),
      node(2, "end", "end", { variables = {
        { name = "word", type = "string", value = js "{{nodes.start.value.toLowerCase()}}" },
        { name = "of", type = "string", value = js "{{parentNodes.match.domain}}" },
      } }),
    },
  }, 5),
  node(5, "end", "end", { variables = {
    { name = "site", type = "string", value = js "https://{{nodes.match.domain}}" },
    { name = "words", type = "array", value = js "{{nodes.words.map(w => w.word)}}" },
  } }),
  node(6, "small", "end", { variables = {
    { name = "reason", type = "string", value = js "only {{nodes.start.employee_count}} people" },
  } }),
}
print(json.encode(orchestration.node.validate { nodes = nodes }))

local found = storage.query [[
  SELECT name, employee_count FROM default.companies WHERE employee_count IS NOT NULL
  ORDER BY name LIMIT 20]]
local batch = batch.create { nodes = nodes, data = { kind = "records", records = found }, max_credits = 20, wait = true }
print(batch.status, batch.runsCount, batch.executedRunsCount, batch.failedRunsCount, batch.creditsUsedCount)

local counts = {}
for _, slug in ipairs { "match", "end", "small" } do
  local rows = orchestration.batch.download { uuid = batch.uuid, output_node_slug = slug }
  counts[slug] = 0
  for i, row in ipairs(rows) do
    assert(row.status == "success", row.errorMessage)
    if row.output then counts[slug] = counts[slug] + 1 end
  end
end
print(counts.match, counts["end"] + counts.small, counts["end"] > 0, counts.small > 0)

local one = run.create { nodes = nodes, data = { name = "A10 Networks", employee_count = 12000 }, max_credits = 1, wait = true }
print(one.status, json.encode(one.context["end"]), json.encode(one.context.words[1]))
for _, step in ipairs(one.executions) do print(step.nodeSlug, step.title, step.creditsUsedCount) end

print(try(run.create, { nodes = { nodes[1] }, data = {} }))
print(expression.evaluate { expression = "{{a.list.length + 1}}", variables = { a = { list = { 1, 2 } } } })
