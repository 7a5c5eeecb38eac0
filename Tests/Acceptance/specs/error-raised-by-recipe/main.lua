error("no rows left")
