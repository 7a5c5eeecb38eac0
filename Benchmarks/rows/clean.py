"""The fastest way of the csv module: rows as lists, not as dictionaries."""

import csv
import re
import sys

site = re.compile(r"https?://([^/]+)")
blanks = re.compile(r"\s+")

with open(sys.argv[1], encoding="utf-8", newline="") as source, \
        open(sys.argv[2], "w", encoding="utf-8", newline="") as target:
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(["name", "domain", "size", "city"])
    rows = csv.reader(source)
    header = next(rows)
    name, website, employees, city = map(
        header.index, ["Company Name", "Website", "Employees", "City"])
    for row in rows:
        found = site.match(row[website].lower())
        size = int(row[employees])
        if found and size >= 50:
            writer.writerow([
                blanks.sub(" ", row[name]), found[1].removeprefix("www."), size, row[city]])
