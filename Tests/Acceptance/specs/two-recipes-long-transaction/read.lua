-- Another recipe that only reads.
print("read:", storage.query("SELECT count(*) AS n FROM default.companies")[1].n > 1000)
