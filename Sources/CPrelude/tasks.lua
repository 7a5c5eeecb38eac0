-- Tasks in the terms of scopes: the scheduler's rules are in TaskScheduler.swift.
local host = ...
local new_scope, spawn_in, wait_for = host.new_scope, host.spawn_in, host.wait_for
local is_cancelled, fail = host.is_cancelled, host.fail
local pcall, error, select, type, pairs = pcall, error, select, type, pairs
local tostring, math, setmetatable, getmetatable = tostring, math, setmetatable, getmetatable

local function check(condition, message, hint)
  if not condition then fail("argument", message, hint) end
end

-- Functions, and tables that can be called: some operations are groups of others too.
local function is_callable(value)
  if type(value) == "function" then return true end
  local metatable = type(value) == "table" and getmetatable(value)
  return type(metatable) == "table" and metatable.__call ~= nil
end

-- try(fn, …) → the results, or nil and the error.
local function caught(succeeded, ...)
  if succeeded then return ... end
  return nil, (...)
end

local function try(fn, ...)
  check(is_callable(fn), "try: the first argument must be a function")
  return caught(pcall(fn, ...))
end

local PARALLEL_OPTIONS = { limit = true, on_error = true, label = true }

local function parallel_options(options)
  if options == nil then return 16, false end
  check(type(options) == "table", "parallel: the options must be a table")
  for key in pairs(options) do
    check(PARALLEL_OPTIONS[key], "parallel: unknown option '" .. tostring(key) .. "'",
      "the options are limit, on_error and label")
  end
  local limit = options.limit or 16
  check(math.type(limit) == "integer" and limit >= 1, "parallel: limit must be a whole number of at least 1")
  local on_error = options.on_error or "raise"
  check(on_error == "raise" or on_error == "collect",
    "parallel: on_error must be \"raise\" or \"collect\"")
  return limit, on_error == "collect", options.label
end

-- parallel(list, fn, { limit, on_error, label }) → results in order, errors by index.
local function parallel(list, fn, options)
  check(type(list) == "table", "parallel: the first argument must be a list")
  check(is_callable(fn), "parallel: the second argument must be a function")
  local limit, collects, label = parallel_options(options)
  local count = list.n or #list
  local results, errors, taken = { n = count }, {}, 0
  local bar = host.progress_begin(count, label or "parallel")

  local function work()
    while taken < count do
      local index = taken + 1
      taken = index
      if collects then
        local succeeded, value = pcall(fn, list[index], index)
        if succeeded then
          results[index] = value
        else
          if is_cancelled() then error(value, 0) end
          results[index], errors[index] = false, value
        end
      else
        results[index] = fn(list[index], index)
      end
      host.progress_step(bar, 1)
    end
  end

  local ended <close> = setmetatable({}, { __close = function() host.progress_end(bar) end })
  local scope = new_scope("fail_fast")
  for _ = 1, math.min(limit, count) do spawn_in(scope, work) end
  wait_for(scope)
  return results, errors
end

-- race(fn, …) → the results of the first to end; the others are cancelled and waited for.
local function race(...)
  local count = select("#", ...)
  check(count > 0, "race: give at least one function")
  for i = 1, count do
    check(is_callable((select(i, ...))), "race: argument " .. i .. " must be a function")
  end
  local scope = new_scope("first_wins")
  for i = 1, count do spawn_in(scope, (select(i, ...))) end
  return wait_for(scope)
end

-- timeout(seconds, fn, …) → its results; raises `timeout` when it takes longer.
local function timeout(seconds, fn, ...)
  check(type(seconds) == "number" and seconds >= 0, "timeout: the first argument must be seconds")
  check(is_callable(fn), "timeout: the second argument must be a function")
  local scope = new_scope("first_wins")
  spawn_in(scope, fn, ...)
  host.set_deadline(scope, seconds)
  return wait_for(scope)
end

-- semaphore(n):run(fn, …) holds a place while fn runs.
local function run_holding(semaphore, fn, ...)
  check(is_callable(fn), "semaphore:run: the first argument must be a function")
  semaphore:acquire()
  local held <close> = setmetatable({}, { __close = function() semaphore:release() end })
  return fn(...)
end

return { try = try, parallel = parallel, race = race, timeout = timeout, run_holding = run_holding }
