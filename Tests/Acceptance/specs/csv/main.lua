recipe {
  name = "csv", summary = "Clean an export",
  permissions = { read = { "in", "out", "companies_raw.csv" }, write = { "out" } },
}
-- An export of Excel's: semicolons, a byte order mark, CRLF, line breaks in quotes.
local leads, seen = {}, {}
for row in csv.read("in/export.csv") do
  local email = row["E-Mail"] and row["E-Mail"]:lower()
  if email and not seen[email] then
    seen[email] = true
    leads[#leads + 1] = { email = email, company = row.Company:gsub("%s+", " "), size = tonumber(row.Size) }
  end
end
print(csv.write("out/leads.csv", leads, { columns = { "email", "company", "size" } }) .. " leads")
print(csv.write("out/copy.csv", csv.read("companies_raw.csv")) .. " rows")
