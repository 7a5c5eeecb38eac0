emit { b = "x", a = 1 }
return { { a = 2, c = { 1, 2 } } }
