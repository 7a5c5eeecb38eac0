-- A group over computed items cannot be quoted; what max_credits leaves is held while it runs.
local function id(n) return ("00000000-0000-4000-8000-%012d"):format(n) end
local function js(text) return { kind = "templateExpression", expression = text, instructTo = "none", fromRecipe = false } end
local function node(n, slug, action, config, ...)
  local children = {} for i, child in ipairs { ... } do children[i] = id(child) end
  return { uuid = id(n), slug = slug, kind = "native", actionSlug = action, config = config, childrenUuids = json.array(children), fallbackOnFailure = false, position = { x = 0, y = 0 } }
end
local m = node(2,"match","matchBusiness",{name=js"{{nodes.start.value}}"},3) m.kind,m.integrationSlug="connector","cargo"
local g = node(2,"g","group",{items=js"{{['3M','3i','A10 Networks','Adidas','SAP','Siemens','BMW','Apple','Intel','Nike','Visa','Tesla','Oracle','Merck','Pfizer','Ford','Boeing','Cisco']}}",_nodes={node(1,"start","start",{},2),m,node(3,"end","end",{variables={}})}},3)
local ns={node(1,"start","start",{},2),g,node(3,"end","end",{variables={}})}
local run = run.create { nodes = ns, data = { x = 1 }, max_credits = 1.2, wait = true }
print(run.status, run.executions[2].creditsUsedCount)
