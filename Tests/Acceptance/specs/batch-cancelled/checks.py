import json, sqlite3
# Each batch stopped in the middle: something was paid, and the most was not asked.
rows = sqlite3.connect(".cargo/workspace.db").execute(
    "SELECT b.status, b.microcredits, sum(r.status = 4), sum(r.status < 2) FROM cargo_batches b"
    " JOIN cargo_runs r ON r.batch_id = b.id GROUP BY b.id").fetchall()
for status, microcredits, cancelled, open_runs in rows:
    print("cancelled:", status == 4, "paid some:", microcredits > 0, "not all:", cancelled > 100, "open:", open_runs)
