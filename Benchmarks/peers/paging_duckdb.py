"""Reads the same rows from a DuckDB file in pieces of 2,048: python3 paging_duckdb.py FILE."""
import sys

import duckdb

rows = total = 0
connection = duckdb.connect(sys.argv[1], read_only=True)
cursor = connection.execute("SELECT * FROM people WHERE employees >= 1 ORDER BY employees DESC, _id")
while True:
    piece = cursor.fetchmany(2048)
    if not piece:
        break
    for row in piece:
        rows += 1
        total += row[4]
print(rows, total, sep="\t")
