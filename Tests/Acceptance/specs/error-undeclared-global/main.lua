local total = 0
pritn(total)
