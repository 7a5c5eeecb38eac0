local read = csv.read(arg[1])

local function clean()
  while true do
    local row = read()
    if not row then return nil end
    local domain = row.Website and row.Website:lower():match("^https?://([^/]+)")
    local size = tonumber(row.Employees)
    if domain and size and size >= 50 then
      return {
        name = row["Company Name"]:gsub("%s+", " "),
        domain = domain:gsub("^www%.", ""),
        size = size,
        city = row.City,
      }
    end
  end
end

csv.write(arg[2], clean, { columns = { "name", "domain", "size", "city" } })
