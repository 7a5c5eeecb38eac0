local first, second
first = spawn(function() sleep(0) second:await() end)
second = spawn(function() sleep(0) first:await() end)
