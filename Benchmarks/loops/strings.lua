local length = 0
for round = 1, 60 do
  local parts = {}
  for i = 1, 20000 do parts[#parts + 1] = "company " .. i .. " of round " .. round end
  length = length + #table.concat(parts, ",")
end
print(length)
