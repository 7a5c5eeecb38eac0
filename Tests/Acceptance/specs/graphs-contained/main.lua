-- What an expression must not get away with; the next one is answered all the same.
local function attempt(text)
  local value, err = try(expression.evaluate, { expression = text, variables = json.decode "{}" })
  print(value or err.message)
end
attempt "{{(() => { while (true) {} })()}}"
attempt "{{(() => { const a = []; for (;;) a.push(new Uint8Array(1e7).fill(1)) })()}}"
attempt "{{require('fs')}}"
attempt "{{typeof process + typeof fetch}}"
