emit { name = "row \27]0;evil\7\u{9b}2J" }
print("printed \27[2J")
log.warn("logged \27[2J")
local bar = progress(40, "rows")
for n = 1, 40 do
  sleep(0.03)
  bar:step()
  if n == 30 then print("in the middle") end
end
bar:done()
print("the end")
