"""Reads the same file with the same filter and order: python3 paging_sqlite.py FILE."""
import sqlite3
import sys

rows = total = 0
connection = sqlite3.connect(sys.argv[1])
for row in connection.execute(
        "SELECT * FROM datasets_default__models_people WHERE employees >= 1 ORDER BY employees DESC, _id"):
    rows += 1
    total += row[4]
print(rows, total, sep="\t")
