for i = 1, 3 do emit { i = i, name = "row, " .. i } end
error("stop")
