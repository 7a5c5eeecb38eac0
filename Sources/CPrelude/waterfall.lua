-- waterfall{ rungs… } asks several sources in turn; only misses go on to the next, dearer one
-- (design §4.5).
local host = ...
local parallel, execute, execute_batch = parallel, action.execute, action.execute_batch
local type, pairs, ipairs, next, pcall, error, tostring = type, pairs, ipairs, next, pcall, error, tostring
local math, table = math, table
local setmetatable = setmetatable

-- So many errors one after the other mean that the source is down, not that the rows are bad.
local ERRORS_IN_A_ROW = 5

local function check(condition, message, hint)
  if not condition then host.fail("argument", "waterfall: " .. message, hint) end
end

-- Errors that concern the run, not the row: they go up.
local FATAL = { budget = true, permission = true, argument = true, cancelled = true, journal = true }

local FATAL_CODES = { actionNotFound = true, integrationNotFound = true }

local function is_fatal(failure)
  return type(failure) ~= "table" or failure.kind == nil or FATAL[failure.kind]
    or FATAL_CODES[failure.code]
end

-------------------------------------------------------------------------------------------------
-- Reading the description

local OPTIONS = { key = "function", hit = "function", limit = "integer", per_row = "number",
  stop_when = "table", on_error = "string", source = "string", label = "string" }
local RUNG = { input = "function", fill = "table", when = "function", hit = "function",
  batch = "boolean", name = "string", max_credits = "number" }

local function check_type(where, name, value, wanted)
  local actual = wanted == "integer" and math.type(value) or type(value)
  check(actual == wanted or wanted == "number" and type(value) == "number",
    where .. "'" .. name .. "' must be a " .. wanted .. ", got a " .. type(value))
end

