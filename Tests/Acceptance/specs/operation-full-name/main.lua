-- Each group by its full name, though variables hide the short ones.
local segment = segment.get("champions")
print(segmentation.segment.fetch { model = "contacts", filter = where.segment("champions"), limit = 1 }.count == segment.recordsCount)
local run = action.execute { action = "cargo.matchBusiness", data = { name = "3M" }, wait = false }
print(orchestration.run.wait(run).status, orchestration.run.get(run.uuid).status)
local model = model.list()[1]
print(storage.model.get(model.uuid).slug == model.slug, #storage.column.list { model = model.slug } > 0)
print(#storage.query.execute("SELECT 1 AS one"), storage.query("SELECT 1 AS one")[1].one)
local rows = 0
for row in segmentation.segment.each { model = "contacts", limit = 3 } do rows = rows + 1 end
for row in storage.query.each("SELECT 1 AS one ORDER BY one") do rows = rows + row.one end
print(rows, #connection.integration.list() > 0)
