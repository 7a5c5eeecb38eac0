-- What Lua's test suite finds around it: the libraries of a recipe in a plain table of globals, since
-- the suite reads globals that nobody declared, and the marks by which it leaves out what is slow or
-- differs by platform.
local environment = { _VERSION = _VERSION, _soft = true, _port = true, _nomsg = true }
for name in ([[assert collectgarbage coroutine debug error getmetatable ipairs load math next pairs
    pcall print rawequal rawget rawlen rawset select setmetatable string table tonumber tostring type
    utf8 xpcall]]):gmatch("%S+") do
  environment[name] = _G[name]
end
environment._G = environment

-- The suite measures, and tries locales that are not there.
local nothing = function() end
environment.os = { clock = function() return 0 end, setlocale = nothing }

-- A recipe's require knows its own modules only.
local modules = { tracegc = { start = nothing, stop = nothing } }
function environment.require(name)
  return assert(modules[name] or environment[name], name)
end

-- Without an environment, what the suite loads shares its globals, not the recipe's.
local load, select = load, select
function environment.load(text, name, mode, ...)
  if select("#", ...) > 0 then return load(text, name, mode, (...)) end
  return load(text, name, mode, environment)
end

-- A collection cannot be asked for; what the suite checks after one is left out.
local count = collectgarbage
function environment.collectgarbage(option)
  if option == "count" then return count("count") end
  if option == "step" then return true end
  return 0
end

function run(name, text)
  assert(load(text, name, "t", environment))()
end
