#!/usr/bin/env cargo-script
recipe {
  name = "waterfall",
  summary = "Find domain, head count and country of companies, cheapest source first",
  version = "1.0.0",
  inputs = {
    model = { type = "string", default = "leads", help = "model whose rows have a company name" },
    limit = { type = "integer", default = 2000, min = 1, help = "the most rows to look at" },
  },
  output = "out/leads.csv",
  outputs = { "name", "domain", "employee_count", "country", "source" },
  permissions = {
    actions = { "cargo.matchBusiness", "enrichCrm.enrichCompany", "waterfall.enrichCompany" },
  },
  budget = { credits = 4000, per_row = 2.5 },
}

local leads = segment.fetch {
  model = inputs.model,
  fetching_limit = inputs.limit,
}

local by_name = function(row) return { name = row.name } end
local columns = { domain = "domain", employee_count = "employeeCount", country = "country" }

local enrich = waterfall {
  key = function(row) return row.name:lower() end,
  hit = function(answer) return answer.domain end,
  { "cargo.matchBusiness", input = by_name, fill = columns },
  { "enrichCrm.enrichCompany", input = by_name, fill = columns },
  { "waterfall.enrichCompany", input = by_name, fill = columns },
  limit = 64,
  stop_when = { hit_rate = 0.05, after = 200 },
}

local rows, report = enrich(leads.records)
for _, row in ipairs(rows) do
  if row.domain then emit(row) end
end
print(report)
