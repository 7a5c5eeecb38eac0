import sqlite3, time
# Another process writes for longer than SQLite's usual patience, as a large import does.
connection = sqlite3.connect(".cargo/workspace.db", isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
connection.execute("CREATE TABLE another (x)")
open("holds", "w").close()
time.sleep(7)
connection.execute("DROP TABLE another")
connection.execute("COMMIT")
