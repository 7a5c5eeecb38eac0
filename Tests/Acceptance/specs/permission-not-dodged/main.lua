recipe { name = "dodge", permissions = { actions = { "prospeo.findEmail" } }, budget = { credits = 5 } }
local uuid = "11111111-1111-4111-8111-111111111111"
-- An action of another kind that carries the names of a granted one.
for _, action in ipairs {
  { kind = "tool", toolUuid = uuid, integrationSlug = "prospeo", actionSlug = "findEmail" },
  { kind = "agent", agentUuid = uuid, integrationSlug = "prospeo", actionSlug = "findEmail" },
  { kind = "native", integrationSlug = "prospeo", actionSlug = "findEmail" },
  { kind = "prospeo", templateSlug = "findEmail" },
  "hunter.findEmail",
} do
  local _, failure = try(orchestration.action.execute, { action = action, data = {}, max_credits = 1 })
  local _, other = try(_G.action.execute_batch, { action = action, records = { {} }, max_credits = 1 })
  print(failure.kind, other.kind)
end
