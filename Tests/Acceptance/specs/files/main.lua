recipe {
  name = "files", permissions = { read = { "in", "out" }, write = { "out" } },
}
local names = {}
for _, file in ipairs(fs.list("in")) do
  for line in fs.lines("in/" .. file) do names[#names + 1] = line:upper() end
end
fs.write("out/deep/names.txt", table.concat(names, "\n"))
print(fs.read("out/deep/names.txt"), fs.exists("out/none.txt"))
