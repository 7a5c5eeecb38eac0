-- A misspelt source concerns the recipe, not a row.
local enrich = waterfall {
  { "prospeo.findEmial", input = function(row) return { fullName = row.name } end, fill = { email = "email" } },
}
enrich { { name = "Ada" }, { name = "Alan" } }
print("never")
