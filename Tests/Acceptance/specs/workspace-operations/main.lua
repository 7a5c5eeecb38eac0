print(#segment.list())
local r = action.execute { action = "cargo.matchBusiness", data = { name = "3M" }, wait = false }
print(r.status, r.uuid ~= nil)
local done = run.wait(r, { timeout = 5 })
print(done.status, done.context.action.domain)
print(run.get(r.uuid).status)
local b = action.execute_batch { action = "cargo.matchBusiness", records = { { name = "3M" }, { name = "Zscaler" }, { name = "nope" } } }
print(b.results.n, b.batch.status, b.credits, json.encode(b.results))
print(json.encode(storage.query("SELECT country, count(*) AS n FROM default.companies GROUP BY country ORDER BY n DESC LIMIT 3")))
print(whoami().workspace.name)
print(try(storage.query, "SELECT * FROM default.nope"))
print(try(segment.fetch, { model = "compnies", filter = {} }))
print(#segment.fetch { model = "companies", filter = { conjonction = "and", groups = { { conjonction = "and", conditions = { { kind = "string", columnSlug = "country", operator = "is", values = { "Germany" } } } } } }, fetching_limit = 500 }.records)
local l = integration.list() print(#l, connector.list()[1].slug)
