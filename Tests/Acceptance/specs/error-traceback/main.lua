local find = require "find"

local function all(rows)
  for _, row in ipairs(rows) do
    print(find(row))
  end
end

all { { email = "a" }, {} }
