recipe { name = "write", summary = "Writes rows", inputs = { from = { type = "string" } },
  permissions = { operations = { "storage.record.ingest" } } }
for n = 1, 40 do
  local records = {}
  for k = 1, 25 do
    local id = inputs.from .. n .. "-" .. k
    records[k] = { _id = id, text = "note " .. id }
  end
  storage.record.ingest { model = "default.notes", records = records }
end
