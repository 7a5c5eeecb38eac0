local names = { "a0", "b2", "c0", "d1", "gap", "e0" }
local records = {}
for i, name in ipairs(names) do records[i] = { name = name } end
local asked = { action = "prospeo.findEmail", records = records }
local done = action.execute_batch(asked)

local function show(title, batch)
  local cells = {}
  for i = 1, batch.results.n do
    cells[i] = batch.results[i] and batch.results[i].email or batch.errors[i].kind .. ": " .. batch.errors[i].message
  end
  print(title, batch.credits, table.concat(cells, ", "))
end
show("first", done)
local second = batch.retry_failed(done, asked)
show("second", second)
show("the first is as it was", done)
local third = batch.retry_failed(second, asked)
show("third", third)
show("nothing failed for sure", batch.retry_failed(third, asked))
asked.retry_unknown = true
local last = batch.retry_failed(third, asked)
show("asked for the unknown", last)
print(json.encode(last.results), next(last.errors))

print(select(2, pcall(batch.retry_failed, last, { action = "prospeo.findEmail", records = { 1 } })))
print(select(2, pcall(batch.retry_failed, { results = {} }, asked)))
records[2] = { name = "down" }
last.errors[2] = { kind = "run", message = "again" }
print(select(2, pcall(batch.retry_failed, last, asked)).kind)
local _, over = try(batch.retry_failed, last, { action = "prospeo.findEmail", records = records, max_credits = 0.1 })
print(over.kind, over.message)
