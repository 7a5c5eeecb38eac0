-- Measures one JSON module of this interpreter: lua5.4 bench.lua MODULE FILE REPEATS
-- Prints the seconds of processor time and the bytes of each measurement; small texts are taken
-- many times in one.
local name, path, repeats = arg[1], arg[2], tonumber(arg[3])
local json = require(name)
local file = assert(io.open(path, "rb"))
local text = file:read("a")
file:close()
local times = math.max(1, 2000000 // #text)

local value
for _ = 1, repeats do
  value = nil
  local start = os.clock()
  for _ = 1, times do value = json.decode(text) end
  print("decode", os.clock() - start, #text * times)
end
for _ = 1, repeats do
  local encoded
  local start = os.clock()
  for _ = 1, times do encoded = json.encode(value) end
  print("encode", os.clock() - start, #encoded * times)
end
