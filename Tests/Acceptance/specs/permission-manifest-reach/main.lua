recipe { name = "greedy", permissions = { read = { "/" }, net = { "127.0.0.1", "*" }, env = { "*" } } }
print(fs.read("here.txt"))
print(try(fs.read, "../outside/a.txt"))
print(try(http.get, "https://127.0.0.1/"))
