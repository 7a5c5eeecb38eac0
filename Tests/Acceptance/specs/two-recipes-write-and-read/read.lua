-- Whatever is being written meanwhile, a read sees whole requests, each row once.
local seen, rows = {}, 0
for _, row in ipairs(storage.query("SELECT * FROM default.notes")) do
  assert(not seen[row._id], "a row came twice")
  seen[row._id], rows = true, rows + 1
end
print(rows % 25)
