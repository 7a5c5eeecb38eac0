-- `arg` waiting tasks at once; their memory is the process's.
recipe {
  name = "sleepers", version = "1.0.0",
  inputs = { count = { type = "integer", default = 10000 } },
}
local tasks = {}
for i = 1, inputs.count do tasks[i] = spawn(function() sleep(2) return i end) end
for i = 1, inputs.count do tasks[i]:await() end
print(inputs.count)
