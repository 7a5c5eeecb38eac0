-- where: filters as expressions. What is built here is a tree without types; the columns of the model
-- say at the call what it means (WhereExpression.swift). Trees are never changed once made.
local host = ...
local rawget, type, select, ipairs, pairs = rawget, type, select, ipairs, pairs
local setmetatable, math, string, table, tostring = setmetatable, math, string, table, tostring

-- The field that says what a tree is; it and a column's own fields cannot be anyone's column.
local MARK, COLUMN, PROPERTY, RELATED = "cargo.where", "cargo.column", "cargo.property", "cargo.related"
-- More than the wire takes, and less than makes joining one by one slow.
local MOST_ITEMS = 1000

local Node, Column, Related, Root = {}, {}, {}, {}

local function refuse(message, hint) host.fail("argument", message, hint) end

local function kind_of(value) return type(value) == "table" and rawget(value, MARK) or nil end

local function node(kind, fields)
  fields[MARK] = kind
  return setmetatable(fields, Node)
end

local function column(name, related, property)
  return setmetatable(
    { [MARK] = "column", [COLUMN] = name, [RELATED] = related, [PROPERTY] = property }, Column)
end

-- Text ----------------------------------------------------------------------------------------------

local function literal(value)
  if type(value) == "string" then return (string.format("%q", value):gsub("\\\n", "\\n")) end
  return tostring(value)
end

local function field_text(name)
  if name:find("^[%a_][%w_]*$") then return "." .. name end
  return "[" .. literal(name) .. "]"
end

local function column_text(self)
  local related, property = rawget(self, RELATED), rawget(self, PROPERTY)
  return "where" .. (related and ".related(" .. literal(related) .. ")" or "")
    .. field_text(rawget(self, COLUMN)) .. (property and field_text(property) or "")
end

