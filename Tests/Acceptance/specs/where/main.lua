local function count(model, filter)
  local answer = segment.fetch { model = model, filter = filter, limit = 0 }
  return answer.count
end

-- What SQL counts, filters find.
local function check(model, filter, clause)
  local sql = storage.query("SELECT count(*) AS n FROM default." .. model .. " WHERE " .. clause)
  print(filter, sql[1].n == count(model, filter) and sql[1].n or "differs from " .. sql[1].n)
end

check("companies", where, "1")
check("companies", where.country:is("France", "Germany"), "country IN ('France', 'Germany')")
check("companies", where.country:is("France") & where.employee_count:gt(100000),
  "country = 'France' AND employee_count > 100000")
check("companies", where.employee_count:gte(360000) | where.founded_year:lte(1700),
  "employee_count >= 360000 OR founded_year <= 1700")
check("companies", ~(where.country:is("France") | where.employee_count:is_null()),
  "country IS NOT 'France' AND employee_count IS NOT NULL")
check("companies",
  where.name:starts_with("A") & (where.country:is("Japan") | where.founded_year:between(1800, 1850)),
  "name LIKE 'a%' AND (country = 'Japan' OR founded_year BETWEEN 1800 AND 1850)")
check("contacts", where.is_champion:is(true) & where.email:is_null(), "is_champion AND email IS NULL")
check("contacts", where.segment "champions" & where.email:is_null(), "is_champion AND email IS NULL")
check("companies", where.sql("big", "employee_count > 10000"), "employee_count > 10000")
check("companies", ~where.in_segment("large-companies"), "employee_count IS NULL OR employee_count < 10000")

-- Wherever a filter goes.
local made = segment.create {
  name = "Large and French", model = "companies",
  filter = where.country:is("France") & where.segment("large-companies"),
}
print(made.filter.conjonction, #made.filter.groups, #made.filter.groups[1].conditions, made.recordsCount)
local changed = segment.update { segment = "large-and-french", filter = where.country:is("France") }
print(changed.filter.groups[1].conditions[1].columnSlug, changed.recordsCount)

-- A column that comes during the run.
column.create { model = "leads", column = { slug = "score", type = "number", label = "Score", kind = "custom" } }
print(count("leads", where.score:is_null()))
