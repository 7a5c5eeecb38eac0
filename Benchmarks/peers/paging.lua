local rows, total = 0, 0
for row in segment.each {
  model = "people", filter = where.employees:gte(1),
  sort = { { columnSlug = "employees", kind = "desc" } },
} do
  rows = rows + 1
  total = total + row.employees
end
print(rows, total)
