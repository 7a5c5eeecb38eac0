return function(row)
  return row.email .. "!"
end
