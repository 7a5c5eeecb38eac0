-- Every row once, though the recipe writes to what it reads by.
local count = 0
for lead in segment.each { model = "leads", filter = where.domain:is_null(), sort = { { columnSlug = "name", kind = "asc" } } } do
  count = count + 1
  if count % 200 == 0 then
    storage.record.update_bulk { model = "leads", records = { { id = lead._id, data = { domain = "x.example", name = "0" } } } }
  end
end
print(count, segment.fetch { model = "leads", filter = where.domain:is("x.example"), limit = 0 }.count)

-- From SQL, with what it says of a limit.
local names = {}
for row in storage.each("SELECT name, employee_count FROM default.companies WHERE country = 'France' ORDER BY employee_count DESC, _id LIMIT 3") do
  names[#names + 1] = row.name
end
print(table.concat(names, ", "))

-- Leaving early lets go; more loops than may be open at once show that.
for i = 1, 33 do
  for row in segment.each { model = "contacts" } do break end
  pcall(function() for row in segment.each { model = "contacts" } do error("enough") end end)
end

-- One iterator, several tasks.
local iterator = segment.each { model = "contacts", limit = 2000 }
local seen, twice = {}, 0
local counts = parallel({ 1, 2, 3, 4 }, function()
  local count = 0
  for contact in iterator do
    if seen[contact._id] then twice = twice + 1 end
    seen[contact._id] = true
    count = count + 1
    if count % 50 == 0 then sleep(0) end
  end
  return count
end)
print(counts[1] + counts[2] + counts[3] + counts[4], twice)

-- A cancelled task.
local task = spawn(function() for row in segment.each { model = "contacts" } do sleep(60) end end)
sleep(0.01)
task:cancel()
print(pcall(task.await, task))

-- Values.
for row in segment.each { model = "contacts", filter = where.is_champion:is(true) & where.email:is_null(), limit = 1 } do
  print(row.is_champion, row.email, math.type(1))
end
for row in segment.each { model = "leads", limit = 1, nulls = "keep" } do print(row.country == json.null) end

-- Refused before anything is read.
local function refused(each, argument)
  local ok, err = pcall(each, argument)
  print(tostring(err))
end
refused(storage.each, "SELECT * FROM default.leads")
refused(storage.each, "SELECT * FROM (SELECT * FROM default.leads ORDER BY name)")
refused(segment.each, { model = "leads", filter = where.nmae:is("x") })
refused(segment.each, { model = "leads", enrich = true })
refused(segment.each, { modle = "leads" })
print(pcall(function() for row in storage.each("SELECT nope FROM default.leads ORDER BY 1") do end end))
local kept = {}
print(select(2, pcall(function() for i = 1, 65 do kept[i] = segment.each { model = "leads" } end end)))
