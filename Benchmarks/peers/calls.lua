-- A benchmark's recipe: `count` calls, 64 in flight, each decoded and one field read.
recipe {
  name = "calls",
  version = "1.0.0",
  inputs = {
    count = { type = "integer", default = 10000 },
    what = { type = "string", default = "execute", help = "execute, or read: the same without intents" },
  },
  permissions = { actions = { "finder.*" } },
  budget = { credits = 10000000 },
}
local uuid = "0b0e9b0a-6a34-4c1d-8f3e-3c6f0c1a2b3c"
local work, rows = {}, {}
for i = 1, inputs.count do rows[i] = { name = "Jane Doe " .. i, domain = "north" .. i .. ".example" } end

function work.execute(row)
  return action.execute { action = "finder.find1", data = row }.output.email
end
-- The two requests of a call, both reads: what the transport does alone.
function work.read(row)
  action.get_output_schema { action = "finder.find1", data = row }
  return run.get { uuid = uuid }.context.action.email
end

local found = 0
parallel(rows, function(row)
  if work[inputs.what](row) then found = found + 1 end
end, { limit = 64 })
print(found)
