"""A million rows of the local workspace, filtered, sorted once and walked over by `segment.each`."""

import os
import tempfile

from suite.measure import PROCESSOR, Failure, Peer, Row, interleave, run

ROWS = 1000000
COUNTRIES = ["US", "FR", "DE", "JP", "GB", "BR", "IN"]


def _write(path, count):
    with open(path, "w", encoding="utf-8") as file:
        file.write("_id,name,domain,country,employees\n")
        for number in range(count):
            # Every employee count many times, in no order.
            employees = number * 7919 % 99991 + 1
            file.write("row-%07d,Company number %d,company-%d.example,%s,%d\n" % (
                number, number, number, COUNTRIES[number % 7], employees))


def rows(tools):
    """Microseconds a row, and the most memory."""
    count = tools.count(ROWS)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        source = os.path.join(folder, "people.csv")
        _write(source, count)
        run([tools.script, "init", "--empty"], folder=folder)
        run([tools.script, "import", "people.csv", "--model", "people", "--key", "_id"], folder=folder)
        workspace = os.path.join(folder, ".cargo", "workspace.db")
        peaks = {}

        def peer(name, command):
            def measure():
                done = run(command, folder=folder)
                if done.output.split()[0] != str(count):
                    raise Failure("it read %s" % done.output.strip())
                peaks[name] = max(peaks.get(name, 0), done.peak)
                return done.wall * 1e6 / count, done.processor * 1e6 / count
            return Peer(name, measure)

        peers = [
            peer("cargo-script", [tools.script, "--quiet", tools.path("peers/paging.lua")]),
            peer("python sqlite3", [tools.python, tools.path("peers/paging_sqlite.py"), workspace]),
        ]
        if tools.duckdb:
            table = os.path.join(folder, "people.duckdb")
            run([tools.duckdb, "-c", "import duckdb; duckdb.connect(%r).execute("
                 "\"CREATE TABLE people AS SELECT * FROM '%s'\")" % (table, source)])
            peers.append(peer(
                "duckdb", [tools.duckdb, tools.path("peers/paging_duckdb.py"), table]))
        series = interleave(peers, tools.rounds(5))

    def row(other, aim):
        ratio = series.ratio(other, "cargo-script")
        return Row("paging sorted rows", other, ratio, aim, figures="%.2f : %.2f µs a row" % (
            series.figure("cargo-script") or 0, series.figure(other) or 0))

    result = [row("python sqlite3", 1.0)]
    result.append(Row(
        "  by processor time", "python sqlite3",
        series.ratio("python sqlite3" + PROCESSOR, "cargo-script" + PROCESSOR), None))
    if tools.duckdb:
        result.append(row("duckdb", None))
    peak = peaks.get("cargo-script")
    result.append(Row(
        "paging, memory", "40 MiB", peak and peak / 1024 / 40, 1, at_most=True,
        figures=", ".join("%s %.0f MiB" % (name, kib / 1024) for name, kib in peaks.items())))
    return result
