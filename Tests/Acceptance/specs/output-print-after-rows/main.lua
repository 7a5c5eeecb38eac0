print("before")
emit { a = 1 }
print("after")
