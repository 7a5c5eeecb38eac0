-- http.request{ … }, http.get(url, options), http.post(url, options) → a response.
local host = ...
local type, pairs, pcall, setmetatable = type, pairs, pcall, setmetatable

-- Names of headers have no case.
local headers = {
  __index = function(self, name)
    if type(name) == "string" then
      local lower = name:lower()
      if lower ~= name then return self[lower] end
    end
  end,
}

local response = {}
response.__index = response

-- The body as JSON; options as for json.decode.
function response:json(options)
  local decoded, value = pcall(host.json_decode, self.body, options)
  if decoded then return value end
  host.fail("http", ("the answer of %s is no JSON: %s"):format(self.url:match("^[^?]*"), value.message or value))
end

local function request(options)
  local answer = host.http_request(options)
  setmetatable(answer.headers, headers)
  return setmetatable(answer, response)
end

local function by(method)
  return function(url, options)
    if options ~= nil and type(options) ~= "table" then
      host.fail("argument", ("http.%s: the second argument must be a table of options"):format(method:lower()))
    end
    local all = { url = url, method = method }
    for name, value in pairs(options or {}) do
      if name == "url" or name == "method" then
        host.fail("argument", ("http.%s: '%s' goes without saying"):format(method:lower(), name))
      end
      all[name] = value
    end
    return request(all)
  end
end

return { request = request, get = by("GET"), post = by("POST") }
