recipe { nmae = "x" }
print(1)
