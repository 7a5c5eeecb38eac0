-- Many calls among faults of all kinds, on connections that are reset at any moment: whatever comes of
-- them, it is one of the documented ends.
local faults = { "good", "good", "good", "busy", "reset", "closed", "short", "html", "empty", "500", "502", "look-reset",
  "look-short", "look-empty", "look-error" }
local calls = {}
for n = 1, 300 do calls[n] = faults[n % #faults + 1] .. "/" .. n + 1000 end
local fine, kinds = 0, {}
parallel(calls, function(name, n)
  if n % 3 == 0 then try(connection.integration.get, "prospeo") end
  local answer, failure = try(action.execute, { action = "prospeo.findEmail", data = { fullName = name } })
  if answer then fine = fine + 1 else kinds[failure.kind] = (kinds[failure.kind] or 0) + 1 end
end, { limit = 64 })
local known = { unknown = true, http = true, cargo = true, run = true }
for kind in pairs(kinds) do print(known[kind] and "a documented kind" or kind) end
print("ended:", fine + (kinds.unknown or 0) + (kinds.http or 0) + (kinds.cargo or 0) + (kinds.run or 0), fine >= 30)
sleep(1)
