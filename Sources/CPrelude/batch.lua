-- What batches have besides Cargo's operations.
local host = ...
local execute_batch, new_list = action.execute_batch, json.array
local type, pairs, ipairs, tostring = type, pairs, ipairs, tostring

local function check(condition, message, hint)
  if not condition then host.fail("argument", "batch.retry_failed: " .. message, hint) end
end

-- The positions of the rows to ask again. What may have been done is not asked again by itself.
local function failed_rows(errors, count, with_unknown)
  local positions = {}
  for position = 1, count do
    local failure = errors[position]
    if failure and (with_unknown or failure.kind ~= "unknown") then
      positions[#positions + 1] = position
    end
  end
  return positions
end

local function read(done, asked)
  check(type(done) == "table" and type(done.results) == "table" and type(done.errors) == "table",
    "the first argument must be what action.execute_batch returned")
  check(type(asked) == "table" and type(asked.records) == "table",
    "the second argument must be what action.execute_batch was called with",
    "batch.retry_failed(done, { action = …, records = … })")
  local count = done.results.n or #done.results
  check(#asked.records == count,
    "there are " .. #asked.records .. " records, and the batch had " .. tostring(count),
    "give it the same records in the same order")
  return count
end

-- batch.retry_failed(done, { action, records, …, retry_unknown }) → done, with the failed rows asked once
-- more in a batch of their own: its answers stand in their places, its credits are added.
local function retry_failed(done, asked)
  local count = read(done, asked)
  local positions = failed_rows(done.errors, count, asked.retry_unknown)
  local merged = { results = new_list {}, errors = {}, batch = done.batch, credits = done.credits or 0 }
  for position = 1, count do merged.results[position] = done.results[position] end
  for position, failure in pairs(done.errors) do merged.errors[position] = failure end
  merged.results.n = count
  if #positions == 0 then return merged end

  local request = {}
  for name, value in pairs(asked) do request[name] = value end
  request.retry_unknown, request.wait, request.records = nil, true, {}
  for row, position in ipairs(positions) do request.records[row] = asked.records[position] end
  local answer = execute_batch(request)
  merged.batch, merged.credits = answer.batch, merged.credits + (answer.credits or 0)
  for row, position in ipairs(positions) do
    merged.results[position], merged.errors[position] = answer.results[row], answer.errors[row]
  end
  return merged
end

return { retry_failed = retry_failed }
