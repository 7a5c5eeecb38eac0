import json, sqlite3, sys
# The credits of the summaries, and those of the workspace's ledger.
summaries = [json.loads(line) for name in sys.argv[1:] for line in open(name) if line.startswith("{")]
connection = sqlite3.connect(".cargo/workspace.db")
charged = connection.execute("SELECT sum(microcredits) FROM cargo_ledger").fetchone()[0] or 0
print("credits reported equal the ledger:", round(sum(s["credits"] for s in summaries) * 1e6) == charged)
twice = connection.execute(
    "SELECT count(*) FROM (SELECT 1 FROM cargo_ledger GROUP BY run_id HAVING count(*) > 1)").fetchone()[0]
print("charged twice:", twice)
