local seed, values = 42, {}
for i = 1, 1500000 do
  seed = (seed * 1103515245 + 12345) % 2147483648
  values[i] = seed
end
table.sort(values)
print(values[1], values[#values])
