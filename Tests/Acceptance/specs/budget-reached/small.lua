recipe {
  name = "small", summary = "A waterfall of two rungs", version = "1.0.0",
  inputs = { first = { default = 1, min = 1 }, limit = { default = 60, min = 1 } },
  outputs = { "name", "domain", "source" },
  permissions = { actions = { "cargo.matchBusiness", "enrichCrm.enrichCompany" } },
  budget = { credits = 500 },
}
local leads = segment.fetch { model = "leads", fetching_offset = inputs.first - 1, fetching_limit = inputs.limit }
local enrich = waterfall {
  hit = function(answer) return answer.domain end,
  { "cargo.matchBusiness", input = function(row) return { name = row.name } end, fill = { domain = "domain" } },
  { "enrichCrm.enrichCompany", input = function(row) return { name = row.name } end, fill = { domain = "domain" } },
  limit = 8,
}
local rows, report = enrich(leads.records)
for _, row in ipairs(rows) do
  if row.domain then emit(row) end
end
print(report)
