local count = 0
for _ = 1, 40 do
  local rows = {}
  for i = 1, 50000 do rows[i] = { name = i, score = i * 0.5 } end
  for _, row in ipairs(rows) do if row.score > 100 then count = count + 1 end end
end
print(count)
