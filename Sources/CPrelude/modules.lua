-- require "x": x.lua beside the recipe, run once, also when several tasks ask at once.
local host = ...
local error, pcall, type = error, pcall, type
local values, loading = {}, {}

return function(name)
  if type(name) ~= "string" then
    host.fail("argument", "require: the module's name must be a string")
  end
  if values[name] ~= nil then return values[name] end
  local turn = loading[name]
  if turn then
    if turn.task == host.task_id() then
      host.fail("argument", "require: '" .. name .. "' requires itself",
        "move what both need into a third module")
    end
    turn.gate:acquire()
    turn.gate:release()
    if values[name] ~= nil then return values[name] end
    host.fail("argument", "require: the module '" .. name .. "' failed to load in another task")
  end
  local chunk = host.load_module(name)
  turn = { gate = host.semaphore(1), task = host.task_id() }
  loading[name] = turn
  turn.gate:acquire()
  local loaded, value = pcall(chunk, name)
  loading[name] = nil
  if loaded then
    if value == nil then value = true end
    values[name] = value
  end
  turn.gate:release()
  if not loaded then error(value, 0) end
  return value
end
