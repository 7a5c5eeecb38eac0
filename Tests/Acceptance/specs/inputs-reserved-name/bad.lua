recipe { inputs = { budget = { default = 1 } } }
print(1)
