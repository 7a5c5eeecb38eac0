-- csv: read, write, decode, encode. The options are checked here; the work is done in C (csv_reader.c,
-- csv_writer.c).
local host = ...
local type, pairs, ipairs, setmetatable = type, pairs, ipairs, setmetatable
local math, table = math, table

local function refuse(name, message, hint) host.fail("argument", name .. ": " .. message, hint) end

local function is_list_of(value, wanted)
  if type(value) ~= "table" or #value == 0 then return false end
  for _, element in ipairs(value) do
    if type(element) ~= wanted and math.type(element) ~= wanted then return false end
  end
  return true
end

-- Options -------------------------------------------------------------------------------------------

-- Each checks a value and returns it as C takes it, or nothing and what it must be.
local checks = {}

function checks.delimiter(value)
  if value == "auto" then return false end
  if value == "tab" then value = "\t" end
  if type(value) == "string" and #value == 1 and value:find('^[^"\r\n\128-\255]$') then return value end
  return nil, "one character, \"tab\" or \"auto\""
end

function checks.header(value)
  if type(value) == "boolean" or is_list_of(value, "string") then return value end
  return nil, "true, false or a list of names"
end

function checks.columns(value, options)
  if is_list_of(value, "string") then return value end
  if options.header == false and is_list_of(value, "integer") then return value end
  return nil, "a list of names"
end

function checks.empty(value)
  if value == "" then return true end
  return nil, "\"\", which keeps empty fields as texts"
end

function checks.types(value, options)
  if type(value) == "boolean" then return value end
  if type(value) == "table" and options.header ~= false then
    for _, name in pairs(value) do
      if name ~= "number" and name ~= "boolean" and name ~= "string" then
        return nil, "a table of \"number\", \"boolean\" or \"string\" by column"
      end
    end
    return value
  end
  return nil, "true, or a table of types by column"
end

function checks.bom(value)
  if type(value) == "boolean" then return value end
  return nil, "true or false"
end

function checks.formulas(value)
  if value == "escape" or value == "keep" then return value end
  return nil, "\"escape\" or \"keep\""
end

local for_reading = { "delimiter", "header", "columns", "empty", "types" }
local for_writing = { "delimiter", "header", "columns", "bom", "formulas" }

local function check(name, options, known)
  local checked = { suggest = host.suggest }
  if options == nil then return checked end
  if type(options) ~= "table" then refuse(name, "the options must be a table") end
  for option, value in pairs(options) do
    local is_known = false
    for _, other in ipairs(known) do is_known = is_known or other == option end
    if not is_known then
      if type(option) ~= "string" then refuse(name, "the options must be a table with names as keys") end
      local nearest = host.suggest(option, known)
      refuse(name, "unknown option '" .. option .. "'",
        nearest and "did you mean '" .. nearest .. "'?" or
        "there are " .. table.concat(known, ", "))
    end
    local taken, wanted = checks[option](value, options)
    if taken == nil then refuse(name, "the option '" .. option .. "' must be " .. wanted) end
    checked[option] = taken
  end
  return checked
end

-- Functions -----------------------------------------------------------------------------------------

local csv = {}

function csv.read(path, options)
  local checked = check("csv.read", options, for_reading)
  local reader = host.csv_reader(host.csv_open(path), path, checked)
  return host.csv_rows(reader), nil, nil, reader
end

function csv.decode(text, options)
  if type(text) ~= "string" then refuse("csv.decode", "the text must be a string, got " .. type(text)) end
  local checked = check("csv.decode", options, for_reading)
  return host.csv_list(host.csv_reader(text, "csv.decode", checked))
end

local function put_rows(name, writer, rows)
  if type(rows) == "function" then
    for row in rows do host.csv_put(writer, row) end
  elseif type(rows) == "table" then
    host.csv_put_all(writer, rows)
  else
    refuse(name, "the rows must be a list, or a function that gives the next row, got " .. type(rows))
  end
end

function csv.write(path, rows, options)
  local checked = check("csv.write", options, for_writing)
  local file, descriptor = host.csv_create(path)
  local guard <close> = setmetatable({}, { __close = function() host.csv_discard(file) end })
  local writer = host.csv_writer(descriptor, path, checked)
  put_rows("csv.write", writer, rows)
  local count = host.csv_end(writer)
  host.csv_commit(file)
  return count
end

function csv.encode(rows, options)
  local checked = check("csv.encode", options, for_writing)
  local writer = host.csv_writer(nil, "csv.encode", checked)
  put_rows("csv.encode", writer, rows)
  local _, text = host.csv_end(writer)
  return text
end

return csv
