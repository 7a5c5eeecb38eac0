local sources = {
  filter = function() return segment.each { model = "rows", filter = where.n:gte(0) } end,
  limit = function() return segment.each { model = "rows", limit = 200, sort = { { columnSlug = "n", kind = "asc" } } } end,
  sql = function() return storage.each("SELECT n FROM default.rows ORDER BY n -- all of them") end,
  ["sql-limit"] = function() return storage.each("SELECT n FROM default.rows ORDER BY n LIMIT 100 OFFSET 7;") end,
}

local seen, count, twice, order = {}, 0, 0, true
local last = -1
for row in sources[arg[1]]() do
  count = count + 1
  if seen[row.n] then twice = twice + 1 end
  seen[row.n] = true
  order = order and row.n > last
  last = row.n
end
print(count .. " rows", twice .. " twice", order and "in order" or "out of order", "last " .. last)
