-- The recipes' work with lua-http: lua_http_client.lua calls|waterfall HOST PORT COUNT
local cqueues = require "cqueues"
local client = require "http.client"
local new_headers = require "http.headers"
local json = require "cjson"
local what, host, port, count = arg[1], arg[2], tonumber(arg[3]), tonumber(arg[4])
local base = "/v1"

local function ask(connection, method, path, body)
  local stream = assert(connection:new_stream())
  local headers = new_headers.new()
  headers:append(":method", method)
  headers:append(":scheme", "http")
  headers:append(":authority", host .. ":" .. port)
  headers:append(":path", path)
  headers:append("authorization", "Bearer x")
  if body then
    headers:append("content-type", "application/json")
    headers:append("content-length", tostring(#body))
  end
  assert(stream:write_headers(headers, body == nil))
  if body then assert(stream:write_body_from_string(body)) end
  assert(stream:get_headers())
  local text = assert(stream:get_body_as_string())
  stream:shutdown()
  return json.decode(text)
end

local function execute(connection, action, data)
  local body = json.encode { action = { kind = "connector", actionSlug = action }, data = data }
  local run = ask(connection, "POST", base .. "/orchestration/actions/execute", body).run
  return ask(connection, "GET", base .. "/orchestration/runs/" .. run.uuid).runContext.action
end

local function enrich(connection, row)
  for _, action in ipairs { "find1", "find2", "find3" } do
    local answer = execute(connection, action, { name = row.name, domain = row.domain })
    if answer.email ~= json.null then
      row.email, row.score = answer.email, answer.score
      return row
    end
  end
end

local queue, next_row, found = cqueues.new(), 0, 0
local start = cqueues.monotime()
for _ = 1, 64 do
  queue:wrap(function()
    local connection = assert(client.connect { host = host, port = port, tls = false })
    while next_row < count do
      next_row = next_row + 1
      local row = { name = "Jane Doe " .. next_row, domain = "north" .. next_row .. ".example" }
      local answer
      if what == "waterfall" then answer = enrich(connection, row)
      else answer = execute(connection, "find1", row) end
      if answer and answer.email then found = found + 1 end
    end
    connection:close()
  end)
end
assert(queue:loop())
print(cqueues.monotime() - start, found)
