-- A benchmark's recipe: three rungs over `count` rows.
recipe {
  name = "rows",
  version = "1.0.0",
  inputs = { count = { type = "integer", default = 5000 } },
  permissions = { actions = { "finder.*" } },
  budget = { credits = 10000000 },
}
local rows = {}
for i = 1, inputs.count do rows[i] = { name = "Jane Doe " .. i, domain = "north" .. i .. ".example" } end
local ask = function(row) return { name = row.name, domain = row.domain } end
local fill = { email = "email", score = "score" }
local enrich = waterfall {
  hit = function(answer) return answer.email end,
  { "finder.find1", input = ask, fill = fill },
  { "finder.find2", input = ask, fill = fill },
  { "finder.find3", input = ask, fill = fill },
  limit = 64,
}
local _, report = enrich(rows)
print(report.hits)
