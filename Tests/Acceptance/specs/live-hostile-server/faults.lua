-- Each fault, a few times, all at once; prints how such calls end.
local faults = { "good", "busy", "slow-down", "reset", "closed", "half-head", "garbage", "short", "long", "no-gzip",
  "cut-gzip", "html", "not-json", "empty", "null", "list", "run-is-list", "uuid-is-number", "no-body", "500", "502",
  "504", "520", "408", "404", "redirect", "late", "headers", "long-header", "look-reset", "look-closed", "look-503",
  "look-short", "look-half-head", "look-empty", "look-html", "look-404", "look-not-json", "look-error", "look-never",
  "look-other-uuid", "look-huge-number", "look-negative", "look-twice-the-key", "look-deep", "look-large",
  "look-stalls", "look-stalls-inside" }
local calls = {}
for _, fault in ipairs(faults) do
  for n = 1, fault == "look-large" and 1 or 2 do calls[#calls + 1] = { fault = fault, name = fault .. "/" .. n } end
end
calls[#calls + 1] = { fault = "large-question", name = "large-question/1 " .. ("x"):rep(1e7) }
local ends = {}
parallel(calls, function(call)
  local answer, failure = try(function()
    local pending = action.execute { action = "prospeo.findEmail", data = { fullName = call.name, domain = "a.example" }, wait = false }
    return run.wait(pending, { timeout = (call.fault:find("stall") or call.fault:find("never")) and 0.5 or 20, polling_interval = 0.1 })
  end)
  local kind = answer and "fine" or failure.kind
  ends[call.fault] = ends[call.fault] or {}
  ends[call.fault][kind] = true
end, { limit = 64 })
faults[#faults + 1] = "large-question"
for _, fault in ipairs(faults) do
  local kinds = {}
  for kind in pairs(ends[fault]) do kinds[#kinds + 1] = kind end
  table.sort(kinds)
  print(fault, table.concat(kinds, " or "))
end