local function names(of)
  local list = {}
  for name in pairs(of) do list[#list + 1] = name end
  table.sort(list)
  return table.concat(list, ", ")
end

local function read_rung(given, position)
  local where = "rung " .. position .. ": "
  check(type(given) == "table", where .. "it must be a table")
  local source = given[1]
  check(type(source) == "string" or type(source) == "function",
    where .. "its first element must be an action's name or a function")
  for name, value in pairs(given) do
    if name ~= 1 then
      check(RUNG[name], where .. "unknown field '" .. tostring(name) .. "'",
        "a rung has " .. names(RUNG))
      check_type(where, name, value, RUNG[name])
    end
  end
  local rung = {
    action = type(source) == "string" and source or nil,
    ask = type(source) == "function" and source or nil,
    input = given.input, fill = given.fill or {}, when = given.when, hit = given.hit,
    batch = given.batch, max_credits = given.max_credits,
    name = given.name or (type(source) == "string" and source or "function " .. position),
    tried = 0, hits = 0, errors = 0, credits = 0, errors_in_a_row = 0,
  }
  check(not (rung.batch and rung.ask), where .. "only an action can be asked in a batch")
  check(rung.input or rung.ask, where .. "'input' is missing",
    "input = function(row) return { … } end says what the source is asked")
  return rung
end

local function read_stop(given)
  if given == nil then return nil end
  check(type(given.hit_rate) == "number" and math.type(given.after) == "integer",
    "'stop_when' must be { hit_rate = 0.1, after = 50 }")
  return given
end

local function read(given)
  check(type(given) == "table", "the argument must be a table")
  local spec = { rungs = {} }
  for name, value in pairs(given) do
    if math.type(name) ~= "integer" then
      check(OPTIONS[name], "unknown option '" .. tostring(name) .. "'", "the options are " .. names(OPTIONS))
      check_type("", name, value, OPTIONS[name])
      spec[name] = value
    end
  end
  for position, rung in ipairs(given) do spec.rungs[position] = read_rung(rung, position) end
  check(#spec.rungs > 0, "it has no rung")
  spec.limit = spec.limit or 16
  check(spec.limit >= 1, "'limit' must be at least 1")
  check(spec.on_error == nil or spec.on_error == "next" or spec.on_error == "stop",
    "'on_error' must be \"next\" or \"stop\"")
  spec.source = spec.source or "source"
  spec.stop_when = read_stop(given.stop_when)
  local ceiling = host.credits_per_row
  if ceiling and (spec.per_row == nil or ceiling < spec.per_row) then spec.per_row = ceiling end
  return spec
end

-------------------------------------------------------------------------------------------------
-- Rows

local function field(answer, path)
  local value = answer[path]
  if value ~= nil or type(path) ~= "string" or not path:find(".", 1, true) then return value end
  for name in path:gmatch("[^.]+") do
    if type(answer) ~= "table" then return nil end
    answer = answer[name]
  end
  return answer
end

-- Without a `hit`, an answer counts when it fills something.
local function is_hit(spec, rung, answer, row)
  if type(answer) ~= "table" then return false end
  local hit = rung.hit or spec.hit
  if hit then return hit(answer, row) and true or false end
  if next(rung.fill) == nil then return next(answer) ~= nil end
  for _, name in pairs(rung.fill) do
    if field(answer, name) ~= nil then return true end
  end
  return false
end

local function fill(spec, rung, answer, state)
  local row, filled = state.row, {}
  for column, name in pairs(rung.fill) do
    local value = field(answer, name)
    if value ~= nil then filled[column] = value end
  end
  if filled[spec.source] == nil then filled[spec.source] = rung.name end
  for column, value in pairs(filled) do row[column] = value end
  state.filled, state.resolved = filled, true
end

-- One state per question: rows with the same key share one.
local function prepare(spec, records)
  local rows, states, by_key = {}, {}, {}
  for position, record in ipairs(records) do
    check(type(record) == "table", "row " .. position .. " is no table")
    local row = {}
    for column, value in pairs(record) do row[column] = value end
    rows[position] = row
    local key = spec.key and spec.key(row)
    local state = key ~= nil and by_key[key] or nil
    if state then
      state.followers = state.followers or {}
      table.insert(state.followers, row)
    else
      state = { row = row, spent = 0 }
      states[#states + 1] = state
      if key ~= nil then by_key[key] = state end
    end
  end
  return rows, states
end

-------------------------------------------------------------------------------------------------
-- Rungs

-- Why a call failed, without the run that it was: the report counts equal causes.
local function cause(rung, failure)
  local run = type(failure) == "table" and failure.run
  local text = run and run.errorMessage or tostring(failure)
  local prefix = rung.name .. ": "
  return text:sub(1, #prefix) == prefix and text:sub(#prefix + 1) or text
end

local function note_error(rung, state, failure)
  rung.errors = rung.errors + 1
  rung.errors_in_a_row = rung.errors_in_a_row + 1
  if rung.errors_in_a_row >= ERRORS_IN_A_ROW then rung.paused = true end
  state.failure = { rung = rung.name, message = cause(rung, failure) }
end

local function note_answer(spec, rung, state, answer, credits)
  rung.errors_in_a_row = 0
  rung.credits = rung.credits + credits
  state.spent = state.spent + credits
  if is_hit(spec, rung, answer, state.row) then
    rung.hits = rung.hits + 1
    fill(spec, rung, answer, state)
  end
  local stop = spec.stop_when
  if stop and rung.tried >= stop.after and rung.hits / rung.tried < stop.hit_rate then
    rung.stopped = true
  end
end

-- The budget is used up: nothing more is asked, what is under way settles, and the rows found so far
-- are the recipe's to keep. The run ends with the error all the same.
local function end_of_budget(spec, failure)
  if spec.over_budget == nil then
    spec.over_budget = failure
    host.fail_at_end(failure)
  end
end

-- Whether the row is to be asked there; the second result ends the row's way down.
local function admits(spec, rung, state)
  if spec.over_budget and rung.action then return false, true end
  if rung.stopped then return false, false end
  if rung.paused then
    if not state.failure then
      state.failure = { rung = rung.name, message = "the rung was paused after several errors" }
    end
    return false, spec.on_error ~= "next"
  end
  if rung.when and not rung.when(state.row) then return false, false end
  if spec.per_row and rung.action and state.spent + rung.price > spec.per_row + 1e-9 then
    rung.skipped = (rung.skipped or 0) + 1
    return false, false
  end
  return true, false
end

local function ask(rung, state)
  if rung.ask then return rung.ask(state.row), 0 end
  local done = execute { action = rung.action, data = rung.input(state.row),
    max_credits = rung.max_credits }
  return done.output, done.credits or 0
end

local function descend(spec, rungs, state)
  for _, rung in ipairs(rungs) do
    local admitted, ended = admits(spec, rung, state)
    if ended then return end
    if admitted then
      rung.tried = rung.tried + 1
      local answered, answer, credits = pcall(ask, rung, state)
      if answered then
        note_answer(spec, rung, state, answer, credits)
        if state.resolved then return end
      else
        if type(answer) == "table" and answer.kind == "budget" then
          rung.tried = rung.tried - 1
          return end_of_budget(spec, answer)
        end
        if is_fatal(answer) then error(answer, 0) end
        note_error(rung, state, answer)
        if spec.on_error ~= "next" then
          state.ended = true
          return
        end
      end
    end
  end
end

local function ask_together(spec, rung, states)
  local asked, inputs = {}, {}
  for _, state in ipairs(states) do
    local admitted, ended = admits(spec, rung, state)
    if ended then state.ended = true end
    if admitted then
      asked[#asked + 1], inputs[#inputs + 1] = state, rung.input(state.row)
    end
  end
  if #asked == 0 then return end
  local answered, done = pcall(execute_batch,
    { action = rung.action, records = inputs, max_credits = rung.max_credits })
  if not answered then
    if type(done) == "table" and done.kind == "budget" then return end_of_budget(spec, done) end
    error(done, 0)
  end
  rung.tried = rung.tried + #asked
  local each = (done.credits or 0) / #asked
  for position, state in ipairs(asked) do
    local failure = done.errors[position]
    if failure then
      note_error(rung, state, failure)
      state.ended = spec.on_error ~= "next"
    else
      note_answer(spec, rung, state, done.results[position], each)
    end
  end
end

-- Neighbouring rungs that are asked row by row make one stage, so that no row waits for another; a
-- batch is a stage of its own.
local function stages_of(rungs)
  local stages = {}
  for _, rung in ipairs(rungs) do
    local last = stages[#stages]
    if rung.batch then
      stages[#stages + 1] = { batch = rung }
    elseif last and not last.batch then
      table.insert(last, rung)
    else
      stages[#stages + 1] = { rung }
    end
  end
  return stages
end

-------------------------------------------------------------------------------------------------
-- The report

local function report_on(spec, rows, states)
  local report = setmetatable({ rows = #rows, hits = 0, errors = 0, credits = 0, rungs = {}, failures = {} }, host.report.metatable)
  for position, rung in ipairs(spec.rungs) do
    report.errors = report.errors + rung.errors
    report.credits = report.credits + rung.credits
    report.rungs[position] = {
      name = rung.name, tried = rung.tried, hits = rung.hits, errors = rung.errors,
      credits = rung.credits, hit_rate = rung.tried > 0 and rung.hits / rung.tried or 0,
      paused = rung.paused or false, stopped = rung.stopped or false, skipped = rung.skipped or 0,
    }
  end
  for _, state in ipairs(states) do
    if state.resolved then
      report.hits = report.hits + 1 + (state.followers and #state.followers or 0)
    elseif state.failure then
      report.failures[#report.failures + 1] = state.failure
    end
  end
  report.unresolved = report.rows - report.hits
  report.over_budget = spec.over_budget ~= nil
  return report
end

-------------------------------------------------------------------------------------------------
-- Running

local function find_prices(spec)
  if not spec.per_row then return end
  for _, rung in ipairs(spec.rungs) do
    if rung.action then
      rung.price = rung.max_credits or host.price(rung.action)
      if not rung.price then
        host.fail("budget", "waterfall: the price of " .. rung.name .. " is not known, so per_row cannot hold",
          "give the rung max_credits")
      end
    end
  end
end

local function progress_note(spec)
  local hits = 0
  for _, rung in ipairs(spec.rungs) do hits = hits + rung.hits end
  return host.report.thousands(hits) .. " hits"
end

local function run_rows(spec, rungs, states, bar)
  local steps = 0
  parallel(states, function(state)
    descend(spec, rungs, state)
    steps = steps + 1
    host.progress_step(bar, 1, steps % 16 == 0 and progress_note(spec) or nil)
  end, { limit = spec.limit })
end

local function run(spec, records)
  check(type(records) == "table", "the rows must be a list")
  for _, rung in ipairs(spec.rungs) do
    rung.tried, rung.hits, rung.errors, rung.credits, rung.errors_in_a_row = 0, 0, 0, 0, 0
    rung.paused, rung.stopped, rung.skipped = nil, nil, nil
  end
  spec.over_budget = nil
  find_prices(spec)
  local rows, states = prepare(spec, records)
  local stages = stages_of(spec.rungs)
  local bar = host.progress_begin(#states * #stages, spec.label or "waterfall")
  local ended <close> = setmetatable({}, { __close = function() host.progress_end(bar) end })
  local pending = states
  for _, stage in ipairs(stages) do
    if stage.batch then
      ask_together(spec, stage.batch, pending)
      host.progress_step(bar, #pending, progress_note(spec))
    else
      run_rows(spec, stage, pending, bar)
    end
    local left = {}
    for _, state in ipairs(pending) do
      if not state.resolved and not state.ended then left[#left + 1] = state end
    end
    pending = left
  end
  for _, state in ipairs(states) do
    if state.resolved and state.followers then
      for _, row in ipairs(state.followers) do
        for column, value in pairs(state.filled) do row[column] = value end
      end
    end
  end
  return rows, report_on(spec, rows, states)
end

return function(given)
  local spec = read(given)
  return function(records) return run(spec, records) end
end
