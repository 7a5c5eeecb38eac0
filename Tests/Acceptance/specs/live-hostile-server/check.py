import json, os, re, sqlite3
# No payment was taken twice; every call was written down before, and is booked or kept as unknown.
print("paid twice:", open("twice").read().split() if os.path.exists("twice") else 0)
for log in ("faults.log", "storm.log"):
    lines = open(log).read().strip().split("\n")
    print(log, json.loads(lines[-1])["exitCode"], json.loads(lines[-1])["ending"])
spent, unknown = re.search(r"^(\d+) credits spent of 2000, and up to (\d+) more", open("storm.log").read(), re.M).groups()
print("booked or kept:", int(spent) + int(unknown), "both:", int(spent) > 30 and int(unknown) > 30)
journal = sqlite3.connect(".cargo/journal.db")
print("the journal:", journal.execute("PRAGMA integrity_check").fetchone()[0])
print("intents of the storm:", journal.execute(
    "SELECT count(*) FROM intents WHERE run = (SELECT max(number) FROM runs)").fetchone()[0])
