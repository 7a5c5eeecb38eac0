recipe {
  name = "batches", summary = "Gives batches up in the middle",
  inputs = { how = { type = "string", choices = { "timeout", "cancel", "interrupt" } } },
  permissions = { actions = { "waterfall.verifyEmail" }, operations = { "batch.cancel" } },
  budget = { credits = 100 },
}
local rows = {}
for i = 1, 900 do rows[i] = { email = "p" .. i .. "@a.example" } end
local asked = { action = "waterfall.verifyEmail", records = rows }
if inputs.how == "timeout" then
  local _, failure = try(timeout, 0.3, action.execute_batch, asked)
  print(failure.kind, failure.message)
elseif inputs.how == "cancel" then
  asked.wait = false
  local pending = action.execute_batch(asked)
  spawn(function() sleep(0.2) batch.cancel(pending) end)
  local _, failure = try(batch.wait, pending)
  print(failure.kind, (failure.message:gsub("%x+%-[%x-]+", "ID")))
else
  print("under way")
  action.execute_batch(asked)
end