local function options_text(options)
  local parts = {}
  for key, value in pairs(options) do
    local shown = type(value) == "table" and not kind_of(value) and options_text(value)
      or kind_of(value) and tostring(value) or literal(value)
    parts[#parts + 1] = tostring(key) .. " = " .. shown
  end
  table.sort(parts)
  return "{ " .. table.concat(parts, ", ") .. " }"
end

local node_text
local TEXTS = {
  all = function() return "where" end,
  column = column_text,
  condition = function(self)
    local values = {}
    for i, value in ipairs(self.values) do values[i] = literal(value) end
    return column_text(self.of) .. ":" .. self.name .. "(" .. table.concat(values, ", ") .. ")"
  end,
  matches = function(self)
    return column_text(self.of) .. ":matches(" .. node_text(self.filter) .. ")"
  end,
  ["not"] = function(self) return "~" .. node_text(self.item, true) end,
  segment = function(self)
    return "where." .. (self.is_in and "in" or "not_in") .. "_segment(" .. literal(self.segment) .. ")"
  end,
  enrollment = function(self) return "where.enrollment" .. options_text(self.options) end,
  occurrence = function(self) return "where.occurrence" .. options_text(self.options) end,
  sql = function(self)
    return "where.sql(" .. literal(self.name) .. ", " .. literal(self.clause) .. ")"
  end,
}

local function joined_text(self, sign, is_inner)
  local parts = {}
  for i, item in ipairs(self.items) do parts[i] = node_text(item, true) end
  local text = table.concat(parts, sign)
  return is_inner and "(" .. text .. ")" or text
end
TEXTS["and"] = function(self, is_inner) return joined_text(self, " & ", is_inner) end
TEXTS["or"] = function(self, is_inner) return joined_text(self, " | ", is_inner) end

function node_text(self, is_inner) return TEXTS[rawget(self, MARK)](self, is_inner) end

-- Joining -------------------------------------------------------------------------------------------

local function condition(value, sign)
  local kind = kind_of(value)
  if kind == "column" then
    refuse(column_text(value) .. " is a column and no condition",
      "say what of it, as in " .. column_text(value) .. ":is(…)")
  end
  if kind then return value end
  refuse("'" .. sign .. "' joins two conditions, got " .. host.type_name(value),
    type(value) == "boolean" and "== and ~= make true or false of a column: use :is(…) and :is_not(…)"
      or nil)
end

local function join(kind, sign, a, b)
  local items = {}
  for _, side in ipairs { condition(a, sign), condition(b, sign) } do
    if kind_of(side) == kind then
      table.move(side.items, 1, #side.items, #items + 1, items)
    else
      items[#items + 1] = side
    end
  end
  if #items > MOST_ITEMS then
    refuse("a filter has at most 200 conditions",
      "is(…) and is_not(…) take many values: where.domain:is(list)")
  end
  return node(kind, { items = items })
end

local function both(a, b) return join("and", "&", a, b) end
local function either(a, b) return join("or", "|", a, b) end
local function negated(a) return node("not", { item = condition(a, "~") }) end

-- Columns -------------------------------------------------------------------------------------------

-- The operators: names on the wire, and how many values they take (nil: one or more).
local OPERATORS = {
  is = { "is" }, is_not = { "isNot" },
  contains = { "contains" }, does_not_contain = { "doesNotContain" },
  starts_with = { "startsWith" }, ends_with = { "endsWith" },
  greater_than = { "greaterThan", 1 }, gt = { "greaterThan", 1 },
  lower_than = { "lowerThan", 1 }, lt = { "lowerThan", 1 },
  gte = { "greaterOrEqual", 1 }, lte = { "lowerOrEqual", 1 },
  between = { "between", 2 },
  is_null = { "isNull", 0 }, is_not_null = { "isNotNull", 0 },
  is_empty = { "isEmpty", 0 }, is_not_empty = { "isNotEmpty", 0 },
  is_true = { "isTrue", 0 }, is_false = { "isFalse", 0 },
}

local function plain_value(value, place)
  if type(value) == "string" or type(value) == "boolean"
    or type(value) == "number" and value == value and value ~= math.huge and value ~= -math.huge
  then
    return value
  end
  if value == nil then
    refuse(place .. ": a value is nil", "a field that is missing is nil; is_null() asks for null")
  end
  refuse(place .. ": a value must be a text, a number or a boolean, got " .. host.type_name(value),
    type(value) == "userdata" and "is_null() asks for null" or nil)
end

local function values_of(place, count, ...)
  local given, values = select("#", ...), {}
  local first = ...
  if count == nil and given == 1 and type(first) == "table" and not kind_of(first) then
    for i = 1, #first do values[i] = plain_value(first[i], place) end
    if #values == 0 then refuse(place .. ": the list is empty and would match nothing") end
    return values
  end
  for i = 1, given do values[i] = plain_value((select(i, ...)), place) end
  if count and given ~= count or given == 0 and count == nil then
    refuse(place .. " takes " .. (count == nil and "one or more values" or count == 0 and "no value"
      or count == 1 and "one value" or "two values") .. ", got " .. (given == 0 and "none" or given))
  end
  return values
end

local methods = {}
for name, operator in pairs(OPERATORS) do
  methods[name] = function(self, ...)
    if kind_of(self) ~= "column" then
      refuse(name .. ": write where.column:" .. name .. "(…), with a colon")
    end
    local values = values_of(column_text(self) .. ":" .. name, operator[2], ...)
    return node("condition", { of = self, name = name, operator = operator[1], values = values })
  end
end

function methods.matches(self, filter)
  if kind_of(filter) == "column" or not kind_of(filter) then
    refuse(column_text(self) .. ":matches takes a condition on the properties of the value",
      "as in " .. column_text(self) .. ":matches(where.plan:is(\"pro\"))")
  end
  return node("matches", { of = self, filter = filter })
end
methods.match_conditions = methods.matches

function methods.property(self, name)
  if type(name) ~= "string" then refuse(column_text(self) .. ":property takes a name") end
  if rawget(self, PROPERTY) then
    refuse(column_text(self) .. ": filters look one property deep")
  end
  return column(rawget(self, COLUMN), rawget(self, RELATED), name)
end

local method_names = {}
for name in pairs(methods) do method_names[#method_names + 1] = name end
table.sort(method_names)

function Column.__index(self, key)
  if methods[key] then return methods[key] end
  return methods.property(self, key)
end

-- Calls of a column: functions of `where` that may also be columns ----------------------------------

local function named(what, name)
  if type(name) ~= "string" or name == "" then refuse("where." .. what .. " takes a name") end
  return name
end

local function options_of(what, options)
  if type(options) ~= "table" or kind_of(options) then
    refuse("where." .. what .. " takes a table", "as in where." .. what .. "{ … }")
  end
  local copy = {}
  for key, value in pairs(options) do copy[key] = value end
  if copy.filter ~= nil then condition(copy.filter, "filter") end
  return copy
end

local functions = {
  in_segment = function(name)
    return node("segment", { segment = named("in_segment", name), is_in = true })
  end,
  not_in_segment = function(name)
    return node("segment", { segment = named("not_in_segment", name), is_in = false })
  end,
  related = function(name)
    return setmetatable({ [RELATED] = named("related", name) }, Related)
  end,
  enrollment = function(options)
    return node("enrollment", { options = options_of("enrollment", options) })
  end,
  occurrence = function(options)
    return node("occurrence", { options = options_of("occurrence", options) })
  end,
  sql = function(name, clause)
    return node("sql", { name = named("sql", name), clause = named("sql", clause or name) })
  end,
}
functions.segment = functions.in_segment

function Column.__call(self, ...)
  local name, property = rawget(self, COLUMN), rawget(self, PROPERTY)
  if property then
    local near = host.nearest(property, table.concat(method_names, " "))
    refuse(column_text(column(name, rawget(self, RELATED))) .. " has no operator '" .. property .. "'",
      near and "did you mean '" .. near .. "'?" or "there are " .. table.concat(method_names, ", "))
  end
  if functions[name] and not rawget(self, RELATED) then return functions[name](...) end
  refuse(column_text(self) .. " is a column: it cannot be called",
    "say what of it, as in " .. column_text(self) .. ":is(…)")
end

local function compared(sign, left_operator, right_operator)
  return function(a, b)
    local is_left = kind_of(a) == "column"
    local self = is_left and a or b
    if kind_of(self) ~= "column" then refuse("conditions cannot be compared with " .. sign) end
    refuse("columns cannot be compared with " .. sign,
      "write " .. column_text(self) .. ":" .. (is_left and left_operator or right_operator) .. "(…)")
  end
end

Column.__lt = compared("<", "lt", "gt")
Column.__le = compared("<=", "lte", "gte")
Column.__eq = compared("==", "is", "is")
Column.__tostring = column_text
Node.__tostring = function(self) return node_text(self) end
Root.__tostring = function() return "where" end
Related.__tostring = function(self) return "where.related(" .. literal(rawget(self, RELATED)) .. ")" end

function Node.__index(self, key)
  refuse("a condition has no '" .. tostring(key) .. "'", "conditions are joined by & and |")
end

local function column_of(self, key)
  if type(key) ~= "string" then refuse("where[…] takes the name of a column") end
  return column(key, rawget(self, RELATED))
end
Root.__index, Related.__index = column_of, column_of

for _, metatable in ipairs { Node, Column, Root, Related } do
  metatable.__name = "where"
  metatable.__metatable = false
  metatable.__band, metatable.__bor, metatable.__bnot = both, either, negated
  metatable.__newindex = function() refuse("a filter cannot be changed", "join conditions by & and |") end
end

return setmetatable({ [MARK] = "all" }, Root)
