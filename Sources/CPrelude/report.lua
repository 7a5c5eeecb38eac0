-- What a waterfall found and cost, as a person reads it: print(report).
local host = ...
local ipairs, tonumber = ipairs, tonumber
local math, string, table = math, string, table

local function thousands(number)
  local text = string.format("%d", number)
  local grouped = text:reverse():gsub("(%d%d%d)", "%1,"):reverse()
  return (grouped:gsub("^,", ""))
end

local function credits_text(number)
  local text = string.format("%.3f", number):gsub("0+$", ""):gsub("%.$", "")
  local whole, rest = text:match("^(%d+)(.*)$")
  return thousands(tonumber(whole)) .. rest
end

local function percent(part, whole)
  if whole == 0 then return "–" end
  return string.format("%.1f%%", 100 * part / whole)
end

local function state_of(rung)
  return rung.paused and "paused" or rung.stopped and "stopped" or ""
end

-- Why rows failed: each cause once, the most frequent first.
local function failures_text(failures)
  local causes, counts = {}, {}
  for _, failure in ipairs(failures) do
    local cause = failure.rung .. ": " .. failure.message:gsub("\n%s*hint: ", "; ")
    if not counts[cause] then causes[#causes + 1] = cause end
    counts[cause] = (counts[cause] or 0) + 1
  end
  table.sort(causes, function(a, b)
    if counts[a] ~= counts[b] then return counts[a] > counts[b] end
    return a < b
  end)
  local lines = {}
  for position = 1, math.min(#causes, 3) do
    local cause = causes[position]
    lines[position] = "\n  " .. thousands(counts[cause]) .. " × " .. cause
  end
  return table.concat(lines)
end

local Report = { __name = "report" }

function Report.__tostring(report)
  local lines = { { "rung", "tried", "hits", "hit rate", "errors", "credits", "" } }
  for _, rung in ipairs(report.rungs) do
    lines[#lines + 1] = { rung.name, thousands(rung.tried), thousands(rung.hits),
      percent(rung.hits, rung.tried), thousands(rung.errors), credits_text(rung.credits),
      state_of(rung) }
  end
  lines[#lines + 1] = { "all " .. thousands(report.rows) .. " rows", "", thousands(report.hits),
    percent(report.hits, report.rows), thousands(report.errors), credits_text(report.credits), "" }
  local text = host.aligned(lines) .. "\nunresolved: " .. thousands(report.unresolved) .. " rows"
  return text .. failures_text(report.failures)
end

return { metatable = Report, thousands = thousands }
