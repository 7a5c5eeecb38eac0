emit { a = 1 }
sleep(30)
