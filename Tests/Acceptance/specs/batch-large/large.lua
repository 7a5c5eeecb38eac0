local records = {}
for i = 1, 10000 do records[i] = { email = "p" .. i .. "@a.example" } end
local done = action.execute_batch { action = "waterfall.verifyEmail", records = records }
for i = 1, 10000 do assert(done.results[i].email == records[i].email) end
print(done.results.n, done.credits, next(done.errors), collectgarbage("count") < 40000)
