-- progress(total, label) → a bar with :step(count, note) and :done(); done by itself as <close>.
local host = ...
local type, math, setmetatable = type, math, setmetatable

local Bar = {}
Bar.__index = Bar
Bar.__name = "progress"

function Bar:step(count, note) host.progress_step(self.id, count or 1, note) end
function Bar:done()
  if self.open then
    self.open = false
    host.progress_end(self.id)
  end
end
Bar.__close = Bar.done

return function(total, label)
  if math.type(total) ~= "integer" or total < 0 then
    host.fail("argument", "progress: the first argument must be the number of steps")
  end
  if label ~= nil and type(label) ~= "string" then
    host.fail("argument", "progress: the label must be a string")
  end
  return setmetatable({ id = host.progress_begin(total, label or "working"), open = true }, Bar)
end
