local function node(n, slug, action, config, child)
  local function id(n) return ("00000000-0000-4000-8000-%012d"):format(n) end
  return {
    uuid = id(n), slug = slug, kind = "native", actionSlug = action, config = config,
    childrenUuids = { child and id(child) }, fallbackOnFailure = false, position = { x = 0, y = 0 },
  }
end
local done = run.create {
  data = { n = 20 },
  nodes = {
    node(1, "start", "start", {}, 2),
    node(2, "p", "python", { script = "result = nodes['start']['n'] + 1" }, 3),
    node(3, "end", "end", { variables = {} }),
  },
  wait = true, raise = false,
}
print(done.status, done.errorMessage or done.context.p.result)
