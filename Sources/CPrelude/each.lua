-- segment.each and storage.each: what `for` takes, over a cursor of the host (RowsModule.swift).
local host = ...
local setmetatable = setmetatable

-- Several tasks may take from one iterator: nothing waits between looking at `rows` and taking from it.
return function(cursor)
  local rows, position, count = nil, 0, 0
  local function next_row()
    while position == count do
      local piece = host.take_rows(cursor)
      if piece == nil then return nil end
      if piece then
        rows, position, count = piece, 0, #piece
      else
        host.wait_for_rows(cursor)
      end
    end
    position = position + 1
    return rows[position]
  end
  local function close()
    rows, position, count = nil, 0, 0
    host.close_rows(cursor)
  end
  return next_row, nil, nil, setmetatable({}, { __close = close, __metatable = false })
end
