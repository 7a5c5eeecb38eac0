recipe { name = "site", inputs = { port = { type = "integer" } } }
local site = "http://127.0.0.1:" .. inputs.port
local answer = http.get(site .. "/company", { headers = { authorization = "Bearer mine" } })
print(answer.status, answer.ok, answer:json().name, answer.headers["Content-Length"])
print(http.get(site .. "/missing").status)
local _, failure = try(http.get, site .. "/missing?key=hush", { raise = true })
print(failure.kind, failure.status, failure.body.why)
